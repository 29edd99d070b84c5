#include "app/models/recognized_gguf.h"

#include "app/chat/error_text.h"
#include "app/models/byte_text.h"
#include "app/models/model_description.h"
#include "app/models/refused_format.h"
#include "engine/file/split_set.h"
#include "engine/model/config.h"
#include "engine/model/weights.h"

#include <QCoreApplication>
#include <QDir>

namespace ponder {
namespace {

RecognizedModel refusedFor(const QString& path, const Error& error) {
    RecognizedModel row;
    row.path = path;
    row.title = QFileInfo(path).fileName();
    row.reason = reasonText(path, error);
    return row;
}

// Parts of the set that are not in the part's folder.
RecognizedModel incomplete(const QString& path, const SplitName& split) {
    const QDir folder = QFileInfo(path).dir();
    RecognizedModel row;
    row.kind = RecognizedKind::GgufPart;
    row.path = path;
    row.title = QString::fromStdString(split.stem);
    for (std::uint32_t number = 1; number <= split.count; ++number) {
        const QString name = row.title + QStringLiteral("-%1-of-%2.gguf")
                                             .arg(number, 5, 10, QLatin1Char('0'))
                                             .arg(split.count, 5, 10, QLatin1Char('0'));
        const QFileInfo part(folder.filePath(name));
        if (part.exists())
            row.bytes += part.size();
        else
            row.missing << name;
    }
    row.detail = RecognitionText::tr("GGUF part %1 of %2 · %3")
                     .arg(split.number)
                     .arg(split.count)
                     .arg(byteText(row.bytes));
    row.reason = RecognitionText::tr("%n part(s) are missing: %1.", nullptr, int(row.missing.size()))
                     .arg(row.missing.mid(0, 4).join(QStringLiteral(", ")) +
                          (row.missing.size() > 4 ? QStringLiteral(", …") : QString()));
    row.remedy = RecognitionText::tr("Put all parts into one folder.");
    return row;
}

bool isAdapter(const Metadata& metadata) {
    return metadata.text("general.type") == "adapter" || metadata.has("adapter.type");
}

// What is no model of its own although it is GGUF.
std::optional<RefusedFormat> otherContent(const ModelFile& file) {
    const Metadata& metadata = file.metadata();
    const std::string_view type = metadata.text("general.type").value_or("");
    const std::string_view architecture = metadata.text("general.architecture").value_or("");
    if (type == "mmproj" || type == "projector" || architecture == "clip")
        return RefusedFormat::PictureReader;
    if (type == "imatrix") return RefusedFormat::ImportanceMatrix;
    if (file.tensors().empty() && metadata.has("tokenizer.ggml.tokens")) return RefusedFormat::VocabularyOnly;
    return std::nullopt;
}

RecognizedModel adapter(const ModelRecord& described) {
    RecognizedModel row;
    row.kind = RecognizedKind::LoraGguf;
    row.path = described.path;
    row.title = described.name;
    row.bytes = described.bytes;
    row.detail = RecognitionText::tr("LoRA adapter · %1").arg(byteText(row.bytes));
    row.reason = RecognitionText::tr("An adapter changes another model and cannot answer alone.");
    row.remedy = RecognitionText::tr("Choose it in the settings of the model that it was made for.");
    return row;
}

} // namespace

QString reasonText(const QString& path, Error error) {
    if (error.subject == path.toStdString()) error.subject = QFileInfo(path).fileName().toStdString();
    return errorText(error);
}

RecognizedModel recognizeGguf(const QString& path) {
    const std::filesystem::path native(path.toStdU16String());
    const auto file = ModelFile::open(native);
    if (!file) {
        const auto split = parseSplitName(native);
        if (file.error().code == ErrorCode::MissingSplitPart && split) return incomplete(path, *split);
        return refusedFor(path, file.error());
    }
    const ModelRecord described = describeModel(**file);
    if (isAdapter((*file)->metadata())) return adapter(described);
    if (const auto format = otherContent(**file)) return refused(path, *format);
    const auto config = ModelConfig::read(**file);
    if (!config) return refusedFor(path, config.error());
    if (const auto weights = bindWeights(**file, *config); !weights) return refusedFor(path, weights.error());
    RecognizedModel row;
    row.kind = RecognizedKind::Gguf;
    row.path = described.path;
    row.title = described.name;
    row.quantization = described.quantization;
    row.bytes = described.bytes;
    row.detail = QStringLiteral("GGUF · %1 · %2").arg(described.quantization, byteText(described.bytes));
    row.addable = true;
    return row;
}

} // namespace ponder
