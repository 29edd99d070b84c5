#include "app/chat/chat_title.h"

#include <QList>

namespace ponder {
namespace {

constexpr int kWidth = 48; // in Latin letters

// East Asian characters take the room of two letters.
int widthOf(QChar c) {
    const ushort code = c.unicode();
    const bool wide = (code >= 0x1100 && code <= 0x11ff) || (code >= 0x2e80 && code <= 0xd7ff) ||
                      (code >= 0xf900 && code <= 0xfaff) || (code >= 0xfe30 && code <= 0xfe4f) ||
                      (code >= 0xff00 && code <= 0xff60);
    return wide ? 2 : 1;
}

QString cleaned(QStringView line) {
    QString text;
    for (const QChar c : line) {
        if (c == u'`' || c == u'*' || c.category() == QChar::Other_Control) continue;
        if (text.isEmpty() && (c == u'#' || c == u'>' || c == u'-')) continue;
        text += c;
    }
    return text.simplified();
}

QString elided(const QString& text) {
    int width = 0;
    qsizetype end = 0;
    qsizetype lastSpace = -1;
    for (; end < text.size() && width + widthOf(text[end]) <= kWidth; ++end) {
        if (text[end].isSpace()) lastSpace = end;
        width += widthOf(text[end]);
    }
    if (end == text.size()) return text;
    // Text without spaces, or one endless word, is cut where it is.
    if (lastSpace > end / 2)
        end = lastSpace;
    else if (end > 0 && text[end - 1].isHighSurrogate())
        --end;
    return text.left(end) + u'…';
}

} // namespace

QString chatTitle(const QString& question) {
    for (const QStringView line : QStringView(question).split(u'\n')) {
        const QString text = cleaned(line);
        if (!text.isEmpty()) return elided(text);
    }
    return {};
}

} // namespace ponder
