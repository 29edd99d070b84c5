#include "app/store/cache_folder.h"

#include <QStandardPaths>

namespace ponder {

QString cacheFolder() {
    if (const QString data = qEnvironmentVariable("PONDER_DATA_DIR"); !data.isEmpty())
        return data + QStringLiteral("/cache");
    return QStandardPaths::writableLocation(QStandardPaths::CacheLocation);
}

} // namespace ponder
