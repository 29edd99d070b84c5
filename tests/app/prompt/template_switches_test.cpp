#include "app/prompt/template_switches.h"

#include "app/prompt/effort_words.h"
#include "app/prompt/prompt_builder.h"
#include "tests/app/prompt/template_samples.h"
#include "tests/support/test_class.h"

#include <QJsonDocument>
#include <QJsonObject>

using namespace ponder;

namespace {

QByteArray contentOf(const QString& name) {
    QFile file(QString::fromStdString((test::dataDir() / "templates").string()) + u'/' + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString sourceOf(const QString& name) {
    return QString::fromUtf8(contentOf(name + QStringLiteral(".jinja")));
}

QJsonObject expected() {
    static const QJsonObject all =
        QJsonDocument::fromJson(contentOf(QStringLiteral("expected.json"))).object();
    return all;
}

QString expectedText(const QString& name, const QString& conversation, const QJsonObject& switches) {
    for (const QJsonValue one : expected()["cases"].toArray())
        if (one["template"] == name && one["conversation"] == conversation && one["switches"] == switches)
            return one["text"].toString();
    return QStringLiteral("no such case");
}

TemplateSwitches switchesOf(const QString& source) {
    const ModelCard card = test::card(source, {});
    ChatTemplate chatTemplate(source, card.name);
    TemplateProbe probe(chatTemplate, card);
    return TemplateSwitches::find(probe);
}

// One line for what is found: the variable for thinking, the levels with a star at the default, the variable
// for earlier thoughts with a plus where they are kept by default, and what else there is.
QString inWords(const TemplateSwitches& found) {
    QStringList efforts;
    for (const QString& effort : found.efforts)
        efforts << effort + (effort == found.defaultEffort ? QStringLiteral("*") : QString());
    QStringList out{found.thinking + (found.thinksByDefault ? QStringLiteral("*") : QString()),
                    efforts.join(u' '),
                    found.earlier + (found.keepsByDefault ? QStringLiteral("+") : QString())};
    if (found.budget) out << QStringLiteral("budget");
    if (!found.laterSystemTurns) out << QStringLiteral("one system turn");
    return out.join(u'|');
}

} // namespace

class TemplateSwitchesTest : public QObject {
    Q_OBJECT
private slots:
    void everySwitchRendersAsJinja2Does_data();
    void everySwitchRendersAsJinja2Does();
    void whatATemplateLetsOneChooseIsFoundByRendering_data();
    void whatATemplateLetsOneChooseIsFoundByRendering();
    void theFamiliesOfTheReferenceData_data();
    void theFamiliesOfTheReferenceData();
    void wordsForEffortsAreFoundInAllTheirForms_data();
    void wordsForEffortsAreFoundInAllTheirForms();
    void aLevelThatChangesNothingIsNoChoice();
    void wordsThatMakeTheSamePromptAreOneLevel();
    void aTemplateThatRunsTooLongIsNotAskedAgain();
    void onlyWhatTheTemplateHasIsSet();
    void theBuilderSetsWhatWasChosen_data();
    void theBuilderSetsWhatWasChosen();
    void aTemplateThatRefusesASecondSystemTurnGetsOne();

private:
    ChatTemplate m_keepsTheEngine{{}, {}}; // loaded once for all tests
};

void TemplateSwitchesTest::everySwitchRendersAsJinja2Does_data() {
    QTest::addColumn<QJsonObject>("one");
    const QJsonArray cases = expected()["cases"].toArray();
    QVERIFY(cases.size() > 100);
    for (const QJsonValue one : cases)
        QTest::addRow("%s %s %s", qPrintable(one["template"].toString()),
                      qPrintable(one["conversation"].toString()),
                      QJsonDocument(one["switches"].toObject()).toJson(QJsonDocument::Compact).constData())
            << one.toObject();
}

void TemplateSwitchesTest::everySwitchRendersAsJinja2Does() {
    QFETCH(QJsonObject, one);
    TemplateInput input;
    input.messages = expected()["conversations"][one["conversation"].toString()].toArray();
    input.variables = one["switches"].toObject();
    ChatTemplate chatTemplate(sourceOf(one["template"].toString()), QStringLiteral("Some model"));
    const Result<QString> rendered = chatTemplate.render(input);
    if (one.contains("error")) {
        QVERIFY(!rendered);
        QCOMPARE(QString::fromStdString(rendered.error().detail.english()), one["error"].toString());
        return;
    }
    QVERIFY2(rendered, rendered ? "" : rendered.error().message().c_str());
    QCOMPARE(*rendered, one["text"].toString());
}

void TemplateSwitchesTest::whatATemplateLetsOneChooseIsFoundByRendering_data() {
    QTest::addColumn<QString>("found");
    QTest::newRow("enable_thinking") << QStringLiteral("enable_thinking*||");
    QTest::newRow("thinking") << QStringLiteral("thinking||");
    QTest::newRow("system_effort") << QStringLiteral(
        "enable_thinking*|low medium xhigh*|preserve_thinking+|one system turn");
    QTest::newRow("clear_thinking") << QStringLiteral("enable_thinking*||clear_thinking");
    QTest::newRow("one_system") << QStringLiteral("|||budget|one system turn");
    QTest::newRow("effort_table") << QStringLiteral("|no_think low* max|");
    QTest::newRow("any_effort") << QStringLiteral("|low medium* high|");
    QTest::newRow("no_switch") << QStringLiteral("||");
}

void TemplateSwitchesTest::whatATemplateLetsOneChooseIsFoundByRendering() {
    QFETCH(QString, found);
    QCOMPARE(inWords(switchesOf(sourceOf(QString::fromLatin1(QTest::currentDataTag())))), found);
}

void TemplateSwitchesTest::theFamiliesOfTheReferenceData_data() {
    QTest::addColumn<QString>("found");
    QTest::newRow("deepseek-ai-DeepSeek-R1-Distill-Qwen-32B") << QStringLiteral("enable_thinking||");
    QTest::newRow("deepseek-ai-DeepSeek-V3.1") << QStringLiteral("enable_thinking||");
    QTest::newRow("Qwen-Qwen3-0.6B") << QStringLiteral("enable_thinking*||");
    QTest::newRow("HuggingFaceTB-SmolLM3-3B") << QStringLiteral("enable_thinking*||");
    QTest::newRow("Qwen-Qwen2.5-7B-Instruct") << QStringLiteral("||");
}

void TemplateSwitchesTest::theFamiliesOfTheReferenceData() {
    PONDER_NEEDS_REFERENCE();
    QFETCH(QString, found);
    TemplateSwitches switches = switchesOf(test::referenceTemplate(QTest::currentDataTag()));
    switches.laterSystemTurns = true;
    QCOMPARE(inWords(switches), found);
}

void TemplateSwitchesTest::wordsForEffortsAreFoundInAllTheirForms_data() {
    QTest::addColumn<QString>("words");
    const auto row = [](const char* source, const char* words) {
        QTest::newRow(source) << QString::fromLatin1(words);
    };
    row("{% if reasoning_effort == \"low\" %}", "low");
    row("{% if 'high' != reasoning_effort %}", "high");
    row("{% if reasoning_effort in ['max', 'high'] %}", "high max");
    row("{% if reasoning_effort not in (\"low\", \"medium\") %}", "low medium");
    row("{% if reasoning_effort | default('medium') == 'xhigh' %}", "medium xhigh");
    row("{% if reasoning_effort.lower() == 'low' %}", "low");
    row("{% if (reasoning_effort | lower) == 'low' %}", "low");
    row("{% set ns.effort = reasoning_effort or 'high' %}{% if ns.effort == 'low' %}", "low high");
    row("{% set known = ['none', 'high'] %}{% if reasoning_effort not in known %}", "none high");
    row("{% set texts = {'low': 'A bit.', 'max': 'all'} %}{{ texts[reasoning_effort] }}", "low max");
    row("{% set texts = {'low': 'A bit.'} %}{{ texts.get(reasoning_effort, '') }}", "low");
    row("{% if role == 'user' %}{{ reasoning_effort }}{% endif %}", "");
    row("{% if my_reasoning_effort == 'low' %}", "");
}

void TemplateSwitchesTest::wordsForEffortsAreFoundInAllTheirForms() {
    QFETCH(QString, words);
    QCOMPARE(effortWordsIn(QString::fromLatin1(QTest::currentDataTag())).join(u' '), words);
}

void TemplateSwitchesTest::aLevelThatChangesNothingIsNoChoice() {
    QCOMPARE(inWords(switchesOf(
                 QStringLiteral("{% if reasoning_effort == 'low' %}{% endif %}{{ messages[-1].content }}"))),
             QStringLiteral("|||one system turn"));
}

void TemplateSwitchesTest::wordsThatMakeTheSamePromptAreOneLevel() {
    const TemplateSwitches found = switchesOf(
        QStringLiteral("{{ 'off' if reasoning_effort in ['low', 'minimal'] else 'on' }}"
                       "{% if reasoning_effort == 'high' %}!{% endif %}{{ messages[-1].content }}"));
    QCOMPARE(found.efforts, (QStringList{QStringLiteral("minimal"), QStringLiteral("high")}));
    QVERIFY(found.defaultEffort.isEmpty());
}

void TemplateSwitchesTest::aTemplateThatRunsTooLongIsNotAskedAgain() {
    QElapsedTimer clock;
    clock.start();
    const TemplateSwitches found = switchesOf(QStringLiteral(
        "{% if enable_thinking is defined or reasoning_effort in ['a', 'b', 'c', 'd', 'e', 'f'] %}"
        "{% for a in range(1999) %}{% for b in range(1999) %}{{ a + b }}{% endfor %}{% endfor %}{% endif %}"
        "{% if preserve_thinking or clear_thinking %}{% endif %}{{ messages[-1].content }}"));
    QCOMPARE(found.thinking, QString());
    QVERIFY(found.efforts.isEmpty());
    QVERIFY2(clock.elapsed() < 5000, qPrintable(QString::number(clock.elapsed())));
}

void TemplateSwitchesTest::onlyWhatTheTemplateHasIsSet() {
    const ThinkingChoice all{false, QStringLiteral("low"), true};
    QCOMPARE(TemplateSwitches().variables(all), QJsonObject());
    TemplateSwitches levels;
    levels.efforts = {QStringLiteral("low"), QStringLiteral("max")};
    QCOMPARE(levels.variables(all), (QJsonObject{{"reasoning_effort", "low"}}));
    QCOMPARE(levels.variables({true, QStringLiteral("xhigh"), {}}), QJsonObject());
    levels.thinking = QStringLiteral("thinking");
    levels.earlier = QStringLiteral("clear_thinking");
    levels.earlierKeptBy = false;
    QCOMPARE(levels.variables(all), (QJsonObject{{"thinking", false}, {"clear_thinking", false}}));
    QCOMPARE(levels.variables({}), (QJsonObject{{"thinking", true}}));
}

void TemplateSwitchesTest::theBuilderSetsWhatWasChosen_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("on");
    QTest::addColumn<QString>("effort");
    QTest::addColumn<int>("keep"); // -1: not chosen
    QTest::addColumn<QJsonObject>("switches");
    const auto row = [](const char* label, const char* name, bool on, const char* effort, int keep,
                        const QJsonObject& switches) {
        QTest::newRow(label) << QString::fromLatin1(name) << on << QString::fromLatin1(effort) << keep
                             << switches;
    };
    row("on", "enable_thinking", true, "", -1, {{"enable_thinking", true}});
    row("off", "enable_thinking", false, "", -1, {{"enable_thinking", false}});
    row("kept as the template has it", "system_effort", true, "", -1, {{"enable_thinking", true}});
    row("dropped, with an effort", "system_effort", true, "low", 0,
        {{"enable_thinking", true}, {"reasoning_effort", "low"}, {"preserve_thinking", false}});
    row("off, so without an effort", "system_effort", false, "low", 0,
        {{"enable_thinking", false}, {"preserve_thinking", false}});
    row("dropped as the template has it", "clear_thinking", true, "", -1, {{"enable_thinking", true}});
    row("kept", "clear_thinking", true, "", 1, {{"enable_thinking", true}, {"clear_thinking", false}});
}

void TemplateSwitchesTest::theBuilderSetsWhatWasChosen() {
    QFETCH(QString, name);
    QFETCH(bool, on);
    QFETCH(QString, effort);
    QFETCH(int, keep);
    QFETCH(QJsonObject, switches);
    const ModelCard card = test::card(sourceOf(name), {});
    ChatTemplate chatTemplate(card.chatTemplate, card.name);
    const PromptBuilder builder(chatTemplate, card, TemplateFacts::examine(chatTemplate, card));
    ThinkingChoice choice{on, effort, {}};
    if (keep >= 0) choice.keepEarlier = keep > 0;
    using Role = ChatTurn::Role;
    const auto prompt = builder.build({{Role::User, QStringLiteral("2+2?"), {}},
                                       {Role::Assistant, QStringLiteral("4"), QStringLiteral("add them")},
                                       {Role::User, QStringLiteral("3+3?"), {}}},
                                      QStringLiteral("Be brief."), choice);
    QVERIFY2(prompt, prompt ? "" : prompt.error().message().c_str());
    QCOMPARE(QString::fromStdString(prompt->text),
             expectedText(name, QStringLiteral("next question"), switches));
}

void TemplateSwitchesTest::aTemplateThatRefusesASecondSystemTurnGetsOne() {
    const ModelCard card = test::card(sourceOf(QStringLiteral("one_system")), {});
    ChatTemplate chatTemplate(card.chatTemplate, card.name);
    const PromptBuilder builder(chatTemplate, card, TemplateFacts::examine(chatTemplate, card));
    using Role = ChatTurn::Role;
    QList<ChatTurn> turns{{Role::User, QStringLiteral("a"), {}}};
    for (int turn = 0; turn < 3; ++turn)
        turns << ChatTurn{Role::Assistant, QStringLiteral("b"), {}}
              << ChatTurn{Role::User, QStringLiteral("c"), {}};
    const auto prompt = builder.build(turns, QStringLiteral("Be brief."), {});
    QVERIFY(prompt);
    QCOMPARE(QString::fromStdString(prompt->text).count(QStringLiteral("[system]")), 1);
    QVERIFY(QString::fromStdString(prompt->text).startsWith(QStringLiteral("[system]Be brief.")));
}

PONDER_TEST(TemplateSwitchesTest)
#include "template_switches_test.moc"
