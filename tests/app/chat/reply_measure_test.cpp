// What a reply teaches, beside others' work that a test makes up.
#include "tests/app/chat/scripted_model.h"

#include "app/chat/reply_measure.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

namespace {

// Two looks: before the reply and after it, ten seconds later.
class ScriptedClock final : public ProcessorClock {
public:
    ScriptedClock(double own, double all) : m_own(own), m_all(all) {}
    ProcessorTime now() const override {
        const bool after = m_looks++ > 0;
        return after ? ProcessorTime{20, 3 + m_own, 50 + m_all, 2} : ProcessorTime{10, 3, 50, 2};
    }

private:
    double m_own, m_all;
    mutable int m_looks = 0;
};

// The tiny model, as one of the processor's with two cores, or of a graphics card.
class OnDevice final : public test::ScriptedModel {
public:
    explicit OnDevice(DeviceKind kind) : ScriptedModel(*test::loadTinyReasoner(), {}) {
        m_info = ScriptedModel::device();
        m_info.kind = kind;
        m_info.cores = kind == DeviceKind::Processor ? 2 : 0;
    }
    const DeviceInfo& device() const override { return m_info; }

private:
    DeviceInfo m_info;
};

// A reply of ten seconds in which this process had `own` seconds of two processors and everybody `all`.
ReplySummary reply(DeviceKind kind, double own, double all) {
    const OnDevice model(kind);
    ReplyMeasure measure(std::make_shared<ScriptedClock>(own, all));
    measure.beforeLoading();
    measure.loaded(QString::fromStdString(test::tinyReasoner().string()));
    measure.beforeReply();
    ReplySummary summary;
    summary.promptTokens = 200;
    summary.replyTokens = 34;
    summary.contextUsed = 234;
    summary.secondsToFirstToken = 1;
    summary.tokensPerSecond = 3.4;
    measure.addTo(summary, model);
    return summary;
}

} // namespace

class ReplyMeasureTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        if (!std::filesystem::exists(test::tinyReasoner())) QSKIP("no tiny model");
    }
    void aReplyOfAQuietMachineTeachesItsSpeed() {
        const ReplySummary summary = reply(DeviceKind::Processor, 19, 19.5);
        QVERIFY(summary.speed);
        QVERIFY(summary.speed->quiet);
        QCOMPARE(summary.speed->decodeTokensPerSecond, 3.4);
        QCOMPARE(summary.speed->prefillTokensPerSecond, 200.0);
    }
    // Seen: 3.4 tokens a second beside a compiler, and hints of 0.0 for every large model since.
    void aReplyBesideACompilerTeachesNothing() {
        QVERIFY(!reply(DeviceKind::Processor, 12, 20).speed);
        QVERIFY(!reply(DeviceKind::Discrete, 1, 20).speed);
        QVERIFY(!reply(DeviceKind::Reference, 9, 20).speed);
    }
    void aReplyWhoseThreadsGotLittleTimeTeachesNothing() {
        QVERIFY(!reply(DeviceKind::Processor, 0.5, 0.5).speed);
    }
    void aCardNeedsLittleOfTheProcessor() { QVERIFY(reply(DeviceKind::Discrete, 0.5, 1).speed); }
    void theMemoryThatWasUsedIsToldOnABusyMachineToo() {
        const ReplySummary summary = reply(DeviceKind::Processor, 12, 20);
        QVERIFY(summary.memory);
        QVERIFY(summary.memory->usedBytes > 0);
    }
};

PONDER_TEST(ReplyMeasureTest)
#include "reply_measure_test.moc"
