// Several replies to one prompt at once: each must be what a generation of its own gives, on every device.
#include "tests/support/device_rows.h"
#include "tests/support/reasoner.h"
#include "tests/support/test_class.h"

#include <map>

using namespace ponder;
using namespace ponder::test;

namespace {

struct Many {
    std::vector<Collected> replies;
    std::vector<GenerateResult> results;
};

Many runMany(Session& session, std::span<const TokenId> prompt, std::span<const GenerateSettings> settings) {
    Many out;
    out.replies.resize(settings.size());
    const auto onToken = [&](std::size_t reply, const ReplyToken& token) {
        return out.replies[reply].add(token);
    };
    auto done = session.generateMany(prompt, settings, onToken, {});
    if (done) out.results = std::move(*done);
    return out;
}

void compareWithSingles(Model& model, const std::vector<TokenId>& prompt,
                        const std::vector<GenerateSettings>& settings) {
    auto together = *model.createSession();
    const Many many = runMany(*together, prompt, settings);
    QCOMPARE(many.results.size(), settings.size());
    QCOMPARE(together->usedTokens(), static_cast<std::uint32_t>(prompt.size()));
    auto alone = *model.createSession();
    for (std::size_t i = 0; i < settings.size(); ++i) {
        Collected one;
        const auto done = alone->generate(prompt, settings[i], one.callback(), {});
        QVERIFY(done);
        QCOMPARE(many.replies[i].ids, one.ids);
        QCOMPARE(many.replies[i].text, one.text);
        QCOMPARE(many.results[i].reason, done->reason);
        QCOMPARE(many.results[i].replyTokens, done->replyTokens);
    }
}

} // namespace

class ManyRepliesTest : public QObject {
    Q_OBJECT
    std::map<QString, std::unique_ptr<Model>> m_models;
    std::string m_device;
    Model* m_model = nullptr; // on this device

private slots:
    void initTestCase_data() { deviceRows(); }
    void init() {
        QFETCH_GLOBAL(QString, device);
        m_device = device.toStdString();
        auto& model = m_models[device];
        if (!model) model = loadReasoner(2048, m_device);
        QVERIFY(model);
        m_model = model.get();
    }
    void greedyRepliesTogetherAreThoseOfOneAlone() {
        for (const std::size_t n : {1, 2, 7})
            compareWithSingles(*m_model, promptFor(*m_model, "What is 12+34?"),
                               std::vector<GenerateSettings>(n, greedy()));
    }
    void everyReplyHasItsOwnSeedLengthAndStopStrings() {
        std::vector<GenerateSettings> settings(6);
        for (std::size_t i = 0; i < settings.size(); ++i) {
            settings[i].sampling.temperature = 2.0f;
            settings[i].sampling.seed = i + 1;
            settings[i].maxTokens = 40;
        }
        settings[1].maxTokens = 3;
        settings[2].stop = {"e"};
        settings[3].sampling.temperature = 0;
        settings[4].sampling.repetitionPenalty = 1.5f;
        settings[5].maxTokens = 0;
        compareWithSingles(*m_model, promptFor(*m_model, "12+34=?"), settings);
    }
    void moreRepliesThanTheDeviceTakesInOneRunAreRunInParts() {
        GenerateSettings sampled;
        sampled.sampling.temperature = 2.0f;
        sampled.maxTokens = 8;
        std::vector<GenerateSettings> settings(kMostReplies, sampled); // the reference takes 32 rows
        for (std::size_t i = 0; i < settings.size(); ++i)
            settings[i].sampling.seed = i + 1;
        compareWithSingles(*m_model, promptFor(*m_model, "1+2=?"), settings);
    }
    void thePromptIsRunOnceAndStaysForTheNextCall() {
        auto session = *m_model->createSession();
        const auto prompt = promptFor(*m_model, "12+34=?");
        GenerateSettings few = greedy();
        few.maxTokens = 4;
        const std::vector<GenerateSettings> settings(3, few);
        QCOMPARE(runMany(*session, prompt, settings).results.front().reusedTokens, 0u);
        const Many again = runMany(*session, prompt, settings);
        QCOMPARE(again.results.front().reusedTokens, static_cast<std::uint32_t>(prompt.size() - 1));
        Collected alone;
        const auto done = session->generate(prompt, few, alone.callback(), {});
        QCOMPARE(done->reusedTokens, static_cast<std::uint32_t>(prompt.size() - 1));
        QCOMPARE(again.replies[2].ids, alone.ids);
    }
    void theContextBehindThePromptIsDividedAndAFullShareEndsAReply() {
        const auto model = loadReasoner(40, m_device);
        const auto prompt = promptFor(*model, "12+34=?");
        auto session = *model->createSession();
        const Many many = runMany(*session, prompt, std::vector<GenerateSettings>(3, greedy()));
        QCOMPARE(many.results.size(), std::size_t{3});
        const std::size_t share = (40 - prompt.size()) / 3;
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(many.results[i].reason, FinishReason::ContextFull);
            QCOMPARE(many.replies[i].ids.size(), share + 1); // the last token needs no place of its own
        }
    }
    void aPromptThatFillsTheContextLeavesRoomForOneTokenEach() {
        const auto whole = promptFor(*m_model, "12+34=?");
        const auto model = loadReasoner(static_cast<std::uint32_t>(whole.size()), m_device);
        compareWithSingles(*model, whole, std::vector<GenerateSettings>(2, greedy()));
    }
    void theCallbackEndsOneReplyAndTheStopTokenAll() {
        auto session = *m_model->createSession();
        const auto prompt = promptFor(*m_model, "12+34=?");
        const std::vector<GenerateSettings> settings(3, greedy());
        std::stop_source stop;
        std::array<int, 3> seen{};
        const auto done = session->generateMany(
            prompt, settings,
            [&](std::size_t reply, const ReplyToken&) {
                if (++seen[reply] == 5) stop.request_stop();
                return reply != 1 || seen[1] < 2;
            },
            stop.get_token());
        QVERIFY(done);
        QCOMPARE(seen, (std::array<int, 3>{5, 2, 5}));
        QCOMPARE((*done)[0].reason, FinishReason::Cancelled);
        QCOMPARE((*done)[1].reason, FinishReason::Callback);
        QCOMPARE((*done)[2].reason, FinishReason::Cancelled);
        const auto stopped = session->generateMany(prompt, settings, {}, stop.get_token());
        QCOMPARE((*stopped)[2].reason, FinishReason::Cancelled);
        QCOMPARE((*stopped)[2].replyTokens, 0u);
    }
    void noneAndMoreThanSixtyFourAreErrors() {
        auto session = *m_model->createSession();
        const auto prompt = promptFor(*m_model, "12+34=?");
        for (const std::size_t n : {std::size_t{0}, kMostReplies + 1}) {
            const auto done =
                session->generateMany(prompt, std::vector<GenerateSettings>(n, greedy()), {}, {});
            QVERIFY(!done);
            QCOMPARE(done.error().code, ErrorCode::BadArgument);
        }
    }
};

PONDER_TEST(ManyRepliesTest)
#include "many_replies_test.moc"
