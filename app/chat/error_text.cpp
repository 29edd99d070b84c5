#include "app/chat/error_text.h"

#include <QCoreApplication>
#include <QStringList>

namespace ponder {
namespace {

// In one pass, so that a file name containing "%2" stays as it is.
QString withValues(const QString& text, const QStringList& values) {
    QString out;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const bool place = text[i] == u'%' && i + 1 < text.size() && text[i + 1] >= u'1' &&
                           text[i + 1].unicode() - u'1' < values.size();
        if (place)
            out += values[text[++i].unicode() - u'1'];
        else
            out += text[i];
    }
    return out;
}

} // namespace

QString detailText(const Detail& detail) {
    QStringList values;
    for (const std::string& argument : detail.arguments())
        values << QString::fromStdString(argument);
    return withValues(QCoreApplication::translate("ErrorDetail", detail.pattern().c_str()), values);
}

QString errorText(const Error& error) {
    const QByteArray source(errorTemplate(error.code).data(), qsizetype(errorTemplate(error.code).size()));
    const QString text = QCoreApplication::translate("Error", source.constData());
    return withValues(text, {QString::fromStdString(error.subject), detailText(error.detail)});
}

} // namespace ponder
