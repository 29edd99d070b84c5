#include "app/models/free_space.h"

#include <QDir>
#include <QFileInfo>
#include <QStorageInfo>

namespace ponder {

qint64 freeBytesFor(const QString& path) {
    const QStorageInfo disk(nearestExisting(path));
    return disk.isValid() ? disk.bytesAvailable() : -1;
}

QString nearestExisting(const QString& path) {
    QString existing = QDir(path).absolutePath();
    while (!QFileInfo::exists(existing) && existing != QFileInfo(existing).path())
        existing = QFileInfo(existing).path();
    return existing;
}

} // namespace ponder
