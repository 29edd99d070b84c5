#include "app/models/hub_name.h"

#include "engine/base/translatable.h"

#include <QRegularExpression>
#include <QStringList>
#include <QUrl>

#include <algorithm>

namespace ponder {
namespace {

constexpr qsizetype kLongestPath = 512;

Error notAName(const QString& typed) {
    return {ErrorCode::BadArgument, typed.toStdString(),
            Detail{PONDER_TR_NOOP("ErrorDetail", "a model on the hub is written as OWNER/NAME"), {}}};
}

bool isNamePart(const QString& part) {
    static const QRegularExpression pattern(QStringLiteral("^[A-Za-z0-9_][A-Za-z0-9._-]{0,95}$"));
    return pattern.match(part).hasMatch() && !part.contains(QLatin1String(".."));
}

bool isRevision(const QString& revision) {
    static const QRegularExpression pattern(QStringLiteral("^[A-Za-z0-9_][A-Za-z0-9._/-]{0,127}$"));
    return revision.isEmpty() || (pattern.match(revision).hasMatch() && isSafeHubPath(revision));
}

// The path of a page: owner/name, owner/name/tree/revision, owner/name/{blob,resolve}/revision/file.
void readPagePath(const QString& path, HubName& out) {
    const QStringList parts = path.split(u'/', Qt::SkipEmptyParts);
    out.owner = parts.value(0);
    out.name = parts.value(1);
    out.revision = parts.value(3);
    if (parts.value(2) == u"blob" || parts.value(2) == u"resolve") out.wanted = parts.mid(4).join(u'/');
}

} // namespace

Result<HubName> HubName::parse(const QString& typed) {
    const QString text = typed.trimmed();
    HubName out;
    if (text.contains(QLatin1String("://"))) {
        readPagePath(QUrl(text).path(QUrl::FullyDecoded), out);
    } else {
        QString words = text;
        for (const char* host : {"huggingface.co/", "hf.co/"})
            if (words.startsWith(QLatin1String(host))) words = words.mid(qsizetype(qstrlen(host)));
        if (const qsizetype colon = words.indexOf(u':'); colon >= 0) {
            out.wanted = words.mid(colon + 1);
            words.truncate(colon);
        }
        const qsizetype at = words.indexOf(u'@');
        const QString revision = at < 0 ? QString() : words.mid(at + 1);
        readPagePath(at < 0 ? words : words.left(at), out);
        if (at >= 0) out.revision = revision;
    }
    if (!isNamePart(out.owner) || !isNamePart(out.name) || !isRevision(out.revision)) return notAName(typed);
    return out;
}

bool isSafeHubPath(const QString& path) {
    if (path.isEmpty() || path.size() > kLongestPath) return false;
    const QStringList parts = path.split(u'/');
    return std::all_of(parts.begin(), parts.end(), [](const QString& part) {
        const bool plain = std::none_of(part.begin(), part.end(), [](QChar c) {
            return c.unicode() < 0x20 || c.unicode() == 0x7F || QStringLiteral("\\:*?\"<>|").contains(c);
        });
        // Neither "", "." and "..", nor a name that Windows would shorten.
        return plain && !part.isEmpty() && !part.endsWith(u'.') && !part.endsWith(u' ') &&
               !part.startsWith(u' ') && part.size() <= 200;
    });
}

} // namespace ponder
