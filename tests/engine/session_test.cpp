// Sessions on the tiny reasoning model with the reference backend: the loop around the forward pass.
#include "tests/support/reasoner.h"
#include "tests/support/test_class.h"

#include <thread>

using namespace ponder;

using namespace ponder::test;

class SessionTest : public QObject {
    Q_OBJECT
    std::unique_ptr<Model> m_model;

private slots:
    void initTestCase() {
        m_model = loadReasoner();
        QVERIFY(m_model);
    }
    void aGreedyReplyThinksAnswersAndEnds() {
        auto session = *m_model->createSession();
        Collected reply;
        const auto done =
            session->generate(promptFor(*m_model, "What is 12+34?"), greedy(), reply.callback(), {});
        QVERIFY(done);
        QCOMPARE(done->reason, FinishReason::EndOfText);
        QCOMPARE(reply.text, std::string("Add 12 and 34 digit by digit.\nones: 2+4+0=6, write 6, carry 0\n"
                                         "tens: 1+3+0=4, write 4, carry 0\nThe sum is 46.\n</think>\n\n"
                                         "12 + 34 = **46**\n\n$$\\boxed{46}$$"));
        QCOMPARE(done->replyTokens, static_cast<std::uint32_t>(reply.ids.size()));
        QVERIFY(done->secondsToFirstToken > 0 && done->decodeTokensPerSecond() > 0);
    }
    void aPromptThatContinuesTheConversationRunsOnlyItsNewTokens() {
        auto session = *m_model->createSession();
        Collected first, second, fresh;
        const auto prompt = promptFor(*m_model, "12+34=?");
        QVERIFY(session->generate(prompt, greedy(), first.callback(), {}));
        const auto again = session->generate(prompt, greedy(), second.callback(), {});
        QCOMPARE(again->reusedTokens, static_cast<std::uint32_t>(prompt.size() - 1));
        QCOMPARE(second.ids, first.ids);
        const auto other = session->generate(promptFor(*m_model, "12+35=?"), greedy(), second.callback(), {});
        QVERIFY(other->reusedTokens >= 2 && other->reusedTokens < prompt.size());
        auto clean = *m_model->createSession();
        second = {};
        QVERIFY(session->generate(promptFor(*m_model, "98+1=?"), greedy(), second.callback(), {}));
        QVERIFY(clean->generate(promptFor(*m_model, "98+1=?"), greedy(), fresh.callback(), {}));
        QCOMPARE(second.ids, fresh.ids);
    }
    void logitsBehindAPrefixInTheCacheAreThoseOfAFreshRun() {
        const auto prompt = promptFor(*m_model, "What is 12+34?");
        auto fresh = *m_model->createSession();
        const auto wanted = fresh->logits(prompt, prompt.size() - 2, {});
        auto warm = *m_model->createSession();
        QVERIFY(warm->logits(std::span(prompt).first(prompt.size() - 1), 0, {}));
        const auto got = warm->logits(prompt, prompt.size() - 2, {});
        QVERIFY(wanted && got);
        QCOMPARE(*got, *wanted);
        QCOMPARE(warm->usedTokens(), static_cast<std::uint32_t>(prompt.size()));
    }
    void aFullContextEndsTheReplyAndSaysSo() {
        const auto model = loadReasoner(30);
        QVERIFY(model);
        auto session = *model->createSession();
        Collected reply;
        const auto prompt = promptFor(*model, "12+34=?");
        const auto done = session->generate(prompt, greedy(), reply.callback(), {});
        QCOMPARE(done->reason, FinishReason::ContextFull);
        QCOMPARE(prompt.size() + reply.ids.size(),
                 std::size_t{31}); // the last token needs no place of its own
    }
    void aPromptLongerThanTheContextIsAnErrorWithBothNumbers() {
        const auto model = loadReasoner(8);
        QVERIFY(model);
        auto session = *model->createSession();
        const auto done = session->generate(std::vector<TokenId>(9, 5), greedy(), {}, {});
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::ContextFull);
        QVERIFY(done.error().message().find("9 tokens") != std::string::npos);
        QVERIFY(done.error().message().find("holds 8") != std::string::npos);
    }
    void tokensOutsideTheVocabularyAndEmptyPromptsAreErrors() {
        auto session = *m_model->createSession();
        QCOMPARE(session->generate(std::vector<TokenId>{1, 999999}, greedy(), {}, {}).error().code,
                 ErrorCode::BadArgument);
        QCOMPARE(session->generate({}, greedy(), {}, {}).error().code, ErrorCode::BadArgument);
    }
    void theCallbackAndTheStopTokenEndAReplyAtOnceAndTheSessionGoesOn() {
        auto session = *m_model->createSession();
        const auto prompt = promptFor(*m_model, "12+34=?");
        int seen = 0;
        auto done = session->generate(prompt, greedy(), [&](const ReplyToken&) { return ++seen < 3; }, {});
        QCOMPARE(done->reason, FinishReason::Callback);
        QCOMPARE(seen, 3);
        std::stop_source stop;
        seen = 0;
        done = session->generate(
            prompt, greedy(),
            [&](const ReplyToken&) {
                if (++seen == 2) stop.request_stop();
                return true;
            },
            stop.get_token());
        QCOMPARE(done->reason, FinishReason::Cancelled);
        QCOMPARE(seen, 2);
        done = session->generate(promptFor(*m_model, "1+2=?"), greedy(), {}, stop.get_token());
        QCOMPARE(done->reason, FinishReason::Cancelled); // already stopped: nothing runs
        QCOMPARE(done->replyTokens, 0u);
        Collected reply;
        QVERIFY(session->generate(prompt, greedy(), reply.callback(), {}));
        QVERIFY(reply.text.find("\\boxed{46}") != std::string::npos);
    }
    void maximumTokensAndStopStringsEndTheReply() {
        auto session = *m_model->createSession();
        const auto prompt = promptFor(*m_model, "What is 12+34?");
        GenerateSettings settings = greedy();
        settings.maxTokens = 5;
        Collected reply;
        auto done = session->generate(prompt, settings, reply.callback(), {});
        QCOMPARE(done->reason, FinishReason::MaxTokens);
        QCOMPARE(reply.ids.size(), std::size_t{5});
        settings.maxTokens = 1000;
        settings.stop = {"</think>"};
        reply = {};
        done = session->generate(prompt, settings, reply.callback(), {});
        QCOMPARE(done->reason, FinishReason::StopString);
        QVERIFY(reply.text.ends_with("The sum is 46.\n"));
    }
    void theSameSeedGivesTheSameReplyAndAnotherSeedAnother() {
        GenerateSettings settings;
        settings.sampling.temperature = 3.0f;
        settings.sampling.topP = 1.0f;
        settings.maxTokens = 20;
        const auto run = [&](std::uint64_t seed) {
            settings.sampling.seed = seed;
            auto session = *m_model->createSession();
            Collected reply;
            (void)session->generate(promptFor(*m_model, "Hi"), settings, reply.callback(), {});
            return reply.ids;
        };
        const auto one = run(1);
        QCOMPARE(run(1), one);
        QVERIFY(run(2) != one);
    }
    void loadingCanBeCancelledAndReportsItsBytes() {
        std::stop_source stop;
        LoadOptions options{.path = test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf",
                            .device = "reference"};
        std::uint64_t last = 0, all = 0;
        const auto whole = Model::load(options,
                                       [&](std::uint64_t done, std::uint64_t of) {
                                           QVERIFY(done >= last);
                                           last = done;
                                           all = of;
                                       },
                                       {});
        QVERIFY(whole);
        QCOMPARE(last, all);
        QCOMPARE((*whole)->memory().weights, all);
        const auto cancelled = Model::load(
            options, [&](std::uint64_t, std::uint64_t) { stop.request_stop(); }, stop.get_token());
        QVERIFY(!cancelled);
        QCOMPARE(cancelled.error().code, ErrorCode::Cancelled);
    }
    void anUnknownDeviceIsNamedTogetherWithThoseThatExist() {
        const auto model = Model::load(
            {.path = test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf", .device = "abacus"}, {}, {});
        QVERIFY(!model);
        QCOMPARE(model.error().code, ErrorCode::DeviceNotFound);
        QVERIFY(model.error().message().find("abacus") != std::string::npos);
        QVERIFY(model.error().message().find("reference") != std::string::npos);
    }
};

PONDER_TEST(SessionTest)
#include "session_test.moc"
