// What streaming costs the GUI thread before anything is drawn: 200 tokens/s into a chat of 2,000 messages.
//
// Counts the processor time of event handling (timers, queued calls, model updates and the reads that a view
// makes after them) in each frame of 16 ms. Processor time, so that other programs do not count. The bar of
// the whole window is 4 ms at the 95th percentile; this part of it must stay under 1 ms.
#include "app/chat/app.h"
#include "app/chat/fake_chat_engine.h"
#include "app/chat/fake_replies.h"
#include "tests/support/test_class.h"

#include <QEventLoop>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <algorithm>
#include <ctime>
#include <vector>

using namespace ponder;

namespace {

constexpr int kMessages = 2000;
constexpr int kFrames = 150; // 2.4 seconds
constexpr double kBarMs = 1.0;

double threadMs() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

// Reads what changed, as the delegates of a view do.
void follow(QAbstractItemModel* model) {
    QObject::connect(model, &QAbstractItemModel::dataChanged, model,
                     [model](const QModelIndex& first, const QModelIndex& last, const QList<int>& roles) {
                         for (int row = first.row(); row <= last.row(); ++row)
                             for (const int role : roles)
                                 model->data(model->index(row, 0), role);
                     });
    QObject::connect(model, &QAbstractItemModel::rowsInserted, model,
                     [model](const QModelIndex&, int first, int last) {
                         for (int row = first; row <= last; ++row)
                             for (const int role : model->roleNames().keys())
                                 model->data(model->index(row, 0), role);
                     });
}

int fillChat(Store& store) {
    const int chat = store.newChatId();
    store.insertChat({.id = chat, .title = QStringLiteral("long"), .created = 1, .updated = 1});
    int parent = 0;
    for (int i = 0; i < kMessages; ++i) {
        MessageRecord message;
        message.id = store.newMessageId();
        message.chatId = chat;
        message.parentId = parent;
        message.role = i % 2 == 0 ? MessageRole::User : MessageRole::Assistant;
        const FakeReply reply = fakeReply(QStringLiteral("Why?"));
        message.text = i % 2 == 0 ? QStringLiteral("Question %1").arg(i) : reply.answer;
        if (i % 2 == 1) message.thoughts = reply.thoughts;
        store.insertMessage(message);
        parent = message.id;
    }
    store.flush();
    return chat;
}

struct Percentiles {
    double half = 0, most = 0, worst = 0; // ms at 50 %, 95 %, 100 %
};

Percentiles measure(App& app, int frames) {
    std::vector<double> costs;
    for (int i = 0; i < frames && app.chat()->busy(); ++i) {
        QEventLoop frame; // sleeps between events
        QTimer::singleShot(16, Qt::PreciseTimer, &frame, &QEventLoop::quit);
        const double before = threadMs();
        frame.exec();
        costs.push_back(threadMs() - before);
    }
    if (costs.empty()) return {};
    std::sort(costs.begin(), costs.end());
    return {costs[costs.size() / 2], costs[costs.size() * 95 / 100], costs.back()};
}

} // namespace

class StreamingBench : public QObject {
    Q_OBJECT
private slots:
    void streamingIntoALongChatStaysUnderTheBar_data();
    void streamingIntoALongChatStaysUnderTheBar();
    void openingALongChatIsQuick();
};

void StreamingBench::streamingIntoALongChatStaysUnderTheBar_data() {
    QTest::addColumn<QString>("reply");
    const FakeReply reply = fakeReply(QStringLiteral("Why?"));
    QTest::newRow("thoughts") << (reply.thoughts + QStringLiteral("\n\n")).repeated(20);
    QTest::newRow("answer") << QStringLiteral("hm</think>") + (reply.answer + u'\n').repeated(10);
    QTest::newRow("one long code block")
        << QStringLiteral("hm</think>```cpp\n") + QStringLiteral("int x = f(y) + 1; // more\n").repeated(800);
    QTest::newRow("one long paragraph")
        << QStringLiteral("hm</think>") + QStringLiteral("some word, ").repeated(1000);
}

void StreamingBench::streamingIntoALongChatStaysUnderTheBar() {
    QFETCH(QString, reply);
    QTemporaryDir folder;
    Store store(folder.path());
    const int chat = fillChat(store);
    FakeChatEngine engine({.tokensPerSecond = 200, .loadMs = 0, .prefillMs = 0});
    engine.setReply(reply);
    App app(engine, store, fakeModelServices());
    app.library()->open(QStringLiteral("/models/r1.gguf"));
    QTRY_VERIFY(app.chat()->canSend());
    app.chats()->open(chat);
    MessageModel* messages = app.chat()->messages();
    QCOMPARE(messages->rowCount(), kMessages);
    follow(messages);
    QVERIFY(app.chat()->send(QStringLiteral("Go on")));
    const QModelIndex last = messages->index(messages->rowCount() - 1);
    follow(messages->data(last, MessageModel::BlocksRole).value<BlockModel*>());
    const Percentiles cost = measure(app, kFrames);
    qInfo("per frame: %.2f ms half of them, %.2f ms 95 %%, %.2f ms the worst", cost.half, cost.most,
          cost.worst);
    QVERIFY(messages->data(last, MessageModel::ThinkTokensRole).toInt() +
                messages->data(last, MessageModel::AnswerTokensRole).toInt() >
            200);
    QVERIFY2(cost.most < kBarMs, qPrintable(QString::number(cost.most)));
}

void StreamingBench::openingALongChatIsQuick() {
    QTemporaryDir folder;
    Store store(folder.path());
    const int chat = fillChat(store);
    FakeChatEngine engine;
    App app(engine, store, fakeModelServices());
    const double before = threadMs();
    app.chats()->open(chat);
    // A view asks for the blocks of the rows it shows.
    for (int row = kMessages - 12; row < kMessages; ++row)
        app.chat()->messages()->data(app.chat()->messages()->index(row), MessageModel::BlocksRole);
    const double cost = threadMs() - before;
    qInfo("opening %d messages: %.1f ms", kMessages, cost);
    QVERIFY(cost < 250);
}

PONDER_TEST(StreamingBench)
#include "streaming_bench.moc"
