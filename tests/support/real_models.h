// Real model files that tests use when they are on this machine (`./dev test --slow` fetches them).
#pragma once

#include "tests/support/logits_check.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace ponder::test {

struct RealModel {
    const char* file;      // below the model folder
    const char* reference; // below the reference data
};
inline constexpr RealModel kSmolLm2{"SmolLM2-135M-Instruct.Q4_1.gguf", "real/smollm2-135m-q4_1.json"};
inline constexpr RealModel kQwen15{"qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                                   "real/qwen2.5-coder-1.5b-q4_k_m.json"};

inline QJsonObject referenceJson(const char* name) {
    QFile file(QString::fromStdString((referenceDir() / name).string()));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

inline std::vector<TokenId> idsOf(const QJsonValue& array) {
    std::vector<TokenId> out;
    for (const QJsonValue& id : array.toArray())
        out.push_back(static_cast<TokenId>(id.toInt()));
    return out;
}

} // namespace ponder::test
