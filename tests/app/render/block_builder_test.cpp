// Appending in any pieces gives the blocks of the whole, and settled blocks stay as they were.
#include "app/render/block_builder.h"

#include "app/chat/fake_replies.h"
#include "app/render/markdown_parser.h"
#include "tests/support/cpu_time.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <random>

using namespace ponder;

namespace {

QString describe(const QList<Block>& blocks) {
    QString text;
    for (const Block& block : blocks) {
        text += blockTypeName(block.type) + u' ' + QString::number(block.level) + u' ' + block.html +
                block.code + u'/' + block.language;
        for (const ListEntry& entry : block.items)
            text += u'[' + QString::number(entry.depth) + entry.marker + u' ' + entry.html + u']';
        text += block.header.join(u'|');
        for (const QStringList& row : block.rows)
            text += u'/' + row.join(u'|');
        text += u'\n';
    }
    return text;
}

// Lines that make trouble when a text is cut at the wrong place.
const QStringList& troubleLines() {
    static const QStringList lines{
        "",           "",          "",        "text",       "more text", "- item",      "  continued",
        "   - deep",  "1. one",    "2) two",  "10. ten",    "```",       "```python",   "~~~",
        "  ```",      "    code",  "> quote", "> ```",      "# head",    "---",         "===",
        "| a | b |",  "|---|--:|", "| 1 |",   "* star",     "+ plus",    "-",           "1.",
        "\tindented", " one",      "`` tick", "**bold",     "- ```",     "1. ```js",    "     ```",
        "x ``` y",    "<div>",     "</div>",  "\\",         "- [ ] box", "https://x.o", "~~~~",
        "   1. in",   "> - q",     "- > q",   "    - four", "-\tTab",    "``` a`b",     "- - both"};
    return lines;
}

QString randomDocument(std::mt19937& random) {
    QString text;
    const int count = 3 + int(random() % 14);
    for (int i = 0; i < count; ++i)
        text += troubleLines()[qsizetype(random() % std::size_t(troubleLines().size()))] + u'\n';
    if (random() % 2) text.chop(1);
    return text;
}

} // namespace

class BlockBuilderTest : public QObject {
    Q_OBJECT
private slots:
    void everyChunkingOfARealReplyGivesTheSameBlocks_data();
    void everyChunkingOfARealReplyGivesTheSameBlocks();
    void randomDocumentsEndWithTheBlocksOfTheWhole();
    void blocksBeforeTheFirstChangedOneStay();
    void aLinkDefinitionAtTheEndReachesTheWholeText();
    void aLongTextIsNotParsedAgainAndAgain();
};

void BlockBuilderTest::everyChunkingOfARealReplyGivesTheSameBlocks_data() {
    QTest::addColumn<QString>("reply");
    QTest::newRow("English") << fakeReply(QStringLiteral("Why?")).answer;
    QTest::newRow("Chinese") << fakeReply(QString::fromUtf8("为什么")).answer;
    QTest::newRow("Korean") << fakeReply(QString::fromUtf8("왜요")).answer;
    QTest::newRow("steps with code")
        << "Steps:\n\n1. Install\n\n   ```sh\n   apt install x\n\n   apt install y\n   ```\n\n"
           "2. Run\n\n   More.\n\nDone:\n\n```\na\n\nb\n```\nafter\n\n> q\n> r\n\n| a |\n|---|\n| 1 |\n\nend";
    QTest::newRow("windows lines") << "a\r\n\r\nb\r\n\r\n```\r\nx\r\n\r\ny\r\n```\r\n\r\nc";
}

void BlockBuilderTest::everyChunkingOfARealReplyGivesTheSameBlocks() {
    QFETCH(QString, reply);
    const QString whole = describe(parseMarkdown(reply));
    for (qsizetype size : {1, 2, 3, 5, 7, 16, 50, 1000}) {
        BlockBuilder builder;
        for (qsizetype i = 0; i < reply.size(); i += size) {
            builder.append(QStringView(reply).mid(i, size));
            // What is shown in between is what the text so far means.
            QCOMPARE(describe(builder.blocks()), describe(parseMarkdown(reply.left(i + size))));
        }
        QCOMPARE(describe(builder.blocks()), whole);
        builder.finish();
        QCOMPARE(describe(builder.blocks()), whole);
    }
}

void BlockBuilderTest::randomDocumentsEndWithTheBlocksOfTheWhole() {
    std::mt19937 random(20);
    for (int round = 0; round < 6000; ++round) {
        const QString text = randomDocument(random);
        BlockBuilder builder;
        for (qsizetype i = 0; i < text.size();) {
            const qsizetype size = 1 + qsizetype(random() % 12);
            builder.append(QStringView(text).mid(i, size));
            i += size;
        }
        QVERIFY2(describe(builder.blocks()) == describe(parseMarkdown(text)),
                 qPrintable(QStringLiteral("---\n%1\n--- built\n%2--- whole\n%3")
                                .arg(text, describe(builder.blocks()), describe(parseMarkdown(text)))));
    }
}

void BlockBuilderTest::blocksBeforeTheFirstChangedOneStay() {
    std::mt19937 random(3);
    for (int round = 0; round < 300; ++round) {
        const QString text = randomDocument(random);
        BlockBuilder builder;
        QList<Block> before;
        for (qsizetype i = 0; i < text.size(); ++i) {
            const qsizetype first = builder.append(QStringView(text).mid(i, 1));
            QVERIFY(first <= before.size() && first <= builder.blocks().size());
            QCOMPARE(builder.blocks().mid(0, first), before.mid(0, first));
            before = builder.blocks();
        }
    }
}

void BlockBuilderTest::aLinkDefinitionAtTheEndReachesTheWholeText() {
    const QString text = QStringLiteral("See [the page][1].\n\nMore.\n\n[1]: https://x.org\n");
    BlockBuilder builder;
    for (const QChar c : text)
        builder.append(QStringView(&c, 1));
    QCOMPARE(builder.finish(), 0);
    QCOMPARE(describe(builder.blocks()), describe(parseMarkdown(text)));
    QVERIFY(builder.blocks().first().html.contains(QStringLiteral("<a href=\"https://x.org\">")));
}

// Ten times the text must not cost a hundred times the time.
void BlockBuilderTest::aLongTextIsNotParsedAgainAndAgain() {
    const QString part = fakeReply(QStringLiteral("Why?")).answer;
    const auto seconds = [&](int repeats) {
        BlockBuilder builder;
        const double started = ponder::test::threadSeconds();
        for (int i = 0; i < repeats; ++i)
            for (const QString& token : fakeTokens(part))
                builder.append(token);
        return ponder::test::threadSeconds() - started;
    };
    seconds(2);
    const double small = seconds(4);
    const double large = seconds(40);
    QVERIFY2(large < 40 * small, qPrintable(QStringLiteral("%1 s and %2 s").arg(small).arg(large)));
}

PONDER_TEST(BlockBuilderTest)
#include "block_builder_test.moc"
