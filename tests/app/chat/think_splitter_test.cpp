// Where a reply's thoughts end and its answer begins, whatever the tokens are cut like.
#include "app/chat/think_splitter.h"
#include "tests/support/cpu_time.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <random>

using namespace ponder;

namespace {

struct Split {
    QString thoughts;
    QString answer;
    bool operator==(const Split&) const = default;
};

void apply(Split& split, const ThinkDelta& delta) {
    split.thoughts += delta.thoughts;
    split.answer += delta.answer;
    split.thoughts.chop(delta.takeBack);
    if (delta.takeBack > 0) split.thoughts = split.thoughts.trimmed();
}

Split splitTokens(const QStringList& tokens, const ThinkMarkers& markers,
                  ThinkSplitter::End end = ThinkSplitter::End::Natural) {
    ThinkSplitter splitter(markers);
    Split split;
    for (const QString& token : tokens)
        apply(split, splitter.push(token));
    apply(split, splitter.finish(end));
    return split;
}

ThinkMarkers inside() { return {.reasons = true, .startsInside = true}; }
ThinkMarkers outside() { return {.reasons = true, .startsInside = false}; }

QStringList pieces(const QString& text, qsizetype size) {
    QStringList list;
    for (qsizetype i = 0; i < text.size(); i += size)
        list << text.mid(i, size);
    return list;
}

} // namespace

namespace QTest {
template<>
char* toString(const Split& split) {
    return qstrdup(qPrintable(QStringLiteral("[%1] | [%2]").arg(split.thoughts, split.answer)));
}
} // namespace QTest

class ThinkSplitterTest : public QObject {
    Q_OBJECT
private slots:
    void repliesAreSplitAsWritten_data();
    void repliesAreSplitAsWritten();
    void everyChunkingGivesTheSameTexts_data() { repliesAreSplitAsWritten_data(); }
    void everyChunkingGivesTheSameTexts();
    void everyCutOfAShortReplyGivesTheSameTexts();
    void stoppingInMidThoughtKeepsTheThought();
    void stoppingInAFenceWithAQuotedTagKeepsTheThought();
    void tokensAreCountedOnTheirSide();
    void anEmptyThoughtShowsNoPanel();
    void timeGrowsLinearlyWithTheText();
};

void ThinkSplitterTest::repliesAreSplitAsWritten_data() {
    QTest::addColumn<QString>("reply");
    QTest::addColumn<bool>("startsInside");
    QTest::addColumn<bool>("reasons");
    QTest::addColumn<QString>("open");
    QTest::addColumn<QString>("close");
    QTest::addColumn<QString>("thoughts");
    QTest::addColumn<QString>("answer");
    const auto row = [](const char* name, const char* reply, bool in, const char* thoughts,
                        const char* answer, bool reasons = true, const char* open = "<think>",
                        const char* close = "</think>") {
        QTest::newRow(name) << QString::fromUtf8(reply) << in << reasons << QString::fromUtf8(open)
                            << QString::fromUtf8(close) << QString::fromUtf8(thoughts)
                            << QString::fromUtf8(answer);
    };
    row("starts inside", "Let me see.\n\n2+2.\n</think>\n\n4", true, "Let me see.\n\n2+2.", "4");
    row("opens by itself", "<think>\nHm.\n</think>\n\nYes", false, "Hm.", "Yes");
    row("opening tag repeated", "<think>\nHm.\n</think>\n\nYes", true, "Hm.", "Yes");
    row("blank before the opening tag", "\n <think>Hm.</think>Yes", false, "Hm.", "Yes");
    row("no thought at all", "Just the answer.", false, "", "Just the answer.");
    row("opening tag inside an answer", "Write <think> here", false, "", "Write <think> here");
    row("closing tag inside an answer", "Yes</think>No", false, "", "Yes</think>No");
    row("second closing tag in the answer", "a</think>b</think>c", true, "a", "b</think>c");
    row("empty thought", "\n\n</think>\n\nanswer", true, "", "answer");
    row("empty thought with tags", "<think>\n\n</think>\n\nanswer", false, "", "answer");
    row("quoted between backticks", "It prints `</think>` then.\nDone</think>ok", true,
        "It prints `</think>` then.\nDone", "ok");
    row("quoted between two backticks", "``a ` </think>`` b</think>ok", true, "``a ` </think>`` b", "ok");
    row("stray backtick in the line", "the ` sign</think>\nok", true, "the ` sign", "ok");
    row("stray backtick, end of reply", "the ` sign</think>", true, "the ` sign", "");
    row("stray backtick in an earlier line", "the ` sign\nmore</think>ok", true, "the ` sign\nmore", "ok");
    row("quoted in a fence", "```\n</think>\n```\nso\n</think>\nok", true, "```\n</think>\n```\nso", "ok");
    row("quoted in a fence with a language", "x\n```html\n<p>\n</think>\n```\n</think>ok", true,
        "x\n```html\n<p>\n</think>\n```", "ok");
    row("quoted in a fence of tildes", "~~~\n</think>\n~~~\n</think>ok", true, "~~~\n</think>\n~~~", "ok");
    row("fence closed right before the tag", "```\ncode\n```</think>ok", true, "```\ncode\n```", "ok");
    row("fence that is never closed", "Try:\n```python\nx = 1\n</think>\n\nThe answer", true,
        "Try:\n```python\nx = 1", "The answer");
    row("inline code of three backticks", "```</think>```\nx</think>ok", true, "```</think>```\nx", "ok");
    row("closing tag doubled", "a</think>\n</think>\nok", true, "a", "ok");
    row("thinks again before the answer", "a</think>\n<think>b</think>ok", true, "a\nb", "ok");
    row("nearly a tag", "a </thin> b </ think> c</think>d", true, "a </thin> b </ think> c", "d");
    row("tag begins twice", "a<</think>b", true, "a<", "b");
    row("nearly an opening tag", "<thinking>no</thinking>", false, "", "<thinking>no</thinking>");
    row("ends inside a tag", "abc</thi", true, "abc</thi", "");
    row("ends inside an opening tag", "<thi", false, "", "<thi");
    row("does not reason", "<think>x</think>y", false, "", "<think>x</think>y", false);
    row("does not reason, blank first", "\n\nhello </think>", true, "", "hello </think>", false);
    row("other markers", "◁think▷a◁/think▷b", false, "a", "b", true, "◁think▷", "◁/think▷");
    row("channel markers", "<|channel|>thought\nx<|channel|>final\ny", false, "x", "y", true,
        "<|channel|>thought\n", "<|channel|>final\n");
    row("Korean", "먼저 더합니다.\n</think>\n\n**46**입니다.", true, "먼저 더합니다.", "**46**입니다.");
    row("beyond the basic plane", "𝑥😀</think>😀𝑦", true, "𝑥😀", "😀𝑦");
}

void ThinkSplitterTest::repliesAreSplitAsWritten() {
    QFETCH(QString, reply);
    QFETCH(bool, startsInside);
    QFETCH(bool, reasons);
    QFETCH(QString, open);
    QFETCH(QString, close);
    QFETCH(QString, thoughts);
    QFETCH(QString, answer);
    const ThinkMarkers markers{reasons, startsInside, open, close};
    QCOMPARE(splitTokens({reply}, markers), (Split{thoughts, answer}));
}

// Every size of pieces, every cut into two, and random cuts.
void ThinkSplitterTest::everyChunkingGivesTheSameTexts() {
    QFETCH(QString, reply);
    QFETCH(bool, startsInside);
    QFETCH(bool, reasons);
    QFETCH(QString, open);
    QFETCH(QString, close);
    QFETCH(QString, thoughts);
    QFETCH(QString, answer);
    const ThinkMarkers markers{reasons, startsInside, open, close};
    const Split expected{thoughts, answer};
    for (qsizetype size = 1; size <= reply.size(); ++size)
        QCOMPARE(splitTokens(pieces(reply, size), markers), expected);
    for (qsizetype cut = 0; cut <= reply.size(); ++cut)
        QCOMPARE(splitTokens({reply.left(cut), QString(), reply.mid(cut)}, markers), expected);
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        QStringList tokens;
        for (qsizetype i = 0; i < reply.size();) {
            const qsizetype size = 1 + qsizetype(random() % 6);
            tokens << reply.mid(i, size);
            i += size;
        }
        QCOMPARE(splitTokens(tokens, markers), expected);
    }
}

// All 2^(n-1) ways to cut a reply of 16 characters.
void ThinkSplitterTest::everyCutOfAShortReplyGivesTheSameTexts() {
    for (const QString& reply : {QStringLiteral("a`</think>`b\n</"), QStringLiteral("<think>a</think>")}) {
        const Split expected = splitTokens({reply}, outside());
        const Split expectedInside = splitTokens({reply}, inside());
        for (uint mask = 0; mask < (1u << (reply.size() - 1)); ++mask) {
            QStringList tokens{QString(reply.front())};
            for (qsizetype i = 1; i < reply.size(); ++i) {
                if (mask >> (i - 1) & 1) tokens << QString();
                tokens.last() += reply[i];
            }
            QCOMPARE(splitTokens(tokens, outside()), expected);
            QCOMPARE(splitTokens(tokens, inside()), expectedInside);
        }
    }
}

void ThinkSplitterTest::stoppingInMidThoughtKeepsTheThought() {
    QCOMPARE(splitTokens({"First ", "I ", "add</", "th"}, inside(), ThinkSplitter::End::Stopped),
             (Split{"First I add</th", ""}));
}

void ThinkSplitterTest::stoppingInAFenceWithAQuotedTagKeepsTheThought() {
    const QString thought = "```\n<think>\n</think>\nstill code";
    QCOMPARE(splitTokens(pieces(thought, 3), inside(), ThinkSplitter::End::Stopped), (Split{thought, ""}));
}

void ThinkSplitterTest::tokensAreCountedOnTheirSide() {
    ThinkSplitter splitter(outside());
    for (const char* token : {"<think>", "\n", "Hm", ".", "", "\n", "</think>", "\n\n", "Yes", "!"})
        splitter.push(QString::fromLatin1(token));
    QCOMPARE(splitter.thoughtTokens(), 6);
    QCOMPARE(splitter.answerTokens(), 4);
}

void ThinkSplitterTest::anEmptyThoughtShowsNoPanel() {
    ThinkSplitter splitter(outside());
    for (const char* token : {"<think>", "\n\n", "</think>"}) {
        splitter.push(QString::fromLatin1(token));
        QVERIFY(!splitter.hasThoughts());
    }
}

void ThinkSplitterTest::timeGrowsLinearlyWithTheText() {
    const auto seconds = [](int paragraphs) {
        ThinkSplitter splitter(inside());
        const double started = ponder::test::threadSeconds();
        for (int i = 0; i < paragraphs; ++i)
            for (const char* token : {"Some ", "`code", "</", "` <", " and a ``", "` fence </th", "\n\n"})
                splitter.push(QString::fromLatin1(token));
        return ponder::test::threadSeconds() - started;
    };
    seconds(2000);
    const double small = seconds(4000);
    const double large = seconds(40000);
    QVERIFY2(large < 40 * small, qPrintable(QStringLiteral("%1 s and %2 s").arg(small).arg(large)));
}

PONDER_TEST(ThinkSplitterTest)
#include "think_splitter_test.moc"
