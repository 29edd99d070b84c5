#include "app/prompt/template_doctor.h"

#include "tests/app/prompt/template_samples.h"
#include "tests/support/test_class.h"

using namespace ponder;
using Source = TemplateFacts::SamplingSource;

namespace {

TemplateFacts examine(const ModelCard& card) {
    ChatTemplate chatTemplate(card.chatTemplate, card.name);
    return TemplateFacts::examine(chatTemplate, card);
}

} // namespace

class TemplateDoctorTest : public QObject {
    Q_OBJECT
private slots:
    void anR1ModelGetsTheSettingsOfItsCard();
    void anOlderR1TemplateHasItsThoughtForced();
    void anR1NameIsEnough();
    void anOrdinaryModelDoesNotReason();
    void theFilesOwnSamplingCounts();
    void familiesGetWhatTheirMakersPublish();
    void aTemplateThatRefusesSystemPromptsIsKnown();
    void otherMarkersAreFoundInTheTemplate();
    void theFamiliesOfTheReferenceData_data();
    void theFamiliesOfTheReferenceData();
};

void TemplateDoctorTest::anR1ModelGetsTheSettingsOfItsCard() {
    const TemplateFacts facts = examine(test::card(test::kR1, test::kR1Specials));
    QVERIFY(facts.r1Family);
    QVERIFY(facts.markers.reasons);
    QVERIFY(facts.markers.startsInside);
    QVERIFY(!facts.forcesThought);
    QVERIFY(!facts.systemPrompt);
    QVERIFY(!facts.switches.thinking.isEmpty());
    QVERIFY(facts.stripsThoughts);
    QCOMPARE(facts.temperature, 0.6);
    QCOMPARE(facts.topP, 0.95);
    QCOMPARE(facts.maxTokens, 32768);
    QCOMPARE(facts.samplingSource, Source::R1Card);
}

void TemplateDoctorTest::anOlderR1TemplateHasItsThoughtForced() {
    const TemplateFacts facts = examine(test::card(test::kOlderR1, test::kR1Specials));
    QVERIFY(facts.r1Family);
    QVERIFY(facts.forcesThought);
    QVERIFY(facts.markers.startsInside);
    QVERIFY(facts.switches.thinking.isEmpty());
}

void TemplateDoctorTest::anR1NameIsEnough() {
    const ModelCard card =
        test::card(test::kChatMl, test::kChatMlSpecials, QStringLiteral("DeepSeek_R1_Distill_Qwen_7B"));
    const TemplateFacts facts = examine(card);
    QVERIFY(facts.r1Family);
    QVERIFY(facts.markers.reasons);
    QVERIFY(facts.forcesThought);
    QVERIFY(!facts.systemPrompt);
}

void TemplateDoctorTest::anOrdinaryModelDoesNotReason() {
    const TemplateFacts facts = examine(test::card(test::kChatMl, test::kChatMlSpecials));
    QVERIFY(!facts.r1Family);
    QVERIFY(!facts.markers.reasons);
    QVERIFY(!facts.markers.startsInside);
    QVERIFY(!facts.forcesThought);
    QVERIFY(facts.systemPrompt);
    QVERIFY(facts.switches.thinking.isEmpty());
    QCOMPARE(facts.temperature, 0.7);
    QCOMPARE(facts.samplingSource, Source::GeneralUse);
    QVERIFY(facts.maxTokens < 32768);
}

void TemplateDoctorTest::theFilesOwnSamplingCounts() {
    ModelCard card = test::card(test::kChatMl, test::kChatMlSpecials);
    card.temperature = 0.2;
    TemplateFacts facts = examine(card);
    QCOMPARE(facts.temperature, 0.2);
    QCOMPARE(facts.topP, 0.95);
    QCOMPARE(facts.samplingSource, Source::ModelFile);

    card = test::card(test::kR1, test::kR1Specials);
    card.temperature = 0.2;
    facts = examine(card);
    QCOMPARE(facts.temperature, 0.6);
    QCOMPARE(facts.samplingSource, Source::R1Card);
}

void TemplateDoctorTest::familiesGetWhatTheirMakersPublish() {
    const auto named = [](const char* name) {
        return examine(test::card(test::kChatMl, test::kChatMlSpecials, QString::fromLatin1(name)));
    };
    QCOMPARE(named("Smollm2 135M 8k Lc100K Mix1 Ep2").temperature, 0.2);
    QCOMPARE(named("Smollm2 135M 8k Lc100K Mix1 Ep2").topP, 0.9);
    QCOMPARE(named("Meta Llama 3.1 8B Instruct").topP, 0.9);
    QCOMPARE(named("Qwen2.5 7B Instruct").samplingSource, Source::FamilyCard);
    QCOMPARE(named("DeepSeek-R1-Distill-Llama-8B").samplingSource, Source::R1Card);
}

void TemplateDoctorTest::aTemplateThatRefusesSystemPromptsIsKnown() {
    QVERIFY(!examine(test::card(test::kNoSystem, {})).systemPrompt);
}

void TemplateDoctorTest::otherMarkersAreFoundInTheTemplate() {
    const TemplateFacts facts = examine(
        test::card(test::kChatMl + QStringLiteral("{# [THINK]thoughts[/THINK] #}"), test::kChatMlSpecials));
    QVERIFY(facts.markers.reasons);
    QCOMPARE(facts.markers.open, QStringLiteral("[THINK]"));
    QCOMPARE(facts.markers.close, QStringLiteral("[/THINK]"));
}

void TemplateDoctorTest::theFamiliesOfTheReferenceData_data() {
    QTest::addColumn<QString>("facts");
    // r1, reasons, starts inside, forced, system prompt, can turn off, strips thoughts
    QTest::newRow("deepseek-ai-DeepSeek-R1-Distill-Qwen-32B") << QStringLiteral("1110011");
    QTest::newRow("deepseek-ai-DeepSeek-R1-Distill-Llama-8B") << QStringLiteral("1110001");
    QTest::newRow("deepseek-ai-DeepSeek-V3.1") << QStringLiteral("0110111");
    QTest::newRow("Qwen-QwQ-32B") << QStringLiteral("0110111");
    QTest::newRow("Qwen-Qwen3-0.6B") << QStringLiteral("0100111");
    QTest::newRow("HuggingFaceTB-SmolLM3-3B") << QStringLiteral("0100110");
    QTest::newRow("Qwen-Qwen2.5-7B-Instruct") << QStringLiteral("0000100");
    QTest::newRow("SmolLM2-135M-Instruct") << QStringLiteral("0000100");
    QTest::newRow("meta-llama-Llama-3.1-8B-Instruct") << QStringLiteral("0000100");
    QTest::newRow("microsoft-Phi-3.5-mini-instruct") << QStringLiteral("0000100");
    QTest::newRow("google-gemma-2-2b-it") << QStringLiteral("0000000");
}

void TemplateDoctorTest::theFamiliesOfTheReferenceData() {
    PONDER_NEEDS_REFERENCE();
    QFETCH(QString, facts);
    const char* name = QTest::currentDataTag();
    const TemplateFacts found =
        examine(test::card(test::referenceTemplate(name), {}, QString::fromLatin1(name).section('-', 2)));
    QString bits;
    for (const bool bit :
         {found.r1Family, found.markers.reasons, found.markers.startsInside, found.forcesThought,
          found.systemPrompt, !found.switches.thinking.isEmpty(), found.stripsThoughts})
        bits += QLatin1Char(bit ? '1' : '0');
    QCOMPARE(bits, facts);
}

PONDER_TEST(TemplateDoctorTest)
#include "template_doctor_test.moc"
