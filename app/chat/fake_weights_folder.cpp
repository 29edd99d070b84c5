#include "app/chat/fake_weights_folder.h"

#include "app/chat/fake_model_files.h"
#include "app/models/model_catalogue.h"
#include "engine/convert/hugging_face_config.h"
#include "engine/convert/tensor_names.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <nlohmann/json.hpp>

namespace ponder {
namespace {

QByteArray textOf(const QJsonObject& json) { return QJsonDocument(json).toJson(QJsonDocument::Compact); }

QJsonObject configOf(const CatalogueModel& model) {
    const ModelConfig& config = model.config;
    const auto& classes = config.family->hubClasses;
    const std::string_view className = classes.empty() ? std::string_view() : classes.front();
    return {{"architectures", QJsonArray{QString::fromUtf8(className.data(), qsizetype(className.size()))}},
            {"model_type", model.architecture},
            {"hidden_act", "silu"},
            {"hidden_size", qint64(config.width)},
            {"intermediate_size", qint64(config.hidden)},
            {"num_hidden_layers", qint64(config.layers)},
            {"max_position_embeddings", qint64(config.trainedContext)},
            {"rms_norm_eps", config.normEpsilon},
            {"rope_theta", config.ropeBase},
            {"tie_word_embeddings", config.tied},
            {"num_attention_heads", qint64(config.heads)},
            {"num_key_value_heads", qint64(config.kvHeads)},
            {"head_dim", qint64(config.headSize)},
            {"vocab_size", qint64(config.vocabulary)},
            {"bos_token_id", 257},
            {"eos_token_id", 257},
            {"torch_dtype", "bfloat16"}};
}

// The characters that stand for the 256 bytes in byte-level vocabularies, and one pair: without a merge there
// is no vocabulary.
QJsonObject byteVocabulary() {
    QJsonObject out;
    int spare = 256;
    for (int byte = 0; byte < 256; ++byte) {
        const bool itself = (byte > 32 && byte < 127) || (byte > 160 && byte != 173);
        out.insert(QString(QChar(itself ? byte : spare++)), byte);
    }
    out.insert(QStringLiteral("th"), 256);
    return out;
}

QJsonObject tokenizer() {
    const QJsonObject end{{"id", 257}, {"content", "<|end|>"}, {"special", true}};
    return {
        {"added_tokens", QJsonArray{end}},
        {"pre_tokenizer", QJsonObject{{"type", "ByteLevel"}, {"add_prefix_space", false}}},
        {"model", QJsonObject{{"type", "BPE"}, {"vocab", byteVocabulary()}, {"merges", QJsonArray{"t h"}}}}};
}

// The header with its length before it; the size of the whole file comes back too.
QByteArray weightsHeader(const ModelConfig& config, qint64& fileBytes) {
    QJsonObject header;
    qint64 at = 0;
    for (const NamedTensor& tensor : namedTensors(config)) {
        if (tensor.source.empty() || tensor.optional) continue;
        const std::vector<std::uint64_t> lengths = tensor.shape();
        QJsonArray shape;
        qint64 bytes = 2; // of a number
        for (auto length = lengths.rbegin(); length != lengths.rend(); ++length) {
            shape.append(qint64(*length));
            bytes *= qint64(*length);
        }
        header.insert(
            QString::fromStdString(tensor.source),
            QJsonObject{{"dtype", "BF16"}, {"shape", shape}, {"data_offsets", QJsonArray{at, at + bytes}}});
        at += bytes;
    }
    QByteArray text = textOf(header);
    QByteArray begin(8, '\0');
    for (int i = 0; i < 8; ++i)
        begin[i] = char(quint64(text.size()) >> (8 * i));
    fileBytes = begin.size() + text.size() + at;
    return begin + text;
}

} // namespace

QString writeWeightsFolder(const QString& folder, const QString& catalogueId) {
    const CatalogueModel* model = ModelCatalogue::builtIn().find(catalogueId);
    if (!model) return {};
    const QByteArray configText = textOf(configOf(*model));
    const auto config =
        HuggingFaceConfig::read(nlohmann::json::parse(configText.begin(), configText.end()), "config.json");
    const QString path = QDir(folder).filePath(model->name);
    if (!config || !QDir().mkpath(path)) return {};
    qint64 bytes = 0;
    const QByteArray header = weightsHeader(config->model, bytes);
    const bool written = writeOutlineFile(path + QStringLiteral("/config.json"), configText) &&
                         writeOutlineFile(path + QStringLiteral("/tokenizer.json"), textOf(tokenizer())) &&
                         writeOutlineFile(path + QStringLiteral("/model.safetensors"), header, bytes);
    return written ? path : QString();
}

} // namespace ponder
