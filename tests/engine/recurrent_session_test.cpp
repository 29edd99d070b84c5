// Conversations with models whose layers keep a state, which cannot go back: whatever is edited, repeated or
// resumed, only what is new is computed, and replies are those of a fresh computation, token by token.
#include "tests/support/device_rows.h"
#include "tests/support/reasoner.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>

#include <map>
#include <random>

using namespace ponder;
using namespace ponder::test;

namespace {

constexpr std::uint32_t kReply = 16;

std::unique_ptr<Model> loadHybrid(const std::string& device) {
    LoadOptions options;
    options.path = referenceDir() / "tiny2/qwen35-q4_k_m.gguf";
    options.device = device;
    options.contextTokens = 2048;
    options.precision = Precision::Float;
    auto model = Model::load(options, {}, {});
    return model ? std::move(*model) : nullptr;
}

GenerateSettings plain() {
    GenerateSettings settings = greedy();
    settings.maxTokens = kReply;
    settings.ignoreEndOfText = true;
    return settings;
}

std::vector<TokenId> operator+(std::vector<TokenId> a, const std::vector<TokenId>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

struct Reply {
    std::vector<TokenId> ids;
    std::uint32_t computed = 0; // tokens of the prompt
};

Reply replyIn(Session& session, const std::vector<TokenId>& prompt,
              const GenerateSettings& settings = plain()) {
    Collected reply;
    const auto done = session.generate(prompt, settings, reply.callback(), {});
    if (!done) return {};
    return {reply.ids, done->promptTokens - done->reusedTokens};
}

// Knows what comes, but for every third token.
class HalfRight final : public Proposer {
public:
    explicit HalfRight(std::vector<TokenId> text) : m_text(std::move(text)) {}
    Result<std::vector<TokenId>> propose(std::span<const TokenId> history, std::size_t most, const Sampler&,
                                         std::stop_token) override {
        std::vector<TokenId> guess;
        for (std::size_t i = history.size(); i < m_text.size() && guess.size() < most; ++i)
            guess.push_back(i % 3 == 0 ? m_text[i] ^ 1 : m_text[i]);
        return guess;
    }

private:
    std::vector<TokenId> m_text;
};

} // namespace

class RecurrentSessionTest : public QObject {
    Q_OBJECT
    std::map<QString, std::unique_ptr<Model>> m_models;
    Model* m_model = nullptr; // on this device
    TokenId m_end = 0;        // ends a message
    std::vector<TokenId> m_chat;

    std::vector<TokenId> message(std::uint32_t seed, std::size_t length) const {
        std::mt19937 random(seed);
        std::vector<TokenId> out;
        while (out.size() + 1 < length)
            if (const TokenId id = random() % 500; !m_model->tokenizer().isEndOfGeneration(id))
                out.push_back(id);
        out.push_back(m_end);
        return out;
    }
    std::vector<TokenId> freshReply(const std::vector<TokenId>& prompt) const {
        auto session = *m_model->createSession();
        return replyIn(*session, prompt).ids;
    }

private slots:
    void initTestCase_data() { deviceRows(); }
    void init() {
        PONDER_NEEDS_REFERENCE();
        QFETCH_GLOBAL(QString, device);
        auto& model = m_models[device];
        if (!model) model = loadHybrid(device.toStdString());
        QVERIFY(model);
        m_model = model.get();
        for (m_end = 0; !m_model->tokenizer().isEndOfGeneration(m_end); ++m_end)
            QVERIFY(m_end < 511);
        m_chat = message(1, 300) + message(2, 150) + message(3, 180);
    }

    void anEditedQuestionIsAllThatIsComputedAnew() {
        auto session = *m_model->createSession();
        replyIn(*session, m_chat + message(4, 20));
        const std::vector<TokenId> edited = m_chat + message(5, 24);
        const Reply reply = replyIn(*session, edited);
        QCOMPARE(reply.computed, 24U);
        QCOMPARE(reply.ids, freshReply(edited));
    }
    void aRepeatedReplyComputesTheLastTokenOfThePromptAlone() {
        auto session = *m_model->createSession();
        const Reply first = replyIn(*session, m_chat), again = replyIn(*session, m_chat);
        QCOMPARE(again.computed, 1U);
        QCOMPARE(again.ids, first.ids);
        QCOMPARE(again.ids, freshReply(m_chat));
    }
    void aChatThatGoesOnComputesWhatIsNew() {
        auto session = *m_model->createSession();
        const Reply first = replyIn(*session, m_chat);
        const std::vector<TokenId> next = m_chat + first.ids + message(6, 30);
        const Reply reply = replyIn(*session, next);
        QVERIFY2(reply.computed <= 31, qPrintable(QString::number(reply.computed))); // the reply's last token
        QCOMPARE(reply.ids, freshReply(next));
        // And its last question may be changed.
        const std::vector<TokenId> edited = m_chat + first.ids + message(7, 30);
        const Reply other = replyIn(*session, edited);
        QVERIFY2(other.computed <= 31, qPrintable(QString::number(other.computed)));
        QCOMPARE(other.ids, freshReply(edited));
    }
    void aReplyWhoseThoughtsAreLeftOutGoesOnFromTheMessageBeforeIt() {
        auto session = *m_model->createSession();
        const Reply first = replyIn(*session, m_chat);
        const std::vector<TokenId> shorter(first.ids.begin() + 9, first.ids.end());
        const std::vector<TokenId> next = m_chat + shorter + message(8, 20);
        const Reply reply = replyIn(*session, next);
        QCOMPARE(reply.computed,
                 std::uint32_t(1 + shorter.size() + 20)); // the prompt's last token gave logits
        QCOMPARE(reply.ids, freshReply(next));
    }
    void anEarlierMessageIsEditedWithoutReadingWhatIsBeforeIt() {
        auto session = *m_model->createSession();
        replyIn(*session, m_chat + message(4, 20));
        const std::vector<TokenId> edited = message(1, 300) + message(9, 150) + message(3, 180);
        const Reply reply = replyIn(*session, edited);
        QCOMPARE(reply.computed, 330U);
        QCOMPARE(reply.ids, freshReply(edited));
    }
    void repliesSideBySideAreThoseOfEachAlone() {
        auto session = *m_model->createSession();
        std::vector<GenerateSettings> settings(3, plain());
        for (std::size_t i = 0; i < settings.size(); ++i) {
            settings[i].sampling.temperature = 0.8F;
            settings[i].sampling.seed = 40 + i;
        }
        std::vector<Collected> replies(settings.size());
        const auto done = session->generateMany(
            m_chat, settings, [&](std::size_t i, const ReplyToken& token) { return replies[i].add(token); },
            {});
        QVERIFY2(done, done ? "" : done.error().message().c_str());
        for (std::size_t i = 0; i < settings.size(); ++i) {
            auto alone = *m_model->createSession();
            QCOMPARE(replies[i].ids, replyIn(*alone, m_chat, settings[i]).ids);
        }
        // One of them goes on.
        const std::vector<TokenId> next = m_chat + replies[1].ids + message(6, 10);
        const Reply reply = replyIn(*session, next);
        QCOMPARE(reply.computed, kReply + 10);
        QCOMPARE(reply.ids, freshReply(next));
    }
    void aStoppedReplyGoesOnFromWhereItWas() {
        auto session = *m_model->createSession();
        std::vector<TokenId> some;
        (void)session->generate(m_chat, plain(),
                                [&](const ReplyToken& token) {
                                    some.push_back(token.id);
                                    return some.size() < 7;
                                },
                                {});
        const Reply rest = replyIn(*session, m_chat + some);
        QCOMPARE(rest.computed, 1U);
        QCOMPARE(rest.ids, freshReply(m_chat + some));
    }
    void aStoppedPromptIsReadOnFromTheLastStateBeforeIt() {
        auto session = *m_model->createSession();
        std::stop_source stop;
        (void)session->generate(
            m_chat, plain(), [](const ReplyToken&) { return true; }, stop.get_token(),
            [&](std::uint64_t done, std::uint64_t) {
                if (done >= 450) stop.request_stop();
            });
        const Reply reply = replyIn(*session, m_chat);
        QVERIFY2(reply.computed <= 180, qPrintable(QString::number(reply.computed)));
        QCOMPARE(reply.ids, freshReply(m_chat));
    }
    void rejectedGuessesLeaveNoTrace() {
        GenerateSettings settings = plain();
        settings.maxTokens = 40;
        auto alone = *m_model->createSession(), guessing = *m_model->createSession();
        const std::vector<TokenId> wanted = replyIn(*alone, m_chat, settings).ids;
        HalfRight proposer(m_chat + wanted);
        settings.speculation = {.draft = &proposer, .most = 4, .adaptive = false};
        Collected reply;
        const auto done = guessing->generate(m_chat, settings, reply.callback(), {});
        QVERIFY(done);
        QCOMPARE(reply.ids, wanted);
        QVERIFY(done->acceptedTokens > 0 && done->proposedTokens > done->acceptedTokens);
        // What is kept for later is still there.
        const std::vector<TokenId> next = m_chat + wanted + message(2, 9);
        const Reply more = replyIn(*guessing, next), edited = replyIn(*guessing, m_chat);
        QVERIFY2(more.computed <= 40 + 9, qPrintable(QString::number(more.computed)));
        QCOMPARE(more.ids, freshReply(next));
        QCOMPARE(edited.computed, 1U);
    }
    void aChatComesBackAfterARestartWithTheStatesBeforeItsLastMessages() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("chat").toStdString();
        const std::vector<TokenId> asked = m_chat + message(4, 20);
        {
            auto session = *m_model->createSession();
            replyIn(*session, asked);
            QVERIFY(session->saveState(path));
        }
        auto session = *m_model->createSession();
        const std::vector<TokenId> edited = m_chat + message(5, 24);
        QVERIFY(session->restoreState(path, edited));
        const Reply reply = replyIn(*session, edited);
        QCOMPARE(reply.computed, 24U);
        QCOMPARE(reply.ids, freshReply(edited));
    }
};

PONDER_TEST(RecurrentSessionTest)
#include "recurrent_session_test.moc"
