#include "app/chat/error_text.h"

#include <QCoreApplication>

namespace ponder {

QString errorText(const Error& error) {
    const QByteArray source(errorTemplate(error.code).data(), qsizetype(errorTemplate(error.code).size()));
    const QString text = QCoreApplication::translate("Error", source.constData());
    const QString values[] = {QString::fromStdString(error.subject), QString::fromStdString(error.detail)};
    // In one pass, so that a file name containing "%2" stays as it is.
    QString out;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const bool place =
            text[i] == u'%' && i + 1 < text.size() && (text[i + 1] == u'1' || text[i + 1] == u'2');
        if (place)
            out += values[text[++i] == u'1' ? 0 : 1];
        else
            out += text[i];
    }
    return out;
}

} // namespace ponder
