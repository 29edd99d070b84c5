// Loads, generates and unloads for many rounds on every usable device; streams many replies through one
// session; stops in the middle of work. Memory must not grow from round to round.
#include "app/chat/reply_generator.h"
#include "app/chat/think_splitter.h"
#include "engine/base/host_memory.h"
#include "tests/support/device_rows.h"
#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"

#include <thread>

using namespace ponder;

namespace {

std::filesystem::path tinyReasoner() { return test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf"; }

Result<std::unique_ptr<Model>> load(const std::string& device) {
    return Model::load({.path = tinyReasoner(), .device = device}, {}, {});
}

ReplyRequest question(int round) {
    ReplyRequest request;
    request.temperature = 0.6;
    request.seed = static_cast<quint64>(round + 1);
    request.turns.append(
        {ChatTurn::Role::User, QStringLiteral("What is %1+%2?").arg(round % 90).arg(17), {}});
    return request;
}

// The first rounds fill caches and pools; what is there after them may not grow by more than this.
constexpr qint64 kAllowedGrowth = 24 << 20;

class MemoryWatch {
public:
    void round(int number, int warmUp) {
        if (number == warmUp) m_start = std::int64_t(residentProcessBytes());
        m_now = std::int64_t(residentProcessBytes());
    }
    qint64 growth() const { return m_now - m_start; }

private:
    qint64 m_start = 0, m_now = 0;
};

} // namespace

class SoakTest : public QObject {
    Q_OBJECT
private slots:
    void loadingAndUnloadingForManyRoundsKeepsMemory_data() { test::deviceRows(); }
    void loadingAndUnloadingForManyRoundsKeepsMemory() {
        QFETCH(QString, device);
        MemoryWatch watch;
        for (int round = 0; round < 200; ++round) {
            const auto model = load(device.toStdString());
            QVERIFY(model);
            const auto generator = ReplyGenerator::create(**model);
            QVERIFY(generator);
            QVERIFY(reply(**generator, round));
            watch.round(round, 20);
        }
        qInfo("grew by %lld KiB", watch.growth() / 1024);
        QVERIFY(watch.growth() < kAllowedGrowth);
    }

    void manyRepliesOfOneModelKeepMemory_data() { test::deviceRows(); }
    void manyRepliesOfOneModelKeepMemory() {
        QFETCH(QString, device);
        const auto model = load(device.toStdString());
        QVERIFY(model);
        const auto generator = ReplyGenerator::create(**model);
        QVERIFY(generator);
        MemoryWatch watch;
        for (int round = 0; round < 500; ++round) {
            QVERIFY(reply(**generator, round));
            watch.round(round, 50);
        }
        qInfo("grew by %lld KiB", watch.growth() / 1024);
        QVERIFY(watch.growth() < kAllowedGrowth);
    }

    void stoppingAtAnyMomentLeavesTheNextReplyWhole_data() { test::deviceRows(); }
    void stoppingAtAnyMomentLeavesTheNextReplyWhole() {
        QFETCH(QString, device);
        const auto model = load(device.toStdString());
        QVERIFY(model);
        const auto generator = ReplyGenerator::create(**model);
        QVERIFY(generator);
        const QString expected = greedy(**generator, {});
        QVERIFY(expected.contains("</think>"));
        for (int round = 0; round < 100; ++round) {
            std::stop_source source;
            std::jthread stopper([&source, round] {
                std::this_thread::sleep_for(std::chrono::milliseconds(round));
                source.request_stop();
            });
            greedy(**generator, source.get_token());
            QCOMPARE(greedy(**generator, {}), expected);
        }
    }

private:
    static bool reply(ReplyGenerator& generator, int round) {
        std::optional<ThinkSplitter> splitter;
        ReplyCallbacks callbacks;
        callbacks.started = [&](const ThinkMarkers& markers) { splitter.emplace(markers); };
        callbacks.arrived = [&](const QString& piece) {
            splitter->push(piece);
            return true;
        };
        const auto summary = generator.run(question(round), callbacks, {});
        return summary && summary->replyTokens > 0;
    }

    static QString greedy(ReplyGenerator& generator, std::stop_token stop) {
        ReplyRequest request = question(12);
        request.temperature = 0;
        QString text;
        ReplyCallbacks callbacks;
        callbacks.arrived = [&](const QString& piece) {
            text += piece;
            return true;
        };
        return generator.run(request, callbacks, stop) ? text : QString();
    }
};

PONDER_TEST(SoakTest)
#include "soak_test.moc"
