// What streaming costs the GUI thread in the real window: 200 tokens/s into a chat of 2,000 messages.
//
// Counts the processor time of everything the GUI thread does between two frames: event handling, polish and
// synchronizing with the scene graph. Drawing the pixels (from the end of synchronizing to the end of the
// frame) is left out, because the test draws in software what a graphics card draws for the user. Processor
// time, so that other programs do not count. The bar is 4 ms at the 95th percentile.
#include "app/chat/fake_replies.h"
#include "tests/support/test_class.h"
#include "tests/support/window_fixture.h"

#include <QSGRendererInterface>

#include <algorithm>
#include <ctime>
#include <vector>

using namespace ponder;

namespace {

constexpr int kMessages = 2000;
constexpr double kBarMs = 4.0;

double threadMs() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

void fillChat(Store& store) {
    ChatRecord chat;
    chat.id = store.newChatId();
    chat.title = QStringLiteral("long");
    chat.created = chat.updated = 1;
    store.insertChat(chat);
    const FakeReply reply = fakeReply(QStringLiteral("Why?"));
    int parent = 0;
    for (int i = 0; i < kMessages; ++i) {
        MessageRecord message;
        message.id = store.newMessageId();
        message.chatId = chat.id;
        message.parentId = parent;
        message.role = i % 2 == 0 ? MessageRole::User : MessageRole::Assistant;
        message.text = i % 2 == 0 ? QStringLiteral("Question %1, why is the sky blue?").arg(i) : reply.answer;
        if (i % 2 == 1) {
            message.thoughts = reply.thoughts;
            message.thoughtEnded = true;
            message.thinkSeconds = 3;
            message.thinkTokens = 100;
        }
        store.insertMessage(message);
        parent = message.id;
    }
    chat.currentLeaf = parent;
    store.updateChat(chat);
}

double percentile(std::vector<double> values, double part) {
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, std::size_t(part * double(values.size())))];
}

// The GUI thread's processor time per frame, without drawing.
class FrameMeter {
public:
    explicit FrameMeter(QQuickWindow* window) {
        // All of these are emitted on the GUI thread: the software scene graph has no thread of its own.
        QObject::connect(window, &QQuickWindow::afterSynchronizing, window, [this] {
            if (m_frameBegan > 0) m_frames.push_back(threadMs() - m_frameBegan);
            m_frameBegan = 0;
        });
        QObject::connect(window, &QQuickWindow::frameSwapped, window, [this] { m_frameBegan = threadMs(); });
    }
    void clear() {
        m_frames.clear();
        m_frameBegan = 0;
    }
    const std::vector<double>& frames() const { return m_frames; }

private:
    std::vector<double> m_frames;
    double m_frameBegan = 0;
};

} // namespace

class WindowBench : public QObject {
    Q_OBJECT
private slots:
    void streamingCostsUnderFourMillisecondsAFrame() {
        FakeChatEngine::Options options;
        options.tokensPerSecond = 200;
        options.loadMs = 1;
        options.prefillMs = 1;
        WindowFixture fixture(options, fillChat);
        QVERIFY(fixture.loaded());
        QCOMPARE(fixture.window()->rendererInterface()->graphicsApi(), QSGRendererInterface::Software);
        fixture.app().settings()->setReducedMotion(false); // as people have it
        QVERIFY(fixture.openModel());
        const double before = threadMs();
        fixture.app().chats()->open(
            fixture.app().chats()->data(fixture.app().chats()->index(0), ChatListModel::ChatIdRole).toInt());
        QCoreApplication::processEvents();
        QTest::qWait(300);
        const double opened = threadMs() - before;
        QCOMPARE(fixture.app().chat()->messages()->count(), kMessages);

        FrameMeter meter(fixture.window());
        fixture.app().chat()->send(QStringLiteral("Why is the sky blue at noon and red at sunset?"));
        QTest::qWait(150); // the question and the empty reply are laid out once
        meter.clear();
        QVERIFY(fixture.waitForReply());
        const std::vector<double> frames = meter.frames();
        QVERIFY2(frames.size() > 10, qPrintable(QString::number(frames.size())));
        const double middle = percentile(frames, 0.5);
        const double high = percentile(frames, 0.95);
        const double most = percentile(frames, 1);
        qInfo("GUI thread per frame at 200 tokens/s, %d messages: p50 %.2f ms, p95 %.2f ms, max %.2f ms over "
              "%zu "
              "frames; opening the chat and showing it %.0f ms",
              kMessages, middle, high, most, frames.size(), opened);
        QVERIFY2(high < kBarMs, qPrintable(QString::number(high)));
    }
};

PONDER_TEST(WindowBench)
#include "window_bench.moc"
