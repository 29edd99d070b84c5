#include "app/chat/fake_model_files.h"

#include "app/models/model_catalogue.h"
#include "engine/file/gguf_output.h"
#include "engine/model/shape_model.h"

#include <QDir>
#include <QFile>

namespace ponder {
namespace {

// NAME.gguf: the header, and a hole as large as the weights.
QString writeOutline(const QString& folder, const QString& name, const GgufOutput& out) {
    const auto header = out.header();
    if (!header) return {};
    const QString path = QDir(folder).filePath(name + QStringLiteral(".gguf"));
    const QByteArray begin(reinterpret_cast<const char*>(header->data()), qsizetype(header->size()));
    const auto bytes = qint64(out.bytesBefore(out.tensors().size()));
    return writeOutlineFile(path, begin, begin.size() + bytes) ? path : QString();
}

GgufOutput outline(const CatalogueModel& model, const ModelConfig& config, FileType type) {
    GgufOutput out;
    out.set("general.architecture", model.architecture.toStdString());
    out.set("general.name", model.name.toStdString());
    out.set("general.file_type", static_cast<std::uint32_t>(type));
    config.write(out);
    const ShapeModel weights(config, type);
    for (const TensorInfo& tensor : weights.tensors())
        out.tensor(std::string(tensor.name), {tensor.shape.begin(), tensor.shape.begin() + tensor.dimensions},
                   tensor.type);
    return out;
}

} // namespace

QString writeModelOutline(const QString& folder, const QString& catalogueId, const QString& quantization,
                          int parts) {
    const CatalogueModel* model = ModelCatalogue::builtIn().find(catalogueId);
    const auto type = fileType(quantization.toStdString());
    if (!model || !type) return {};
    ModelConfig config = model->config;
    config.ropeFactors = false; // they would have to be written
    GgufOutput out = outline(*model, config, *type);
    QString name = model->name + u'-' + quantization;
    if (parts > 1) {
        out.set("split.no", std::uint32_t{0}).set("split.count", static_cast<std::uint32_t>(parts));
        name += QStringLiteral("-00001-of-%1").arg(parts, 5, 10, QLatin1Char('0'));
    }
    return writeOutline(folder, name, out);
}

QString writeAdapterOutline(const QString& folder, const QString& name, const QString& catalogueId) {
    constexpr std::uint64_t kRank = 8;
    const CatalogueModel* model = ModelCatalogue::builtIn().find(catalogueId);
    if (!model) return {};
    const ModelConfig& config = model->config;
    GgufOutput out;
    out.set("general.type", std::string("adapter")).set("adapter.type", std::string("lora"));
    out.set("general.architecture", model->architecture.toStdString()).set("adapter.lora.alpha", 16.0F);
    out.tensor("blk.0.attn_q.weight.lora_a", {config.width, kRank}, TensorType::F32);
    out.tensor("blk.0.attn_q.weight.lora_b", {kRank, config.queryLength()}, TensorType::F32);
    return writeOutline(folder, name, out);
}

bool writeOutlineFile(const QString& path, const QByteArray& begin, qint64 bytes) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(begin) == begin.size() &&
           (bytes <= begin.size() || file.resize(bytes));
}

} // namespace ponder
