#include "app/web/js_engine.h"
#include "tests/support/test_class.h"
#include "tests/support/test_folders.h"

#include <QTemporaryFile>
#include <QTest>
#include <QThread>

#include <memory>

using ponder::JsEngine;
using ponder::JsOutcome;
using namespace std::chrono_literals;

namespace {

const QString kJinja = QStringLiteral(":/web/jinja.js");

// A script file that lives as long as the object.
std::unique_ptr<QTemporaryFile> scriptFile(const QByteArray& source) {
    auto file = std::make_unique<QTemporaryFile>();
    if (file->open()) file->write(source);
    file->close();
    return file;
}

JsOutcome render(JsEngine& engine, const QString& source, const QString& context = QStringLiteral("{}")) {
    return engine.call(QStringLiteral("renderTemplate"), {source, context}, 5s);
}

} // namespace

class JsEngineTest : public QObject {
    Q_OBJECT
private slots:
    void aFunctionOfTheScriptTakesAndGivesStrings();
    void aThrownErrorComesBackWithItsMessage();
    void aMissingFunctionIsNamed();
    void aMissingScriptIsNamed();
    void aLoopForeverIsInterruptedAndTheEngineGoesOn();
    void anEngineWorksOnAThreadOfItsOwn();
    void thePreludeSuppliesWhatTheEngineLacks_data();
    void thePreludeSuppliesWhatTheEngineLacks();
};

void JsEngineTest::aFunctionOfTheScriptTakesAndGivesStrings() {
    const auto script = scriptFile("var shout = function (a, b) { return a + '!' + b; };");
    JsEngine engine(script->fileName());
    const JsOutcome outcome =
        engine.call(QStringLiteral("shout"), {QStringLiteral("안녕"), QStringLiteral("你好")}, 1s);
    QCOMPARE(outcome.kind, JsOutcome::Kind::Value);
    QCOMPARE(outcome.text, QStringLiteral("안녕!你好"));
}

void JsEngineTest::aThrownErrorComesBackWithItsMessage() {
    const auto script = scriptFile("var fail = function () { throw new Error('no such thing'); };");
    JsEngine engine(script->fileName());
    const JsOutcome outcome = engine.call(QStringLiteral("fail"), {}, 1min);
    QCOMPARE(outcome.kind, JsOutcome::Kind::Threw);
    QCOMPARE(outcome.text, QStringLiteral("no such thing"));
}

void JsEngineTest::aMissingFunctionIsNamed() {
    JsEngine engine(kJinja);
    const JsOutcome outcome = engine.call(QStringLiteral("absent"), {}, 1min);
    QCOMPARE(outcome.kind, JsOutcome::Kind::Threw);
    QVERIFY(outcome.text.contains(QStringLiteral("absent")));
}

void JsEngineTest::aMissingScriptIsNamed() {
    JsEngine engine(QStringLiteral(":/web/absent.js"));
    const JsOutcome outcome = engine.call(QStringLiteral("anything"), {}, 1min);
    QCOMPARE(outcome.kind, JsOutcome::Kind::Threw);
    QVERIFY(outcome.text.contains(QStringLiteral(":/web/absent.js")));
}

void JsEngineTest::aLoopForeverIsInterruptedAndTheEngineGoesOn() {
    const auto script =
        scriptFile("var spin = function () { for (;;) {} }; var ok = function () { return 'ok'; };");
    JsEngine engine(script->fileName());
    QCOMPARE(engine.call(QStringLiteral("spin"), {}, 100ms).kind, JsOutcome::Kind::TimedOut);
    QCOMPARE(engine.call(QStringLiteral("ok"), {}, 1min).text, QStringLiteral("ok"));
}

void JsEngineTest::anEngineWorksOnAThreadOfItsOwn() {
    QString text;
    const std::unique_ptr<QThread> thread(QThread::create([&] {
        JsEngine engine(kJinja);
        text = render(engine, QStringLiteral("{{ 1 + 1 }}")).text;
    }));
    thread->start();
    QVERIFY(thread->wait(20000));
    QCOMPARE(text, QStringLiteral("2"));
}

void JsEngineTest::thePreludeSuppliesWhatTheEngineLacks_data() {
    QTest::addColumn<QString>("expression");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const char* expression, const char* expected) {
        QTest::newRow(name) << QString::fromUtf8(expression) << QString::fromUtf8(expected);
    };
    row("globalThis", "typeof globalThis.Math", "object");
    row("dot matches newline", "String(new RegExp('a.b', 's').test('a\\nb'))", "true");
    row("dot in a class stays", "String(new RegExp('a[.]b', 's').test('a\\nb'))", "false");
    row("escaped dot stays", "String(new RegExp('a\\\\.b', 's').test('a\\nb'))", "false");
    row("regexp is still one", "String(/x/ instanceof RegExp)", "true");
    row("at counts from the end", "[1, 2, 3].at(-1) + 'abc'.at(-2)", "3b");
    row("flat", "JSON.stringify([1, [2, [3]]].flat())", "[1,2,[3]]");
    row("flatMap", "JSON.stringify([1, 2].flatMap(function (x) { return [x, x]; }))", "[1,1,2,2]");
    row("fromEntries", "JSON.stringify(Object.fromEntries([['a', 1]]))", "{\"a\":1}");
    row("replaceAll by text", "'a.a'.replaceAll('a', 'b')", "b.b");
    row("replaceAll by function", "'aa'.replaceAll('a', function (m, at) { return at; })", "01");
    row("trim at one end", "'[' + ' x '.trimStart() + '|' + ' x '.trimEnd() + ']'", "[x | x]");
    row("matchAll", "Array.from('a1b22'.matchAll(/\\d+/g)).length + ''", "2");
}

void JsEngineTest::thePreludeSuppliesWhatTheEngineLacks() {
    QFETCH(QString, expression);
    QFETCH(QString, expected);
    QFile prelude(ponder::test::sourcePath("resources/web/prelude.js"));
    QVERIFY(prelude.open(QIODevice::ReadOnly));
    const QByteArray body = "\nvar result = function () { return " + expression.toUtf8() + "; };";
    const auto script = scriptFile(prelude.readAll() + body);
    JsEngine engine(script->fileName());
    const JsOutcome outcome = engine.call(QStringLiteral("result"), {}, 1min);
    QCOMPARE(outcome.text, expected);
}

PONDER_TEST(JsEngineTest)
#include "js_engine_test.moc"
