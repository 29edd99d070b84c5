// Guessing ahead changes the speed of a reply and never its tokens: at temperature 0 and above, with guesses
// from the text, from a draft, and with wrong ones, on every device.
#include "tests/support/device_rows.h"
#include "tests/support/reasoner.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>

#include <algorithm>
#include <cmath>
#include <map>

using namespace ponder;
using namespace ponder::test;

namespace {

const std::vector<std::string> kQuestions{"What is 12+34?", "123+456=?", "1+2=? 1+2=? 1+2=?"};

// Guesses the same tokens always.
class StubbornProposer final : public Proposer {
public:
    explicit StubbornProposer(std::vector<TokenId> guess) : m_guess(std::move(guess)) {}
    Result<std::vector<TokenId>> propose(std::span<const TokenId>, std::size_t most, const Sampler&,
                                         std::stop_token) override {
        return std::vector<TokenId>(m_guess.begin(),
                                    m_guess.begin() +
                                        std::min(static_cast<std::ptrdiff_t>(most), std::ssize(m_guess)));
    }

private:
    std::vector<TokenId> m_guess;
};

struct Count {
    std::uint32_t proposed = 0, accepted = 0;
};

void compare(Session& session, std::span<const TokenId> prompt, GenerateSettings settings, Count& count) {
    Collected plain, ahead;
    const SpeculationSettings speculation = std::exchange(settings.speculation, {});
    session.clear();
    const auto wanted = session.generate(prompt, settings, plain.callback(), {});
    const std::uint32_t used = session.usedTokens();
    settings.speculation = speculation;
    session.clear();
    const auto got = session.generate(prompt, settings, ahead.callback(), {});
    QVERIFY(wanted && got);
    QCOMPARE(ahead.ids, plain.ids);
    QCOMPARE(ahead.text, plain.text);
    QCOMPARE(got->reason, wanted->reason);
    QCOMPARE(got->replyTokens, wanted->replyTokens);
    QCOMPARE(session.usedTokens(), used);
    QVERIFY(got->acceptedTokens <= got->proposedTokens);
    count.proposed += got->proposedTokens;
    count.accepted += got->acceptedTokens;
}

} // namespace

class SpeculationTest : public QObject {
    Q_OBJECT
    struct Loaded {
        std::unique_ptr<Model> model, small;
        std::unique_ptr<Session> session;
    };
    std::map<QString, Loaded> m_loaded;
    std::string m_device;
    // On this device.
    Model *m_model = nullptr, *m_small = nullptr;
    Session* m_session = nullptr;

    std::unique_ptr<Model> load(const std::filesystem::path& path) {
        LoadOptions options;
        options.path = path;
        options.device = m_device;
        options.contextTokens = 512;
        auto model = Model::load(options, {}, {});
        if (!model) qWarning("%s", model.error().message().c_str());
        return model ? std::move(*model) : nullptr;
    }
    // Chi-square of the first two tokens over many seeds against their exact joint distribution.
    void countPairs(GenerateSettings settings, const std::vector<TokenId>& prompt,
                    std::map<std::pair<TokenId, TokenId>, int>& seen, int draws) {
        for (int seed = 1; seed <= draws; ++seed) {
            settings.sampling.seed = static_cast<std::uint64_t>(seed);
            Collected reply;
            QVERIFY(m_session->generate(prompt, settings, reply.callback(), {}));
            QCOMPARE(reply.ids.size(), std::size_t{2});
            ++seen[{reply.ids[0], reply.ids[1]}];
        }
    }
    TokenDistribution after(std::vector<TokenId> tokens, const SamplingSettings& sampling) {
        TokenDistribution out;
        const auto logits = m_session->logits(tokens, tokens.size() - 1, {});
        if (logits) out.assign(std::span(*logits).first(m_model->tokenizer().size()), tokens, sampling);
        return out;
    }

private slots:
    void initTestCase_data() { deviceRows(); }
    void init() {
        QFETCH_GLOBAL(QString, device);
        m_device = device.toStdString();
        Loaded& here = m_loaded[device];
        if (!here.model) {
            here.model = loadReasoner(512, m_device);
            QVERIFY(here.model);
            here.session = std::move(*here.model->createSession());
            if (hasReference()) here.small = load(referenceDir() / "tiny-reasoner/tiny-reasoner-q4_k_m.gguf");
        }
        m_model = here.model.get();
        m_small = here.small.get();
        m_session = here.session.get();
    }
    void lookupLeavesGreedyRepliesAsTheyAre() {
        Count count;
        for (const std::string& question : kQuestions)
            for (const bool adaptive : {true, false}) {
                GenerateSettings settings = greedy();
                settings.speculation = {.lookup = true, .adaptive = adaptive};
                compare(*m_session, promptFor(*m_model, question), settings, count);
            }
        QVERIFY2(count.accepted > 0, qPrintable(QString("of %1").arg(count.proposed)));
    }
    void lookupLeavesSampledRepliesOfEverySeedAsTheyAre() {
        Count count;
        for (std::uint64_t seed = 1; seed <= 6; ++seed) {
            GenerateSettings settings;
            settings.sampling = {.temperature = 1.5f, .topK = 40, .repetitionPenalty = 1.1f, .seed = seed};
            settings.maxTokens = 60;
            settings.speculation = {.lookup = true, .adaptive = false};
            compare(*m_session, promptFor(*m_model, "1+2=? 1+2=? 1+2=?"), settings, count);
        }
        QVERIFY(count.proposed > count.accepted && count.accepted > 0);
    }
    void aDraftThatIsTheModelItselfIsAlwaysRight() {
        for (const float temperature : {0.0f, 1.0f, 2.0f}) {
            const auto draft = createDraft(*m_model, *m_model);
            QVERIFY(draft);
            GenerateSettings settings;
            settings.sampling = {.temperature = temperature, .seed = 5};
            settings.maxTokens = 50;
            settings.speculation = {.draft = draft->get(), .most = 4, .adaptive = false};
            Count count;
            compare(*m_session, promptFor(*m_model, "12+34=?"), settings, count);
            QVERIFY(count.proposed >= 20);
            QVERIFY(count.accepted + 4 >= count.proposed); // the end of the reply cuts a round short
        }
    }
    void aSmallerDraftLeavesRepliesAsTheyAre() {
        PONDER_NEEDS_REFERENCE();
        QVERIFY(m_small);
        const auto draft = createDraft(*m_model, *m_small);
        QVERIFY(draft);
        Count count;
        for (const std::string& question : kQuestions)
            for (const float temperature : {0.0f, 1.5f})
                for (const bool lookup : {false, true}) {
                    GenerateSettings settings;
                    settings.sampling = {.temperature = temperature, .seed = 9};
                    settings.maxTokens = 100;
                    settings.speculation = {.lookup = lookup, .draft = draft->get(), .adaptive = false};
                    compare(*m_session, promptFor(*m_model, question), settings, count);
                }
        QVERIFY(count.proposed > count.accepted && count.accepted > count.proposed / 2);
    }
    void theEndOfTheContextOfTheTokensAndOfStopStringsIsTheSame() {
        Count count;
        const auto model = loadReasoner(40, m_device);
        auto session = *model->createSession();
        const auto draft = createDraft(*model, *model);
        GenerateSettings settings = greedy();
        settings.speculation = {.draft = draft->get(), .adaptive = false};
        compare(*session, promptFor(*model, "12+34=?"), settings, count);
        settings.maxTokens = 7;
        compare(*session, promptFor(*model, "12+34=?"), settings, count);
        settings.maxTokens = 1000;
        settings.stop = {" digit"};
        compare(*session, promptFor(*model, "12+34=?"), settings, count);
        QVERIFY(count.accepted > 0);
    }
    void wrongGuessesLeaveTheDistributionAsItIs() {
        const auto prompt = promptFor(*m_model, "12+34=?");
        GenerateSettings settings;
        settings.sampling = {.temperature = 6.0f, .topK = 4, .topP = 1.0f};
        settings.maxTokens = 2;
        const TokenDistribution first = after(prompt, settings.sampling);
        std::map<std::pair<TokenId, TokenId>, double> exact;
        for (const auto& a : first.candidates()) {
            std::vector<TokenId> longer = prompt;
            longer.push_back(a.id);
            const TokenDistribution second = after(longer, settings.sampling);
            for (const auto& b : second.candidates())
                exact[{a.id, b.id}] = first.probability(a.id) * second.probability(b.id);
        }
        // Guess for the second token what is likely but not certain.
        std::vector<TokenId> longer = prompt;
        longer.push_back(first.candidates()[0].id);
        StubbornProposer proposer({after(longer, settings.sampling).candidates()[1].id});
        settings.speculation = {.draft = &proposer, .adaptive = false};
        constexpr int draws = 1200;
        std::map<std::pair<TokenId, TokenId>, int> seen;
        countPairs(settings, prompt, seen, draws);
        double chiSquare = 0, degrees = -1;
        for (const auto& [pair, probability] : exact) {
            const double wanted = probability * draws;
            if (wanted < 5) continue; // too few for the statistic
            chiSquare += (seen[pair] - wanted) * (seen[pair] - wanted) / wanted;
            degrees += 1;
        }
        QVERIFY(degrees >= 8);
        const double limit = degrees + 3.1 * std::sqrt(2 * degrees); // about one chance in a thousand
        QVERIFY2(chiSquare < limit, qPrintable(QString("%1, limit %2").arg(chiSquare).arg(limit)));
    }
    void aDraftOfAnotherVocabularyIsRefusedWithTheTokenThatDiffers() {
        QTemporaryDir dir;
        QFile original(QString::fromStdString(dataDir().string() + "/tiny-reasoner/tiny-reasoner-q8_0.gguf"));
        QVERIFY(original.open(QIODevice::ReadOnly));
        QFile file(dir.filePath("other.gguf"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(original.readAll().replace("<｜Assistant｜>", "<｜Assistent｜>"));
        file.close();
        const auto other = load(file.fileName().toStdString());
        QVERIFY(other);
        const auto draft = createDraft(*m_model, *other);
        QVERIFY(!draft);
        QCOMPARE(draft.error().code, ErrorCode::BadArgument);
        QVERIFY(draft.error().message().find("Assistent") != std::string::npos);
    }
};

PONDER_TEST(SpeculationTest)
#include "speculation_test.moc"
