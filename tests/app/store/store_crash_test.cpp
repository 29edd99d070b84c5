// A process killed in mid-reply loses at most the last half second of it.
//
// The test runs itself once more as the writer, with a streaming fake engine, and kills it.
#include "app/chat/app.h"
#include "app/chat/fake_chat_engine.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <cstdio>

using namespace ponder;

namespace {

QString longReply() {
    QString text;
    for (int i = 0; i < 20000; ++i)
        text += QStringLiteral("word%1 ").arg(i);
    return text + QStringLiteral("</think>done");
}

// Streams a long thought and prints after every frame when that was and how much of it there is.
int writer(const QString& folder) {
    Store store(folder);
    FakeChatEngine engine({.tokensPerSecond = 400, .loadMs = 0, .prefillMs = 0});
    engine.setReply(longReply());
    App app(engine, store, fakeModelServices());
    QObject::connect(app.library(), &ModelLibrary::stateChanged, app.chat(), [&] {
        if (app.library()->state() == QLatin1String("ready"))
            QTimer::singleShot(0, app.chat(), [&] { app.chat()->send(QStringLiteral("Count, please")); });
    });
    QTimer report;
    qint64 ticks = 0; // milliseconds in which this process could work
    QObject::connect(&report, &QTimer::timeout, &report, [&] {
        const MessageModel* messages = app.chat()->messages();
        if (messages->count() < 2) return;
        const int id = messages->data(messages->index(1), MessageModel::MessageIdRole).toInt();
        std::printf("%lld %lld\n", static_cast<long long>(ticks += 20),
                    static_cast<long long>(messages->thoughtsText(id).size()));
        std::fflush(stdout);
    });
    report.start(20);
    app.library()->open(QStringLiteral("/models/writer.gguf"));
    return QCoreApplication::exec();
}

} // namespace

class StoreCrashTest : public QObject {
    Q_OBJECT
private slots:
    void aKilledProcessLosesAtMostTheLastHalfSecond();
};

void StoreCrashTest::aKilledProcessLosesAtMostTheLastHalfSecond() {
    QTemporaryDir folder;
    QProcess child;
    child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--writer"), folder.path()});
    QList<std::pair<qint64, qsizetype>> seen; // when by the writer's clock, how many characters
    // Two seconds after the first thought.
    while (seen.isEmpty() || seen.last().first < seen.first().first + 2000) {
        QVERIFY2(child.waitForReadyRead(60000), qPrintable(child.errorString()));
        while (child.canReadLine()) {
            const QByteArrayList line = child.readLine().trimmed().split(' ');
            if (line[1] != "0") seen.append({line[0].toLongLong(), line[1].toLongLong()});
        }
    }
    child.kill();
    QVERIFY(child.waitForFinished());
    QCOMPARE(child.exitStatus(), QProcess::CrashExit);
    const qint64 killed = seen.last().first;

    Store store(folder.path());
    QCOMPARE(store.notice(), QString());
    QCOMPARE(store.chats().size(), 1);
    QCOMPARE(store.chats().first().title, QStringLiteral("Count, please"));
    const QList<MessageRecord> messages = store.messages(store.chats().first().id);
    QCOMPARE(messages.size(), 2);
    const MessageRecord& reply = messages.last();
    QCOMPARE(reply.state, MessageState::Stopped);
    QVERIFY(!reply.thoughts.isEmpty());
    QVERIFY(longReply().startsWith(reply.thoughts));
    // Half a second between writes, and as much again until one is done. The writer's clock stands still
    // while it does not get a processor.
    qsizetype due = 0;
    for (const auto& [when, characters] : seen)
        if (when < killed - 1000) due = characters;
    QVERIFY(due > 0);
    QVERIFY2(reply.thoughts.size() >= due,
             qPrintable(QStringLiteral("%1 characters kept, %2 due").arg(reply.thoughts.size()).arg(due)));
}

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    const QStringList arguments = application.arguments();
    if (arguments.size() == 3 && arguments[1] == QLatin1String("--writer")) return writer(arguments[2]);
    StoreCrashTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "store_crash_test.moc"
