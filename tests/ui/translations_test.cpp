// The languages are complete: nothing unfinished, missing or left over, and no placeholder lost.
#include "tests/support/test_class.h"
#include "tests/support/test_folders.h"

#include <QDir>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

namespace {

struct Entry {
    QString key; // context and source
    QString source;
    QStringList translations;
    QString state; // "unfinished", "vanished", "obsolete", or empty
};

QString readText(QXmlStreamReader& xml) {
    return xml.readElementText(QXmlStreamReader::IncludeChildElements);
}

QList<Entry> readEntries(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return {};
    QXmlStreamReader xml(&file);
    QList<Entry> entries;
    QString context;
    while (!xml.atEnd()) {
        xml.readNext();
        if (!xml.isStartElement()) continue;
        if (xml.name() == u"name") {
            context = readText(xml);
        } else if (xml.name() == u"message") {
            entries << Entry();
        } else if (xml.name() == u"source") {
            entries.last().source = readText(xml);
            entries.last().key = context + QLatin1Char('|') + entries.last().source;
        } else if (xml.name() == u"translation") {
            entries.last().state = xml.attributes().value(QStringLiteral("type")).toString();
            QString text;
            while (!(xml.isEndElement() && xml.name() == u"translation") && !xml.atEnd()) {
                xml.readNext();
                if (xml.isStartElement() && xml.name() == u"numerusform")
                    entries.last().translations << readText(xml);
                if (xml.isCharacters()) text += xml.text();
            }
            if (entries.last().translations.isEmpty()) entries.last().translations << text;
        }
    }
    return entries;
}

QSet<QString> keysOf(const QList<Entry>& entries) {
    QSet<QString> keys;
    for (const Entry& entry : entries)
        keys << entry.key;
    return keys;
}

QStringList placeholders(const QString& text) {
    QStringList found;
    static const QRegularExpression pattern(QStringLiteral("%(\\d|n)"));
    for (auto it = pattern.globalMatch(text); it.hasNext();)
        found << it.next().captured();
    found.sort();
    found.removeDuplicates();
    return found;
}

} // namespace

class TranslationsTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        for (const QString& name : names())
            QVERIFY(QFile::copy(m_folder + name, m_fresh.filePath(name)));
        QProcess update;
        update.start(m_folder + QStringLiteral("update"), {m_fresh.path()});
        QVERIFY(update.waitForFinished(100'000));
        QCOMPARE(update.exitCode(), 0);
    }

    void everyTextOfTheSourcesIsTranslated_data() { languages(); }
    void everyTextOfTheSourcesIsTranslated() {
        QFETCH(QString, name);
        const QSet<QString> missing =
            keysOf(readEntries(m_fresh.filePath(name))) - keysOf(readEntries(m_folder + name));
        QVERIFY2(missing.isEmpty(), qPrintable(QStringList(missing.values()).join(u'\n')));
    }

    void noTranslationIsLeftOver_data() { languages(); }
    void noTranslationIsLeftOver() {
        QFETCH(QString, name);
        const QSet<QString> gone =
            keysOf(readEntries(m_folder + name)) - keysOf(readEntries(m_fresh.filePath(name)));
        QVERIFY2(gone.isEmpty(), qPrintable(QStringList(gone.values()).join(u'\n')));
    }

    void everyEntryIsFinishedAndKeepsItsPlaceholders_data() { languages(); }
    void everyEntryIsFinishedAndKeepsItsPlaceholders() {
        QFETCH(QString, name);
        const QList<Entry> entries = readEntries(m_folder + name);
        QVERIFY(!entries.isEmpty());
        for (const Entry& entry : entries) {
            QVERIFY2(entry.state.isEmpty(), qPrintable(entry.key + QStringLiteral(" is ") + entry.state));
            for (const QString& translation : entry.translations) {
                QVERIFY2(!translation.isEmpty(), qPrintable(entry.key));
                QVERIFY2(placeholders(translation) == placeholders(entry.source), qPrintable(entry.key));
            }
        }
    }

    void chineseHasNoSpacesAroundNumbers() {
        static const QRegularExpression spaced(
            QStringLiteral("[\\x{4e00}-\\x{9fff}] (%\\d|%n|\\d)|(%\\d|%n) [\\x{4e00}-\\x{9fff}]"));
        for (const Entry& entry : readEntries(m_folder + QStringLiteral("ponder_zh_CN.ts")))
            for (const QString& translation : entry.translations)
                QVERIFY2(!translation.contains(spaced), qPrintable(translation));
    }

private:
    static QStringList names() {
        return {QStringLiteral("ponder_en.ts"), QStringLiteral("ponder_zh_CN.ts"),
                QStringLiteral("ponder_ko.ts")};
    }
    static void languages() {
        QTest::addColumn<QString>("name");
        for (const QString& name : names())
            QTest::newRow(qPrintable(name)) << name;
    }

    const QString m_folder = ponder::test::sourcePath("translations/");
    QTemporaryDir m_fresh;
};

PONDER_TEST(TranslationsTest)
#include "translations_test.moc"
