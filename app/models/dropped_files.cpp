#include "app/models/dropped_files.h"

#include "app/models/byte_text.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QMap>
#include <QRegularExpression>

namespace ponder {
namespace {

struct DroppedFilesText {
    Q_DECLARE_TR_FUNCTIONS(DroppedFiles)
};

bool startsWithGgufMagic(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) && file.read(4) == "GGUF";
}

QString useGguf() { return DroppedFilesText::tr("Drop a GGUF file (its name ends in .gguf) of this model."); }

// Why a file or folder that is not GGUF cannot be opened.
DroppedModel refusal(const QFileInfo& info) {
    const QString name = info.fileName();
    const QString suffix = info.suffix().toLower();
    if (!info.exists()) return {{}, DroppedFilesText::tr("%1 is not there any more.").arg(name), {}};
    if (info.isDir()) {
        const QDir folder(info.filePath());
        const bool safetensors = !folder.entryList({QStringLiteral("*.safetensors")}, QDir::Files).isEmpty();
        if (safetensors)
            return {{}, DroppedFilesText::tr("%1 is a folder of safetensors weights.").arg(name), useGguf()};
        return {{}, DroppedFilesText::tr("%1 is a folder without a model in it.").arg(name), useGguf()};
    }
    if (suffix == QLatin1String("safetensors"))
        return {{}, DroppedFilesText::tr("%1 has safetensors weights.").arg(name), useGguf()};
    if (suffix == QLatin1String("bin") || suffix == QLatin1String("pt") || suffix == QLatin1String("pth"))
        return {{}, DroppedFilesText::tr("%1 has PyTorch weights.").arg(name), useGguf()};
    if (suffix == QLatin1String("onnx"))
        return {{}, DroppedFilesText::tr("%1 is an ONNX model.").arg(name), useGguf()};
    if (suffix == QLatin1String("zip") || suffix == QLatin1String("gz") || suffix == QLatin1String("7z") ||
        suffix == QLatin1String("tar") || suffix == QLatin1String("rar"))
        return {{},
                DroppedFilesText::tr("%1 is an archive.").arg(name),
                DroppedFilesText::tr("Unpack it and drop the GGUF file in it.")};
    if (suffix == QLatin1String("part") || suffix == QLatin1String("crdownload") ||
        suffix == QLatin1String("download"))
        return {{},
                DroppedFilesText::tr("%1 is an unfinished download.").arg(name),
                DroppedFilesText::tr("Wait until the download is complete.")};
    if (suffix == QLatin1String("gguf"))
        return {{},
                DroppedFilesText::tr("%1 has no GGUF model in it.").arg(name),
                DroppedFilesText::tr("The download is damaged; download it again.")};
    return {{}, DroppedFilesText::tr("%1 is not a model file.").arg(name), useGguf()};
}

qint64 sizeOfSet(const QFileInfo& part) {
    const QString name = splitSetName(part.fileName());
    if (name == part.fileName()) return part.size();
    qint64 bytes = 0;
    for (const QFileInfo& other : part.dir().entryInfoList({QStringLiteral("*.gguf")}, QDir::Files))
        if (splitSetName(other.fileName()) == name) bytes += other.size();
    return bytes;
}

// The single GGUF set inside a folder counts as dropped itself.
QStringList expanded(const QString& path) {
    const QFileInfo info(path);
    if (!info.isDir()) return {path};
    QStringList files;
    for (const QFileInfo& file : QDir(path).entryInfoList({QStringLiteral("*.gguf")}, QDir::Files))
        files << file.filePath();
    return files.isEmpty() ? QStringList{path} : files;
}

} // namespace

QString splitSetName(const QString& fileName) {
    static const QRegularExpression part(QStringLiteral("^(.*)-\\d{5}-of-\\d{5}\\.gguf$"),
                                         QRegularExpression::CaseInsensitiveOption);
    const QRegularExpressionMatch match = part.match(fileName);
    return match.hasMatch() ? match.captured(1) : fileName;
}

DroppedModel chooseDropped(const QList<QUrl>& urls) {
    QMap<QString, QString> models; // one path for each set
    DroppedModel refused;
    for (const QUrl& url : urls) {
        if (!url.isLocalFile()) {
            refused = {{},
                       DroppedFilesText::tr("This is a link, not a file."),
                       DroppedFilesText::tr("Download the model, then drop the file.")};
            continue;
        }
        for (const QString& path : expanded(url.toLocalFile())) {
            const QFileInfo info(path);
            if (info.isFile() && startsWithGgufMagic(path))
                models.insert(info.dir().filePath(splitSetName(info.fileName())), path);
            else
                refused = refusal(info);
        }
    }
    if (models.size() > 1)
        return {{},
                DroppedFilesText::tr("These are several models."),
                DroppedFilesText::tr("Drop one model at a time.")};
    if (models.isEmpty())
        return refused.title.isEmpty()
                   ? DroppedModel{{}, DroppedFilesText::tr("There is no file in this."), useGguf()}
                   : refused;
    const QFileInfo chosen(models.first());
    return {chosen.absoluteFilePath(), chosen.fileName(), byteText(sizeOfSet(chosen))};
}

} // namespace ponder
