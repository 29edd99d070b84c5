#include "app/models/ollama_store.h"

#include "app/chat/error_text.h"
#include "app/models/byte_text.h"
#include "app/models/recognized_gguf.h"
#include "engine/file/ollama_manifest.h"

#include <QCoreApplication>
#include <QDir>
#include <QDirIterator>
#include <QJsonDocument>
#include <QJsonObject>

namespace ponder {
namespace {

constexpr qint64 kLargestManifest = 1 << 20;
constexpr qint64 kLargestText = 256 << 10; // of a blob with parameters, instruction or licence
constexpr int kMostManifests = 2000;

QByteArray readSmall(const QString& path, qint64 most) {
    QFile file(path);
    if (!QFileInfo(path).isFile() || file.size() > most || !file.open(QIODevice::ReadOnly)) return {};
    return file.read(most);
}

// As Ollama writes names: without its own registry and namespace.
QString ollamaName(const QString& below) { // "registry.ollama.ai/library/deepseek-r1/7b"
    QStringList parts = below.split(u'/');
    const QString tag = parts.size() > 1 ? parts.takeLast() : QString();
    if (parts.value(0) == u"registry.ollama.ai") parts.removeFirst();
    if (parts.value(0) == u"library" && parts.size() > 1) parts.removeFirst();
    return parts.join(u'/') + u':' + tag;
}

void readParameters(const QByteArray& text, ModelSettings& settings) {
    const QJsonObject json = QJsonDocument::fromJson(text).object();
    const auto number = [&](const char* key) {
        const QJsonValue value = json.value(QLatin1String(key));
        return value.isDouble() ? std::optional(value.toDouble()) : std::nullopt;
    };
    settings.temperature = number("temperature");
    settings.topP = number("top_p");
    settings.minP = number("min_p");
    if (const auto topK = number("top_k")) settings.topK = int(qBound(0.0, *topK, 1e6));
    if (const auto most = number("num_predict"); most && *most > 0)
        settings.maxTokens = int(qMin(*most, 1e6));
    settings = settings.checked();
}

// "MIT License" of a text that begins so.
QString firstLine(const QByteArray& text) {
    for (const QByteArray& line : text.split('\n'))
        if (!line.trimmed().isEmpty()) return QString::fromUtf8(line.trimmed()).left(80);
    return {};
}

class OllamaStore {
public:
    explicit OllamaStore(const QString& folder) : m_folder(folder) {}

    FoundModel model(const QString& manifestPath) const {
        const QString below = QDir(m_folder + QStringLiteral("/manifests")).relativeFilePath(manifestPath);
        FoundModel found;
        found.row.kind = RecognizedKind::OllamaModel;
        found.row.path = manifestPath;
        found.row.title = ollamaName(below);
        found.record.title = found.row.title;
        found.record.source = ModelSource::Ollama;
        const auto manifest = parseOllamaManifest(readSmall(manifestPath, kLargestManifest).toStdString(),
                                                  found.row.title.toStdString());
        if (!manifest) {
            found.row.reason = errorText(manifest.error());
            return found;
        }
        look(*manifest, found);
        return found;
    }

private:
    QString blob(const OllamaLayer& layer) const {
        return m_folder + QStringLiteral("/blobs/") + QString::fromStdString(layer.blob);
    }

    void look(const OllamaManifest& manifest, FoundModel& found) const {
        found.record.path = blob(manifest.model);
        for (const OllamaLayer& adapter : manifest.adapters)
            found.record.settings.adapters << ModelAdapter{blob(adapter), 1.0};
        QStringList files{found.record.path};
        for (const ModelAdapter& adapter : found.record.settings.adapters)
            files << adapter.path;
        for (const QString& file : files)
            if (!QFileInfo(file).isFile()) found.row.missing << QFileInfo(file).fileName();
        if (!found.row.missing.isEmpty()) {
            found.row.bytes = qint64(manifest.model.bytes);
            found.row.reason = RecognitionText::tr("These files are missing: %1.")
                                   .arg(found.row.missing.join(QStringLiteral(", ")));
            found.row.remedy = RecognitionText::tr("Run \"ollama pull %1\".").arg(found.row.title);
            return;
        }
        readSettings(manifest, found.record);
        const RecognizedModel file = recognizeGguf(found.record.path);
        found.row.quantization = file.quantization;
        found.row.bytes = file.bytes;
        found.row.addable = file.addable;
        found.row.reason = file.reason;
        found.row.remedy = file.remedy;
        if (file.addable)
            found.row.detail =
                QStringLiteral("Ollama · %1 · %2").arg(file.quantization, byteText(file.bytes));
    }

    void readSettings(const OllamaManifest& manifest, ModelRecord& record) const {
        if (manifest.parameters)
            readParameters(readSmall(blob(*manifest.parameters), kLargestText), record.settings);
        if (manifest.system)
            record.settings.instruction = QString::fromUtf8(readSmall(blob(*manifest.system), kLargestText));
        if (!manifest.licences.empty())
            record.licence = firstLine(readSmall(blob(manifest.licences.front()), kLargestText));
    }

    QString m_folder;
};

} // namespace

QStringList ollamaFolders() {
    QStringList folders;
    if (const QString set = qEnvironmentVariable("OLLAMA_MODELS"); !set.isEmpty()) folders << set;
    folders << QDir::homePath() + QStringLiteral("/.ollama/models")
            << QStringLiteral("/usr/share/ollama/.ollama/models");
    folders.removeDuplicates();
    return folders;
}

bool isOllamaFolder(const QString& folder) {
    return QFileInfo(folder + QStringLiteral("/manifests")).isDir() &&
           QFileInfo(folder + QStringLiteral("/blobs")).isDir();
}

QList<FoundModel> ollamaModels(const QString& folder, const std::stop_token& stop) {
    QList<FoundModel> found;
    if (!isOllamaFolder(folder)) return found;
    QStringList manifests;
    QDirIterator entries(folder + QStringLiteral("/manifests"), QDir::Files, QDirIterator::Subdirectories);
    while (entries.hasNext() && manifests.size() < kMostManifests)
        manifests << entries.next();
    manifests.sort();
    const OllamaStore store(folder);
    for (const QString& manifest : manifests) {
        if (stop.stop_requested()) break;
        found << store.model(manifest);
    }
    return found;
}

QList<FoundModel> ollamaManifest(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    const qsizetype place = absolute.lastIndexOf(QStringLiteral("/manifests/"));
    if (place < 0 || !isOllamaFolder(absolute.left(place))) return {};
    return {OllamaStore(absolute.left(place)).model(absolute)};
}

} // namespace ponder
