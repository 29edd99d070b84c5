#include "app/models/recognized_folder.h"

#include "app/models/byte_text.h"
#include "app/models/recognized_gguf.h"
#include "app/models/refused_format.h"
#include "engine/convert/folder_summary.h"

#include <QCoreApplication>
#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>

namespace ponder {
namespace {

constexpr qint64 kLargestConfig = 4 << 20; // of a JSON file that is read whole

// Nothing where there is no such file or it is not an object.
std::optional<QJsonObject> readObject(const QString& path) {
    QFile file(path);
    if (!QFileInfo(path).isFile() || file.size() > kLargestConfig || !file.open(QIODevice::ReadOnly))
        return std::nullopt;
    const QJsonDocument json = QJsonDocument::fromJson(file.readAll());
    return json.isObject() ? std::optional(json.object()) : std::nullopt;
}

// The name of the model: the folder's, or in Hugging Face's cache that of the folder above its snapshots.
QString folderTitle(const QDir& folder) {
    const QStringList parts = folder.absolutePath().split(u'/');
    if (parts.size() > 3 && parts[parts.size() - 2] == u"snapshots" &&
        parts[parts.size() - 3].startsWith(QLatin1String("models--")))
        return parts[parts.size() - 3].section(QStringLiteral("--"), -1);
    return folder.dirName();
}

// The shards that the index names and the folder lacks.
QStringList missingShards(const QDir& folder) {
    QStringList missing;
    const auto index = readObject(folder.filePath(QStringLiteral("model.safetensors.index.json")));
    if (!index) return missing;
    for (const auto& shard : index->value(QLatin1String("weight_map")).toObject()) {
        // A name with a folder in it could point anywhere.
        const QString name = QFileInfo(shard.toString()).fileName();
        if (!name.isEmpty() && !missing.contains(name) && !folder.exists(name)) missing << name;
    }
    missing.sort();
    return missing;
}

qint64 weightBytes(const QDir& folder) {
    qint64 bytes = 0;
    for (const QFileInfo& file : folder.entryInfoList({QStringLiteral("*.safetensors")}, QDir::Files))
        bytes += file.size();
    return bytes;
}

QString numberFormat(const QJsonObject& config) {
    QString type = config.value(QLatin1String("torch_dtype")).toString();
    if (type.isEmpty()) type = config.value(QLatin1String("dtype")).toString();
    if (type == u"bfloat16") return QStringLiteral("BF16");
    if (type == u"float16") return QStringLiteral("F16");
    if (type == u"float32") return QStringLiteral("F32");
    return {};
}

RecognizedModel adapterFolder(const QDir& folder, const QJsonObject& config) {
    const QString type = config.value(QLatin1String("peft_type")).toString();
    if (type.toUpper() != u"LORA") return refused(folder.path(), RefusedFormat::OtherAdapter);
    RecognizedModel row;
    row.kind = RecognizedKind::LoraFolder;
    row.path = folder.path();
    row.title = folderTitle(folder);
    row.bytes = weightBytes(folder);
    if (row.bytes == 0) return refused(folder.path(), refusedFolder(folder.dirName(), folder.entryList()));
    row.detail = RecognitionText::tr("LoRA adapter (PEFT folder) · %1").arg(byteText(row.bytes));
    row.reason = RecognitionText::tr("An adapter changes another model and cannot answer alone.");
    row.remedy = RecognitionText::tr("Choose it in the settings of the model that it was made for.");
    return row;
}

RecognizedModel weightsFolder(const QDir& folder, const QJsonObject& config) {
    QString quantization;
    if (const auto format = refusedConfig(config, quantization)) {
        RecognizedModel row = refused(folder.path(), *format);
        row.title = folderTitle(folder);
        return row;
    }
    RecognizedModel row;
    row.kind = quantization == u"awq" ? RecognizedKind::AwqFolder : RecognizedKind::SafetensorsFolder;
    row.path = folder.path();
    row.title = folderTitle(folder);
    row.bytes = weightBytes(folder);
    const bool awq = row.kind == RecognizedKind::AwqFolder;
    row.quantization = awq ? QStringLiteral("AWQ") : numberFormat(config);
    row.detail =
        (awq ? RecognitionText::tr("AWQ folder · %1") : RecognitionText::tr("safetensors folder · %1"))
            .arg(awq || row.quantization.isEmpty() ? byteText(row.bytes)
                                                   : row.quantization + u' ' + byteText(row.bytes));
    row.missing = missingShards(folder);
    const bool tokenizer =
        folder.exists(QStringLiteral("tokenizer.json")) || folder.exists(QStringLiteral("tokenizer.model"));
    if (!tokenizer) row.missing << QStringLiteral("tokenizer.json");
    if (!row.missing.isEmpty()) {
        row.reason = RecognitionText::tr("These files are missing: %1.")
                         .arg(row.missing.mid(0, 4).join(QStringLiteral(", ")) +
                              (row.missing.size() > 4 ? QStringLiteral(", …") : QString()));
        row.remedy = RecognitionText::tr("Download the rest of the folder.");
        return row;
    }
    auto summary = inspectFolder(std::filesystem::path(folder.path().toStdU16String()));
    if (!summary || summary->problem) {
        row.reason = reasonText(folder.path(), summary ? *summary->problem : summary.error());
        return row;
    }
    row.convertible = true;
    row.folder = std::make_shared<const FolderSummary>(std::move(*summary));
    row.reason = RecognitionText::tr("It must be converted to GGUF first.");
    row.remedy = RecognitionText::tr("Convert it here, or with \"ponder-cli convert\".");
    return row;
}

} // namespace

std::optional<RecognizedModel> recognizeFolder(const QString& path) {
    const QDir folder(path);
    if (const auto config = readObject(folder.filePath(QStringLiteral("adapter_config.json"))))
        return adapterFolder(folder, *config);
    if (weightBytes(folder) == 0) return std::nullopt;
    const auto config = readObject(folder.filePath(QStringLiteral("config.json")));
    if (!config) return std::nullopt;
    return weightsFolder(folder, *config);
}

} // namespace ponder
