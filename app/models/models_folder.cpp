#include "app/models/models_folder.h"

#include "app/store/database.h"

#include <QDir>

namespace ponder {

QString modelsFolder(const QString& chosen) {
    const QString set = qEnvironmentVariable("PONDER_MODELS_DIR");
    if (!set.isEmpty()) return QDir(set).absolutePath();
    if (!chosen.isEmpty()) return QDir(chosen).absolutePath();
    return QDir(Database::defaultFolder()).absoluteFilePath(QStringLiteral("models"));
}

} // namespace ponder
