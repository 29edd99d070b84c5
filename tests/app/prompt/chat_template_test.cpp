#include "app/prompt/chat_template.h"

#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"

#include <QJsonDocument>
#include <QJsonObject>

using namespace ponder;

namespace {

Result<QString> render(const QString& source, TemplateInput input = {}) {
    ChatTemplate chatTemplate(source, QStringLiteral("Some model"));
    return chatTemplate.render(input);
}

QString text(const QString& source, const TemplateInput& input = {}) {
    const Result<QString> rendered = render(source, input);
    return rendered ? *rendered
                    : QStringLiteral("error: ") + QString::fromStdString(rendered.error().detail.english());
}

QJsonObject referenceCases() {
    QFile file(QString::fromStdString((test::referenceDir() / "templates/expected.json").string()));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

} // namespace

class ChatTemplateTest : public QObject {
    Q_OBJECT
private slots:
    void everyReferenceCaseRendersAsJinja2Does_data();
    void everyReferenceCaseRendersAsJinja2Does();
    void pythonStringMethodsWorkWithTheirArguments_data();
    void pythonStringMethodsWorkWithTheirArguments();
    void aRaisedExceptionIsTheErrorsDetail();
    void aSyntaxErrorIsAnError();
    void aTemplateThatLoopsForeverIsStopped();
    void aTemplateThatGrowsWithoutEndIsStopped_data();
    void aTemplateThatGrowsWithoutEndIsStopped();
    void stoppingATemplateAtAnyMomentLeavesTheEngineUsable();
    void deepNestingIsAnErrorAndNoCrash();
    void theClockIsWrittenInEnglish();
    void messagesWithAnyCharactersComeThrough();

private:
    ChatTemplate m_keepsTheEngine{{}, {}}; // loaded once for all tests
};

void ChatTemplateTest::everyReferenceCaseRendersAsJinja2Does_data() {
    PONDER_NEEDS_REFERENCE();
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("conversation");
    QTest::addColumn<QJsonObject>("expected");
    const QJsonObject all = referenceCases()["expected"].toObject();
    QVERIFY(all.size() >= 12);
    for (auto family = all.begin(); family != all.end(); ++family) {
        const QJsonObject cases = family->toObject();
        for (auto one = cases.begin(); one != cases.end(); ++one)
            QTest::addRow("%s %s", qPrintable(family.key()), qPrintable(one.key()))
                << family.key() << one.key() << one->toObject();
    }
}

void ChatTemplateTest::everyReferenceCaseRendersAsJinja2Does() {
    PONDER_NEEDS_REFERENCE();
    QFETCH(QString, name);
    QFETCH(QString, conversation);
    QFETCH(QJsonObject, expected);
    static const QJsonObject data = referenceCases();
    const QJsonObject variables = data["variables"].toObject();
    QFile file(QString::fromStdString((test::referenceDir() / "templates").string()) + "/" + name + ".jinja");
    QVERIFY(file.open(QIODevice::ReadOnly));
    TemplateInput input;
    input.addGenerationPrompt = conversation.endsWith(QStringLiteral("+gen"));
    input.messages = data["conversations"].toObject()[conversation.section('+', 0, 0)].toArray();
    input.bosToken = variables["bos_token"].toString();
    input.eosToken = variables["eos_token"].toString();
    input.variables = {{"enable_thinking", variables["enable_thinking"]}};

    const Result<QString> rendered = render(QString::fromUtf8(file.readAll()), input);
    if (expected.contains("error")) {
        QVERIFY(!rendered);
        QCOMPARE(rendered.error().code, ErrorCode::TemplateFailed);
        QCOMPARE(QString::fromStdString(rendered.error().detail.english()), expected["error"].toString());
        return;
    }
    QVERIFY2(rendered, rendered ? "" : rendered.error().message().c_str());
    QCOMPARE(*rendered, expected["text"].toString());
}

void ChatTemplateTest::pythonStringMethodsWorkWithTheirArguments_data() {
    QTest::addColumn<QString>("source");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* source, const char* expected) {
        QTest::newRow(source) << QString::fromUtf8(source) << QString::fromUtf8(expected);
    };
    row("{{ 'a</t>b</t>c'.split('</t>')[-1] }}", "c");
    row("{{ 'a-b-c'.split('-', 1)[1] }}", "b-c");
    row("{{ 'a-b-c'.rsplit('-', 1)[0] }}", "a-b");
    row("{{ 'a-b-c'.rsplit('-', 1)[1] }}", "c");
    row("{{ 'xxaxx'.strip('x') }}|{{ 'xxaxx'.lstrip('x') }}|{{ 'xxaxx'.rstrip('x') }}", "a|axx|xxa");
    row("{{ '\\n\\n a'.lstrip('\\n') }}", " a");
    row("{{ ' a '.strip() }}|", "a|");
    row("{{ 'prefix-a'.removeprefix('prefix-') }}{{ 'a.txt'.removesuffix('.txt') }}", "aa");
    row("{{ 'hello'.find('l') }} {{ 'hello'.rfind('l') }} {{ 'hello'.find('z') }}", "2 3 -1");
    row("{{ 'hello'.count('l') }}", "2");
    row("{{ 'ab'.startswith('a') }} {{ 'ab'.endswith('a') }}", "true false");
    row("{{ 'a'.upper() + 'B'.lower() + 'cd'.title() }}", "AbCd");
    row("{{ '12'.isdigit() }}", "true");
    row("{% set ns = namespace(n=0) %}{% for i in range(5) %}{% if i == 3 %}{% break %}{% endif %}"
        "{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
        "3");
    row("{% for i in range(4, 0, -2) %}{{ i }}{% endfor %}", "42");
    row("{{ '안녕'[::-1] }}", "녕안");
    row("{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}{{ twice('a') }}", "aa");
    row("{{ missing in ['a'] }} {{ missing not in ('a', 'b') }} {{ missing in {'a': 1} }}",
        "false true false");
    row("{{ {'a': 1} | tojson }}", "{\"a\": 1}");
}

void ChatTemplateTest::pythonStringMethodsWorkWithTheirArguments() {
    QFETCH(QString, source);
    QFETCH(QString, expected);
    QCOMPARE(text(source), expected);
}

void ChatTemplateTest::aRaisedExceptionIsTheErrorsDetail() {
    const Result<QString> rendered =
        render(QStringLiteral("{{ raise_exception('Only two turns, please') }}"));
    QVERIFY(!rendered);
    QCOMPARE(rendered.error().code, ErrorCode::TemplateFailed);
    QCOMPARE(rendered.error().subject, "Some model");
    QCOMPARE(rendered.error().detail.english(), "Only two turns, please");
}

void ChatTemplateTest::aSyntaxErrorIsAnError() {
    for (const char* source :
         {"{% if %}", "{{ 'open", "{% for m in messages %}", "{{ 1 + }}", "{% endif %}"}) {
        const Result<QString> rendered = render(QString::fromLatin1(source));
        QVERIFY2(!rendered, source);
        QCOMPARE(rendered.error().code, ErrorCode::TemplateFailed);
        QVERIFY(!rendered.error().detail.empty());
    }
}

void ChatTemplateTest::aTemplateThatLoopsForeverIsStopped() {
    const QString loop = QStringLiteral(
        "{% for a in range(1999) %}{% for b in range(1999) %}{{ a + b }}{% endfor %}{% endfor %}");
    ChatTemplate chatTemplate(loop, QStringLiteral("Some model"));
    const Result<QString> rendered = chatTemplate.render({});
    QVERIFY(!rendered);
    QCOMPARE(rendered.error().code, ErrorCode::TemplateTimeout);
}

void ChatTemplateTest::aTemplateThatGrowsWithoutEndIsStopped_data() {
    QTest::addColumn<QString>("source");
    const QString growing = QStringLiteral("{% set ns = namespace(x=%1) %}{% for i in range(60) %}"
                                           "{% set ns.x = %2 %}{% endfor %}{{ ns.x %3 }}");
    QTest::newRow("text") << growing.arg("'ab'", "ns.x + ns.x", "");
    QTest::newRow("list") << growing.arg("[1]", "ns.x + ns.x", "| length");
    QTest::newRow("list of itself") << growing.arg("[]", "[ns.x, ns.x]", "| tojson");
    QTest::newRow("list of itself as text") << growing.arg("[]", "[ns.x, ns.x]", "");
    QTest::newRow("range") << QStringLiteral("{{ range(99999999) | length }}");
    QTest::newRow("source") << QString(300000, 'x');
    QTest::newRow("space in the source") << QString(200000, ' ') + "{{ 1 }}";
}

void ChatTemplateTest::aTemplateThatGrowsWithoutEndIsStopped() {
    QFETCH(QString, source);
    QVERIFY(!render(source));
}

// Regression: interrupting Qt 6.4's engine in a constructor crashed it, so the script stops by itself.
void ChatTemplateTest::stoppingATemplateAtAnyMomentLeavesTheEngineUsable() {
    JsEngine engine(QStringLiteral(":/web/jinja.js"));
    const QString loop = QStringLiteral("{% for a in range(300) %}{% for b in range(300) %}"
                                        "{{ [a, 'b'.split('c')] }}{% endfor %}{% endfor %}");
    for (int round = 0; round < 30; ++round) {
        const QString context = QStringLiteral("{\"time_limit\": %1}").arg(2 + round % 10);
        const JsOutcome outcome =
            engine.call(QStringLiteral("renderTemplate"), {loop, context}, std::chrono::seconds(60));
        QCOMPARE(outcome.kind, JsOutcome::Kind::Threw);
        QCOMPARE(outcome.text, QStringLiteral("ran too long"));
    }
    const JsOutcome after =
        engine.call(QStringLiteral("renderTemplate"), {"{{ 'fine' }}", "{}"}, std::chrono::seconds(60));
    QCOMPARE(after.text, QStringLiteral("fine"));
}

void ChatTemplateTest::deepNestingIsAnErrorAndNoCrash() {
    const int depth = 10000;
    QVERIFY(!render("{{ " + QString(depth, '(') + "1" + QString(depth, ')') + " }}"));
    QVERIFY(!render(QStringLiteral("{% if 1 %}").repeated(depth) +
                    QStringLiteral("{% endif %}").repeated(depth)));
    QVERIFY(render("{{ " + QString(20, '(') + "1" + QString(20, ')') + " }}"));
}

void ChatTemplateTest::theClockIsWrittenInEnglish() {
    TemplateInput input;
    input.now = QDateTime(QDate(2026, 11, 2), QTime(15, 4, 5)).toMSecsSinceEpoch();
    QCOMPARE(text(QStringLiteral("{{ strftime_now('%d %b %Y') }}"), input), QStringLiteral("02 Nov 2026"));
    QCOMPARE(text(QStringLiteral("{{ strftime_now('%A, %B %d %H:%M:%S %I %p %%') }}"), input),
             QStringLiteral("Monday, November 02 15:04:05 03 PM %"));
}

void ChatTemplateTest::messagesWithAnyCharactersComeThrough() {
    const QString content =
        QStringLiteral("{{ x }} {% raw %} \"\\\u0001\u2028 한국어 中文 🙂 ") + QChar(0xFDD0);
    TemplateInput input;
    input.messages = {QJsonObject{{"role", "user"}, {"content", content}}};
    QCOMPARE(text(QStringLiteral("{{ messages[0].content }}"), input), content);
}

PONDER_TEST(ChatTemplateTest)
#include "chat_template_test.moc"
