// What tests of tokenizers share: opening one from keys in memory, and reading ids as text.
#pragma once

#include "engine/text/tokenizer.h"
#include "tests/support/memory_model.h"

#include <QStringList>

#include <algorithm>

namespace ponder::test {

inline QStringList pieces(const Tokenizer& tokenizer, const std::vector<TokenId>& ids) {
    QStringList out;
    for (const TokenId id : ids)
        out << QString::fromStdString(tokenizer.piece(id));
    return out;
}

inline std::size_t count(const std::vector<TokenId>& ids, TokenId id) {
    return static_cast<std::size_t>(std::count(ids.begin(), ids.end(), id));
}

inline std::unique_ptr<Tokenizer> tokenizerOf(const ModelFile& model) {
    auto tokenizer = Tokenizer::fromModel(model);
    if (!tokenizer) qWarning("%s", tokenizer.error().message().c_str());
    return tokenizer ? std::move(*tokenizer) : nullptr;
}

// The error that a changed vocabulary gives; checks its code and that it names the file.
inline std::string refusal(const ModelFile& model, ErrorCode code) {
    const auto tokenizer = Tokenizer::fromModel(model);
    if (tokenizer) return "it was accepted";
    if (tokenizer.error().code != code) return "another error: " + tokenizer.error().message();
    if (tokenizer.error().subject != "memory.gguf") return "the file is not named";
    return tokenizer.error().detail.english();
}

} // namespace ponder::test
