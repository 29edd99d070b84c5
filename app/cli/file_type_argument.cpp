#include "app/cli/file_type_argument.h"

#include "app/cli/text.h"

#include <QStringList>

namespace ponder {

Result<FileType> fileTypeArgument(const QString& word) {
    if (const std::optional<FileType> type = fileType(word.toStdString())) return *type;
    QStringList known;
    for (const FileType type : kFileTypes)
        known << QString::fromLatin1(nameOf(type).data(), static_cast<qsizetype>(nameOf(type).size()));
    return Error{ErrorCode::BadArgument, word.toStdString(),
                 Cli::tr("give one of: %1").arg(known.join(QStringLiteral(", "))).toStdString()};
}

} // namespace ponder
