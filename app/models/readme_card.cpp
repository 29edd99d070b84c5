#include "app/models/readme_card.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <array>

namespace ponder {
namespace {

constexpr qint64 kLongestCard = 512 << 10; // bytes that are read
constexpr qint64 kLongestLicence = 128 << 10;

QString readText(const QString& path, qint64 most) {
    QFile file(path);
    if (!QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly)) return {};
    return QString::fromUtf8(file.read(most));
}

QString withoutQuotes(QString value) {
    value = value.trimmed();
    if (value.size() > 1 && (value.front() == u'"' || value.front() == u'\'') &&
        value.back() == value.front())
        value = value.mid(1, value.size() - 2);
    return value;
}

// The few keys that are wanted, of the few forms in which cards write them: "key: value", "key: [a, b]" and
// "key:" with "- a" lines below.
QStringList valuesOf(const QStringList& block, const QString& key) {
    QStringList values;
    for (qsizetype i = 0; i < block.size(); ++i) {
        if (!block[i].startsWith(key + u':')) continue;
        QString rest = block[i].mid(key.size() + 1).trimmed();
        if (rest.startsWith(u'[')) rest = rest.mid(1).section(u']', 0, 0);
        for (const QString& value : rest.split(u',', Qt::SkipEmptyParts))
            values << withoutQuotes(value);
        for (++i; i < block.size() && block[i].trimmed().startsWith(u'-') && rest.isEmpty(); ++i)
            values << withoutQuotes(block[i].trimmed().mid(1));
        break;
    }
    return values;
}

} // namespace

ReadmeCard readReadmeCard(const QString& modelPath) {
    const QFileInfo info(modelPath);
    const QDir folder = info.isDir() ? QDir(modelPath) : info.dir();
    ReadmeCard card;
    const QString text = readText(folder.filePath(QStringLiteral("README.md")), kLongestCard)
                             .replace(QLatin1String("\r\n"), QLatin1String("\n"));
    const QString mark = QStringLiteral("---\n");
    const qsizetype end = text.indexOf(QStringLiteral("\n---"), mark.size() - 1);
    if (!text.startsWith(mark) || end < 0) return card;
    const QStringList block = text.mid(mark.size(), end - mark.size()).split(u'\n');
    card.text = text.mid(text.indexOf(u'\n', end + 1) + 1).trimmed();
    card.licence = valuesOf(block, QStringLiteral("license")).value(0).left(100);
    card.languages = valuesOf(block, QStringLiteral("language")).mid(0, 64);
    for (const char* name : {"LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE"})
        if (card.licenceText.isEmpty())
            card.licenceText = readText(folder.filePath(QLatin1String(name)), kLongestLicence);
    return card;
}

} // namespace ponder
