// 32,768 tokens of context, filled to the last place, on the processor and on Vulkan: issue 4's promise to
// models that think for long.
//
// The file is the tiny reasoning model, trained for 1,024 tokens: what it says behind them has no meaning,
// but rotations, cache and attention are defined at any position, and a long prompt on a larger file would
// take an hour here. Every device goes the same way once; the tests look at what it left.
#include "tests/support/device_rows.h"
#include "tests/support/logits_check.h"
#include "tests/support/reasoner.h"
#include "tests/support/test_class.h"

#include "engine/base/host_memory.h"

#include <QTemporaryDir>

#include <map>
#include <random>

using namespace ponder;
using namespace ponder::test;

namespace {

constexpr std::uint32_t kContext = 32768;
constexpr std::uint32_t kShort = 512;    // what memory is compared with
constexpr std::uint32_t kReplyRoom = 16; // left by the prompt

// What the process may take besides the plan: lists of tokens, and what a driver's own heap wanders by (its
// compiler leaves 60 MiB behind, some of them free). A second cache of 64 MiB would not fit into it.
constexpr std::int64_t kMemoryMargin = 32 << 20;

// A prompt, and behind it as many tokens as fill the context.
std::vector<TokenId> wholeText(const Model& model) {
    std::mt19937 random(model.contextTokens());
    std::vector<TokenId> tokens(model.contextTokens());
    for (TokenId& token : tokens)
        token = static_cast<TokenId>(random() % model.config().vocabulary);
    return tokens;
}

struct LongReply {
    std::vector<TokenId> ids;
    GenerateResult result;
    std::uint32_t used = 0;
    std::vector<float> lastLogits; // behind the whole text
};

struct LongRun {
    QString failure;
    LongReply straight, restored;
    std::int64_t planned = 0, peak = 0; // bytes
    std::optional<Error> tooLong;       // for one token more
};

// The prompt from where the session is, a reply to the end of the context, and the logits of its last place.
std::optional<LongReply> fill(Session& session, std::span<const TokenId> text) {
    LongReply out;
    GenerateSettings settings = greedy();
    settings.ignoreEndOfText = true;
    const auto onToken = [&](const ReplyToken& token) {
        out.ids.push_back(token.id);
        return true;
    };
    const auto done = session.generate(text.first(text.size() - kReplyRoom), settings, onToken, {});
    if (!done) return {};
    out.result = *done;
    out.used = session.usedTokens();
    auto logits = session.logits(text, text.size() - 1, {});
    if (!logits) return {};
    out.lastLogits = std::move(*logits);
    return out;
}

// Half of the text, which is saved; the rest; and once more the rest from what was saved.
LongRun goAllTheWay(const std::string& device, std::uint32_t context) {
    LongRun out;
    QTemporaryDir dir;
    const std::filesystem::path file = dir.filePath(QStringLiteral("half.kv")).toStdString();
    restartPeak();
    const auto model = loadReasoner(context, device, KvType::F16);
    if (!model) return {QStringLiteral("the model cannot be loaded with its context")};
    out.planned = static_cast<std::int64_t>(model->parts().front().memory.total());
    const std::vector<TokenId> text = wholeText(*model);

    auto session = *model->createSession();
    const auto half = std::span(text).first(context / 2);
    if (!session->logits(half, half.size() - 1, {}) || !session->saveState(file))
        return {QStringLiteral("half of the text cannot be run and saved")};
    auto straight = fill(*session, text);
    if (!straight) return {QStringLiteral("the text cannot be run to its end")};
    out.straight = std::move(*straight);
    std::vector<TokenId> longer = text;
    longer.push_back(0);
    if (const auto refused = session->generate(longer, greedy(), {}, {}); !refused)
        out.tooLong = refused.error();

    session.reset(); // the plan has one cache
    session = *model->createSession();
    const auto back = session->restoreState(file, text);
    if (!back || *back != half.size()) return {QStringLiteral("the half does not come back")};
    auto restored = fill(*session, text);
    if (!restored) return {QStringLiteral("the text cannot be run from its half to its end")};
    out.restored = std::move(*restored);
    out.peak = static_cast<std::int64_t>(peakProcessBytes());
    return out;
}

// A long run beside a short one: what their memory differs by is the context's, and not the driver's. The
// first short run is for what a driver does once.
struct Runs {
    explicit Runs(const std::string& device)
        : first(goAllTheWay(device, kShort)), small(goAllTheWay(device, kShort)),
          whole(goAllTheWay(device, kContext)) {}
    LongRun first, small, whole;
};

} // namespace

class LongContextTest : public QObject {
    Q_OBJECT
    std::map<QString, Runs> m_runs;

    const Runs& runsOn(const QString& device) {
        return m_runs.try_emplace(device, device.toStdString()).first->second;
    }
    const LongRun& runOn(const QString& device) { return runsOn(device).whole; }
    static QStringList devices() {
        QStringList out = usableDevices();
        out.removeAll(QStringLiteral("reference")); // too slow for it
        return out;
    }

private slots:
    void theWholeContextIsFilledAndTheReplySaysWhyItEnds_data() { deviceRows(devices()); }
    void theWholeContextIsFilledAndTheReplySaysWhyItEnds() {
        QFETCH(QString, device);
        const LongRun& run = runOn(device);
        QCOMPARE(run.failure, QString());
        QCOMPARE(run.straight.result.reason, FinishReason::ContextFull);
        QCOMPARE(run.straight.used, kContext);
        // The last token needs no place of its own.
        QCOMPARE(run.straight.ids.size(), std::size_t{kReplyRoom + 1});
        QCOMPARE(run.straight.result.reusedTokens, kContext / 2);
        for (const float logit : run.straight.lastLogits)
            QVERIFY(std::isfinite(logit));
    }
    void oneTokenMoreIsAnErrorWithBothNumbers_data() { deviceRows(devices()); }
    void oneTokenMoreIsAnErrorWithBothNumbers() {
        QFETCH(QString, device);
        const LongRun& run = runOn(device);
        QVERIFY(run.tooLong);
        QCOMPARE(run.tooLong->code, ErrorCode::ContextFull);
        QVERIFY(run.tooLong->message().find("32769 tokens") != std::string::npos);
        QVERIFY(run.tooLong->message().find("holds 32768") != std::string::npos);
    }
    void aHalfThatWasSavedAndRestoredGivesTheSameReplyAndLogits_data() { deviceRows(devices()); }
    void aHalfThatWasSavedAndRestoredGivesTheSameReplyAndLogits() {
        QFETCH(QString, device);
        const LongRun& run = runOn(device);
        QCOMPARE(run.failure, QString());
        QCOMPARE(run.restored.result.reusedTokens, kContext / 2);
        QCOMPARE(run.restored.ids, run.straight.ids);
        QCOMPARE(run.restored.lastLogits, run.straight.lastLogits);
    }
    void memoryStaysWithinThePlan_data() { deviceRows(devices()); }
    void memoryStaysWithinThePlan() {
        QFETCH(QString, device);
        const Runs& runs = runsOn(device);
        QCOMPARE(runs.whole.failure + runs.small.failure, QString());
        const std::int64_t planned = runs.whole.planned - runs.small.planned;
        const std::int64_t grown = runs.whole.peak - runs.small.peak;
        qInfo("planned %.1f MiB more, took %.1f MiB more", double(planned) / (1 << 20),
              double(grown) / (1 << 20));
        QVERIFY(planned > 60 << 20); // the cache: 4 layers, 2 heads of 64 keys and 64 values in two bytes
        QVERIFY(grown <= planned + kMemoryMargin);
        QVERIFY(grown > planned / 2); // or it was not counted
    }
    void theProcessorAndVulkanAgreeAtTheLastPlace() {
        const QStringList all = devices();
        if (all.size() < 2) QSKIP("no usable Vulkan device on this machine");
        const std::vector<float>& processor = runOn(QStringLiteral("cpu")).straight.lastLogits;
        QVERIFY(!processor.empty());
        // What the last place says depends on the first half of the text, so that a device which loses it
        // is found out.
        const auto model = loadReasoner(kContext, "cpu", KvType::F16);
        const std::vector<TokenId> text = wholeText(*model);
        const auto later = std::span(text).last(kContext / 2);
        const auto forgetful = (*model->createSession())->logits(later, later.size() - 1, {});
        QVERIFY(forgetful);
        const double power = nmse(*forgetful, processor);
        for (const QString& device : all) {
            if (device == QStringLiteral("cpu")) continue;
            const std::vector<float>& other = runOn(device).straight.lastLogits;
            QCOMPARE(other.size(), processor.size());
            const double apart = nmse(other, processor);
            qInfo("%s: NMSE %.2e; without the first half %.2e", qPrintable(device), apart, power);
            QVERIFY(apart <= 1e-3); // the bar of kernels that round activations, as the processor's do
            QVERIFY(power >= 100 * apart);
            QCOMPARE(wrongArgmax(other, processor, processor.size()), 0);
        }
    }
};

PONDER_TEST(LongContextTest)
#include "long_context_test.moc"
