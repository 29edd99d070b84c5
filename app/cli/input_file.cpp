#include "app/cli/input_file.h"

#include <QFile>

#include <cstdio>

namespace ponder {

Result<std::string> readInput(const QString& path) {
    QFile file(path);
    const bool open = path == u"-" ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!open)
        return Error{file.exists() ? ErrorCode::FileUnreadable : ErrorCode::FileNotFound, path.toStdString(),
                     file.errorString().toStdString()};
    const QByteArray bytes = file.readAll();
    if (file.error() != QFileDevice::NoError)
        return Error{ErrorCode::FileUnreadable, path.toStdString(), file.errorString().toStdString()};
    return bytes.toStdString();
}

} // namespace ponder
