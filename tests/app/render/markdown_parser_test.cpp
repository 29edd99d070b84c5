// What Markdown becomes: typed blocks with safe inline text.
#include "app/render/markdown_parser.h"
#include "tests/support/cpu_time.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

namespace {

QString html(const QString& markdown) {
    const QList<Block> blocks = parseMarkdown(markdown);
    return blocks.size() == 1 ? blocks.first().html : QStringLiteral("(%1 blocks)").arg(blocks.size());
}

QStringList types(const QList<Block>& blocks) {
    QStringList names;
    for (const Block& block : blocks)
        names << blockTypeName(block.type);
    return names;
}

QStringList entries(const Block& list) {
    QStringList lines;
    for (const ListEntry& entry : list.items)
        lines << QString(entry.depth, u'>') + entry.marker + u'|' + entry.html;
    return lines;
}

} // namespace

class MarkdownParserTest : public QObject {
    Q_OBJECT
private slots:
    void inlineTextBecomesRichText_data();
    void inlineTextBecomesRichText();
    void onlyWebAndMailLinksCanBeClicked_data();
    void onlyWebAndMailLinksCanBeClicked();
    void everyKindOfBlockIsRecognized();
    void codeKeepsItsTextAndLanguage();
    void tablesHaveAHeaderRowsAndAlignment();
    void tabsInCodeStayTabs();
    void nestedListsBecomeEntriesWithADepth();
    void codeInsideAListItemStandsBetweenItsParts();
    void twoListsInARowStayApart();
    void tasksShowTheirBoxes();
    void quotesCarryTheirDepth();
    void htmlIsShownAsText();
    void hostileTextNeitherCrashesNorTakesLong_data();
    void hostileTextNeitherCrashesNorTakesLong();
};

void MarkdownParserTest::inlineTextBecomesRichText_data() {
    QTest::addColumn<QString>("markdown");
    QTest::addColumn<QString>("expected");
    QTest::newRow("plain") << "Hello"
                           << "Hello";
    QTest::newRow("strong") << "a **b** c"
                            << "a <b>b</b> c";
    QTest::newRow("emphasis") << "a *b* c"
                              << "a <i>b</i> c";
    QTest::newRow("both") << "***b***"
                          << "<i><b>b</b></i>";
    QTest::newRow("strike") << "~~b~~"
                            << "<s>b</s>";
    QTest::newRow("code") << "`a<b`"
                          << "<code>a&lt;b</code>";
    QTest::newRow("escaped") << "1 < 2 & \"x\""
                             << "1 &lt; 2 &amp; &quot;x&quot;";
    QTest::newRow("entity") << "&lt;b&gt; &copy; &#x4e2d;"
                            << "&lt;b&gt; © 中";
    QTest::newRow("unknown entity") << "&blurb;"
                                    << "&amp;blurb;";
    QTest::newRow("entity of a surrogate") << "&#xD800;" << QString(QChar(0xfffd));
    QTest::newRow("line break") << "a\nb"
                                << "a<br>b";
    QTest::newRow("math is kept") << "so $a_1 + b_1$ and $$\\boxed{46}$$"
                                  << "so $a_1 + b_1$ and $$\\boxed{46}$$";
    QTest::newRow("Chinese strong") << QString::fromUtf8("由**抽屉原理**可知")
                                    << QString::fromUtf8("由<b>抽屉原理</b>可知");
}

void MarkdownParserTest::inlineTextBecomesRichText() {
    QFETCH(QString, markdown);
    QFETCH(QString, expected);
    QCOMPARE(html(markdown), expected);
}

void MarkdownParserTest::onlyWebAndMailLinksCanBeClicked_data() {
    QTest::addColumn<QString>("markdown");
    QTest::addColumn<QString>("expected");
    QTest::newRow("https") << "[a](https://x.org/?a=1&b=2)"
                           << "<a href=\"https://x.org/?a=1&amp;b=2\">a</a>";
    QTest::newRow("bare") << "see https://x.org now"
                          << "see <a href=\"https://x.org\">https://x.org</a> now";
    QTest::newRow("mail") << "[m](mailto:a@b.c)"
                          << "<a href=\"mailto:a@b.c\">m</a>";
    QTest::newRow("script") << "[a](javascript:alert(1))"
                            << "a";
    QTest::newRow("script in capitals") << "[a](JavaScript:alert)"
                                        << "a";
    QTest::newRow("file") << "[a](file:///etc/passwd)"
                          << "a";
    QTest::newRow("data") << "[a](data:text/html,x)"
                          << "a";
    QTest::newRow("no scheme") << "[a](other.md)"
                               << "a";
    QTest::newRow("quote in the target") << "[a](https://x.org/\"onclick=1)"
                                         << "<a href=\"https://x.org/&quot;onclick=1\">a</a>";
    QTest::newRow("picture") << "![cat](https://x.org/c.png)"
                             << "<a href=\"https://x.org/c.png\">cat</a>";
    QTest::newRow("picture from disk") << "![cat](file:///c.png)"
                                       << "cat";
}

void MarkdownParserTest::onlyWebAndMailLinksCanBeClicked() {
    QFETCH(QString, markdown);
    QFETCH(QString, expected);
    QCOMPARE(html(markdown), expected);
}

void MarkdownParserTest::everyKindOfBlockIsRecognized() {
    const QList<Block> blocks = parseMarkdown(
        u"# One\n\ntext\n\n- item\n\n```\ncode\n```\n\n|a|\n|-|\n|b|\n\n> quoted\n\n---\n\n###### Six\n");
    QCOMPARE(types(blocks),
             (QStringList{"heading", "paragraph", "list", "code", "table", "quote", "rule", "heading"}));
    QCOMPARE(blocks.first().level, 1);
    QCOMPARE(blocks.last().level, 6);
}

void MarkdownParserTest::codeKeepsItsTextAndLanguage() {
    const QList<Block> blocks = parseMarkdown(u"```c++\nif (a < b && c)\n\n\treturn \"x\";\n```\n");
    QCOMPARE(blocks.size(), 1);
    QCOMPARE(blocks[0].language, QStringLiteral("c++"));
    QCOMPARE(blocks[0].code, QStringLiteral("if (a < b && c)\n\n\treturn \"x\";"));
}

void MarkdownParserTest::tablesHaveAHeaderRowsAndAlignment() {
    const QList<Block> blocks = parseMarkdown(u"|a|**b**|c|\n|:-|:-:|-:|\n|1|`2`|3|\n|x|\n");
    QCOMPARE(blocks.size(), 1);
    QCOMPARE(blocks[0].header, (QStringList{"a", "<b>b</b>", "c"}));
    QCOMPARE(blocks[0].align, (QStringList{"left", "center", "right"}));
    QCOMPARE(blocks[0].rows, (QList<QStringList>{{"1", "<code>2</code>", "3"}, {"x", "", ""}}));
    // Inside code a short rule stays as it was written.
    QCOMPARE(parseMarkdown(u"```\n|a|\n|-|\n```")[0].code, QStringLiteral("|a|\n|-|"));
}

void MarkdownParserTest::tabsInCodeStayTabs() {
    QCOMPARE(parseMarkdown(u"```make\nall:\n\tgcc x.c\n\t\t  # deep\n \todd\n\n\t\n```")[0].code,
             QStringLiteral("all:\n\tgcc x.c\n\t\t  # deep\n \todd\n\n    "));
    QCOMPARE(parseMarkdown(u"- x\n\n  ```\n  a\n  \tb\n  ```")[1].code, QStringLiteral("a\n  b"));
}

void MarkdownParserTest::nestedListsBecomeEntriesWithADepth() {
    const QList<Block> blocks = parseMarkdown(u"3. three\n   - a\n   - b\n     more\n4. four\n\n   second\n");
    QCOMPARE(blocks.size(), 1);
    QCOMPARE(entries(blocks[0]), (QStringList{"3.|three", QString::fromUtf8(">•|a"),
                                              QString::fromUtf8(">•|b<br>more"), "4.|four<br>second"}));
}

void MarkdownParserTest::codeInsideAListItemStandsBetweenItsParts() {
    const QList<Block> blocks =
        parseMarkdown(u"1. first\n\n   ```sh\n   ls\n   ```\n\n   after\n2. second\n");
    QCOMPARE(types(blocks), (QStringList{"list", "code", "list"}));
    QCOMPARE(blocks[1].code, QStringLiteral("ls"));
    QCOMPARE(blocks[1].level, 1);
    QCOMPARE(entries(blocks[2]), (QStringList{"|after", "2.|second"}));
}

void MarkdownParserTest::twoListsInARowStayApart() {
    const QList<Block> blocks = parseMarkdown(u"- a\n- b\n\n1. c\n");
    QCOMPARE(types(blocks), (QStringList{"list", "list"}));
}

void MarkdownParserTest::tasksShowTheirBoxes() {
    const QList<Block> blocks = parseMarkdown(u"- [x] done\n- [ ] open\n");
    QCOMPARE(entries(blocks[0]), (QStringList{QString::fromUtf8("☑|done"), QString::fromUtf8("☐|open")}));
}

void MarkdownParserTest::quotesCarryTheirDepth() {
    const QList<Block> blocks = parseMarkdown(u"> a\n>\n> > b\n\nc\n");
    QCOMPARE(types(blocks), (QStringList{"quote", "quote", "paragraph"}));
    QCOMPARE(blocks[0].level, 1);
    QCOMPARE(blocks[1].level, 2);
    QCOMPARE(blocks[2].level, 0);
}

void MarkdownParserTest::htmlIsShownAsText() {
    QCOMPARE(html(QStringLiteral("a <b>b</b> <script>x</script>")),
             QStringLiteral("a &lt;b&gt;b&lt;/b&gt; &lt;script&gt;x&lt;/script&gt;"));
    QCOMPARE(html(QStringLiteral("<div onclick=\"x\">\ny\n</div>")),
             QStringLiteral("&lt;div onclick=&quot;x&quot;&gt;<br>y<br>&lt;/div&gt;"));
}

void MarkdownParserTest::hostileTextNeitherCrashesNorTakesLong_data() {
    QTest::addColumn<QString>("markdown");
    QTest::newRow("brackets") << QString(50000, u'[');
    QTest::newRow("quotes") << QString(20000, u'>');
    QTest::newRow("stars") << QStringLiteral("*a ").repeated(20000);
    QTest::newRow("deep list") << [] {
        QString text;
        for (int i = 0; i < 300; ++i)
            text += QString(i * 2, u' ') + QStringLiteral("- x\n");
        return text;
    }();
    QTest::newRow("ticks") << QStringLiteral("`` ` ").repeated(20000);
    QTest::newRow("lone surrogates") << QString(2000, QChar(0xd800));
    QTest::newRow("null characters") << QString(2000, QChar(0));
    QTest::newRow("wide table") << QStringLiteral("|a").repeated(2000) + u'\n' +
                                       QStringLiteral("|-").repeated(2000) + u'\n';
}

void MarkdownParserTest::hostileTextNeitherCrashesNorTakesLong() {
    QFETCH(QString, markdown);
    // Ordinary text of the same length is the measure; what has no end meets the time limit of the class.
    const auto seconds = [](const QString& text) {
        const double started = ponder::test::threadSeconds();
        parseMarkdown(text);
        return ponder::test::threadSeconds() - started;
    };
    const double ordinary = seconds(QStringLiteral("Some *words* of a `line`.\n\n").repeated(4000));
    const double hostile = seconds(markdown);
    QVERIFY2(hostile < 100 * ordinary,
             qPrintable(QStringLiteral("%1 s and %2 s").arg(ordinary).arg(hostile)));
}

PONDER_TEST(MarkdownParserTest)
#include "markdown_parser_test.moc"
