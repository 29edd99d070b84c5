#include "app/prompt/template_choice.h"

#include "app/prompt/builtin_template.h"
#include "tests/app/prompt/template_samples.h"
#include "tests/support/test_class.h"

#include <QJsonObject>

using namespace ponder;
using Origin = TemplateChoice::Origin;

class TemplateChoiceTest : public QObject {
    Q_OBJECT
private slots:
    void aWorkingTemplateIsUsed();
    void aTemplateOfTheUsersComesFirst();
    void aBrokenTemplateOfTheUsersLeavesTheFiles();
    void aMissingTemplateIsReplacedByTheFamilysOwn_data();
    void aMissingTemplateIsReplacedByTheFamilysOwn();
    void aBrokenTemplateIsReplacedAndTheReasonKept_data();
    void aBrokenTemplateIsReplacedAndTheReasonKept();
    void everyBuiltinTemplateRendersAConversation_data();
    void everyBuiltinTemplateRendersAConversation();
};

void TemplateChoiceTest::aWorkingTemplateIsUsed() {
    const TemplateChoice choice = TemplateChoice::forModel(test::card(test::kChatMl, test::kR1Specials));
    QCOMPARE(choice.origin, Origin::File);
    QCOMPARE(choice.chatTemplate->source(), test::kChatMl);
    QVERIFY(!choice.reason);
    QVERIFY(choice.stop.isEmpty());
}

void TemplateChoiceTest::aTemplateOfTheUsersComesFirst() {
    ModelCard card = test::card(test::kChatMl, test::kR1Specials);
    card.ownTemplate = QStringLiteral("Q: {{ messages[0]['content'] }} A:");
    const TemplateChoice choice = TemplateChoice::forModel(card);
    QCOMPARE(choice.origin, Origin::Own);
    QCOMPARE(choice.chatTemplate->source(), card.ownTemplate);
    QVERIFY(!choice.ownReason && !choice.reason);
}

void TemplateChoiceTest::aBrokenTemplateOfTheUsersLeavesTheFiles() {
    for (const char* broken : {"{% if %}", "no question in this"}) {
        ModelCard card = test::card(test::kChatMl, test::kR1Specials);
        card.ownTemplate = QString::fromLatin1(broken);
        const TemplateChoice choice = TemplateChoice::forModel(card);
        QCOMPARE(choice.origin, Origin::File);
        QCOMPARE(choice.chatTemplate->source(), test::kChatMl);
        QVERIFY(choice.ownReason.has_value());
    }
}

void TemplateChoiceTest::aMissingTemplateIsReplacedByTheFamilysOwn_data() {
    QTest::addColumn<QStringList>("specials");
    QTest::addColumn<QString>("name");
    const auto list = [](std::initializer_list<const char*> texts) {
        QStringList out;
        for (const char* text : texts)
            out << QString::fromUtf8(text);
        return out;
    };
    QTest::newRow("R1 distill of Qwen")
        << test::kR1Specials + test::kChatMlSpecials << QStringLiteral("DeepSeek R1");
    QTest::newRow("R1 distill of Llama")
        << test::kR1Specials + list({"<|eot_id|>", "<|start_header_id|>"}) << QStringLiteral("DeepSeek R1");
    QTest::newRow("Qwen and SmolLM") << test::kChatMlSpecials << QStringLiteral("ChatML");
    QTest::newRow("Llama 3") << list({"<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>",
                                      "<|eot_id|>"})
                             << QStringLiteral("Llama 3");
    QTest::newRow("Phi") << list({"<s>", "</s>", "<|user|>", "<|assistant|>", "<|end|>"})
                         << QStringLiteral("Phi 3");
    QTest::newRow("DeepSeek LLM") << list({"<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"})
                                  << QStringLiteral("DeepSeek");
    QTest::newRow("Llama 2") << list({"<unk>", "<s>", "</s>"}) << QStringLiteral("Llama 2");
    QTest::newRow("unknown") << list({"<|endoftext|>"}) << QStringLiteral("plain");
}

void TemplateChoiceTest::aMissingTemplateIsReplacedByTheFamilysOwn() {
    QFETCH(QStringList, specials);
    QFETCH(QString, name);
    const TemplateChoice choice = TemplateChoice::forModel(test::card(QStringLiteral(" \n"), specials));
    QCOMPARE(choice.origin, Origin::BuiltinForMissing);
    QCOMPARE(choice.builtinName, name);
    QVERIFY(!choice.reason);
}

void TemplateChoiceTest::aBrokenTemplateIsReplacedAndTheReasonKept_data() {
    QTest::addColumn<QString>("source");
    QTest::addColumn<int>("code");
    const int failed = static_cast<int>(ErrorCode::TemplateFailed);
    QTest::newRow("syntax") << QStringLiteral("{% for m in messages %}{{ m.content }}") << failed;
    QTest::newRow("raises") << QStringLiteral("{{ raise_exception('never') }}") << failed;
    QTest::newRow("unknown filter") << QStringLiteral("{{ messages[0].content | sparkle }}") << failed;
    QTest::newRow("leaves the question out") << QStringLiteral("Hello!") << failed;
    QTest::newRow("loops")
        << QStringLiteral(
               "{% for a in range(1999) %}{% for b in range(1999) %}{{ a + b }}{% endfor %}{% endfor %}")
        << static_cast<int>(ErrorCode::TemplateTimeout);
}

void TemplateChoiceTest::aBrokenTemplateIsReplacedAndTheReasonKept() {
    QFETCH(QString, source);
    QFETCH(int, code);
    const TemplateChoice choice = TemplateChoice::forModel(test::card(source, test::kChatMlSpecials));
    QCOMPARE(choice.origin, Origin::BuiltinForBroken);
    QCOMPARE(choice.builtinName, QStringLiteral("ChatML"));
    QVERIFY(choice.reason);
    QCOMPARE(static_cast<int>(choice.reason->code), code);
}

void TemplateChoiceTest::everyBuiltinTemplateRendersAConversation_data() {
    aMissingTemplateIsReplacedByTheFamilysOwn_data();
}

void TemplateChoiceTest::everyBuiltinTemplateRendersAConversation() {
    QFETCH(QStringList, specials);
    const TemplateChoice choice = TemplateChoice::forModel(test::card({}, specials));
    TemplateInput input;
    input.bosToken = QStringLiteral("<B>");
    input.eosToken = QStringLiteral("<E>");
    const QStringList contents{QStringLiteral("sys"), QStringLiteral("q1"), QStringLiteral("a1"),
                               QStringLiteral("q2")};
    const char* roles[] = {"system", "user", "assistant", "user"};
    for (int i = 0; i < 4; ++i)
        input.messages << QJsonObject{{"role", roles[i]}, {"content", contents[i]}};
    const Result<QString> rendered = choice.chatTemplate->render(input);
    QVERIFY2(rendered, rendered ? "" : rendered.error().message().c_str());
    qsizetype at = 0;
    for (const QString& content : contents) {
        at = rendered->indexOf(content, at);
        QVERIFY2(at >= 0, qPrintable(content + " is missing in " + *rendered));
    }
    QVERIFY(!rendered->endsWith(QStringLiteral("q2")));
}

PONDER_TEST(TemplateChoiceTest)
#include "template_choice_test.moc"
