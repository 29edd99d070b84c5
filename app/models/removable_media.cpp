#include "app/models/removable_media.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStorageInfo>

namespace ponder {
namespace {

// A partition has its disk as the folder above it.
bool saysRemovable(const QString& folder) {
    for (const QString& place : {folder, QFileInfo(folder).path()}) {
        QFile flag(place + QStringLiteral("/removable"));
        if (flag.open(QIODevice::ReadOnly)) return flag.read(1) == "1";
    }
    return false;
}

} // namespace

bool isRemovable(const MountedMedium& medium, const QString& sysBlock) {
    for (const char* disc : {"iso9660", "udf"})
        if (medium.fileSystem == QLatin1String(disc)) return true;
    // Phones and cameras, and sticks whose controller calls itself a fixed disk.
    for (const char* place : {"/media/", "/run/media/", "/Volumes/"})
        if (medium.root.startsWith(QLatin1String(place))) return true;
    if (medium.root.contains(QLatin1String("/gvfs/"))) return true;
    if (!medium.device.startsWith(QLatin1String("/dev/"))) return false;
    const QString real = QFileInfo(sysBlock + u'/' + QFileInfo(medium.device).fileName()).canonicalFilePath();
    return !real.isEmpty() && saysRemovable(real);
}

bool onRemovableMedia(const QString& path) {
    const QStorageInfo storage(path);
    if (!storage.isValid()) return false;
    return isRemovable({storage.rootPath(), QString::fromUtf8(storage.device()),
                        QString::fromUtf8(storage.fileSystemType())});
}

} // namespace ponder
