#include "app/models/model_description.h"

#include "app/models/quantization_name.h"

namespace ponder {
namespace {

constexpr qsizetype kLongestText = 200;
constexpr std::size_t kMostLanguages = 64;

// As the file says it, without control characters, which have no place in a label.
QString label(const Metadata& metadata, std::string_view key) {
    const std::string_view text = metadata.text(key).value_or("");
    QString clean = QString::fromUtf8(text.data(), qsizetype(text.size())).simplified();
    clean.removeIf([](QChar c) { return !c.isPrint(); });
    return clean.left(kLongestText);
}

QStringList languages(const Metadata& metadata) {
    QStringList out;
    const auto texts = metadata.texts("general.languages");
    for (const std::string_view text : texts.first(std::min(texts.size(), kMostLanguages)))
        out << QString::fromUtf8(text.data(), qsizetype(text.size())).left(16).remove(u',');
    return out;
}

} // namespace

QString fromPath(const std::filesystem::path& path) { return QString::fromStdU16String(path.u16string()); }

ModelRecord describeModel(const ModelFile& file) {
    const Metadata& metadata = file.metadata();
    ModelRecord model;
    model.path = fromPath(file.parts().front());
    model.name = QString::fromStdString(file.displayName());
    model.architecture = label(metadata, "general.architecture");
    model.family = label(metadata, "general.basename");
    if (model.family.isEmpty()) model.family = model.architecture;
    model.quantization = quantizationName(file);
    model.bytes = qint64(file.fileBytes());
    model.licence = label(metadata, "general.license");
    model.languages = languages(metadata);
    for (const TensorInfo& tensor : file.tensors())
        model.parameters += qint64(tensor.rowLength() * tensor.rows());
    return model;
}

} // namespace ponder
