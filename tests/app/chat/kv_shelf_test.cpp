// Kept keys and values of chats: the newest stay within the budget, deleted chats leave nothing, and a chat
// that is opened again with the real engine does not compute its beginning again.
#include "app/chat/app.h"
#include "app/chat/engine_chat.h"
#include "app/models/engine_services.h"

#include "tests/support/reasoner.h"
#include "tests/support/test_class.h"

#include <QSignalSpy>
#include <QTemporaryDir>

using namespace ponder;
using namespace ponder::test;

namespace {

// One run of the application with the tiny model.
struct Run {
    explicit Run(const QString& folder) : store(folder), app(engine, store, engineModelServices()) {
        engine.keepChatsIn(folder + QStringLiteral("/kv"));
        app.settings()->setDevice(QStringLiteral("reference"));
        app.settings()->setTemperature(0);
        app.library()->open(
            QString::fromStdString((dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf").string()));
    }
    bool ready() {
        return QTest::qWaitFor([&] { return app.library()->state() == u"ready"; }, 30000);
    }
    // How much of the prompt was there already; -1 where no reply came.
    int ask(const QString& question) {
        QSignalSpy finished(&engine, &ChatEngine::replyFinished);
        if (!app.chat()->send(question) || !finished.wait(60000)) return -1;
        return finished.first().first().value<ReplySummary>().reusedTokens;
    }

    Store store;
    EngineChat engine;
    App app;
};

QStringList files(const QString& folder) {
    return QDir(folder).entryList(QDir::Files | QDir::Hidden, QDir::Name);
}

} // namespace

class KvShelfTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    QString m_folder;

private slots:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        m_folder = m_dir->path() + QStringLiteral("/kv");
    }
    void aChatThatIsOpenedAgainReusesItsTokens() {
        int chat = 0;
        {
            Run first(m_dir->path());
            QVERIFY(first.ready());
            QCOMPARE(first.ask("What is 12+34?"), 0);
            chat = first.app.chats()->currentId();
        }
        QCOMPARE(files(m_folder), QStringList{QString::number(chat) + ".kv"});
        Run second(m_dir->path());
        QVERIFY(second.ready());
        second.app.chats()->open(chat);
        const int reused = second.ask("And 1+2?");
        QVERIFY2(reused >= 12, qPrintable(QString::number(reused))); // the first question with its role marks
    }
    void aChatThatWasLeftForAnotherComesBackFromTheDisk() {
        Run run(m_dir->path());
        QVERIFY(run.ready());
        QCOMPARE(run.ask("What is 12+34?"), 0);
        const int first = run.app.chats()->currentId();
        run.app.chats()->newChat();
        const int between = run.ask("98+1=?");
        run.app.chats()->open(first);
        QVERIFY(run.ask("And 1+2?") > between);
    }
    void aDeletedChatLeavesNothingNotEvenWhenTheApplicationEnds() {
        {
            Run run(m_dir->path());
            QVERIFY(run.ready());
            run.ask("What is 12+34?");
            const int first = run.app.chats()->currentId();
            run.app.chats()->newChat();
            run.ask("98+1=?");
            QTRY_COMPARE(files(m_folder), QStringList{QString::number(first) + ".kv"});
            run.app.chats()->remove(first);
            run.app.chats()->remove(run.app.chats()->currentId());
        }
        QCOMPARE(files(m_folder), QStringList());
    }
    void onlyTheUserMayLookIntoTheFolder() {
        const KvShelf shelf(m_folder);
        QCOMPARE(QFile::permissions(m_folder) & (QFile::ReadGroup | QFile::ReadOther | QFile::ExeOther),
                 QFile::Permissions());
    }
    void theOldestGoWhenTheBudgetIsFull() {
        const auto model = loadReasoner(256);
        auto session = *model->createSession();
        QVERIFY(session->logits(promptFor(*model, "12+34=?"), 0, {}));
        KvShelf(m_folder).keep(1, *session);
        const qint64 size = QFileInfo(m_folder + "/1.kv").size();
        QVERIFY(size > 0);
        KvShelf small(m_folder, 2 * size + size / 2);
        for (const int chat : {1, 2, 3}) {
            small.keep(chat, *session);
            QFile file(m_folder + QStringLiteral("/%1.kv").arg(chat));
            if (!file.open(QIODevice::ReadWrite)) continue; // it is gone, as the last comparison will tell
            file.setFileTime(QDateTime::currentDateTime().addSecs(chat - 100), QFile::FileModificationTime);
        }
        small.keep(4, *session);
        QCOMPARE(files(m_folder), (QStringList{"3.kv", "4.kv"}));
        KvShelf(m_folder, size / 2).keep(5, *session); // larger than all together may be
        QVERIFY(!files(m_folder).contains("5.kv"));
    }
    void whatAnEarlierRunLeftUnfinishedIsRemoved() {
        QVERIFY(QDir().mkpath(m_folder));
        QFile part(m_folder + "/7.kv.part");
        QVERIFY(part.open(QIODevice::WriteOnly));
        part.close();
        const KvShelf shelf(m_folder);
        QCOMPARE(files(m_folder), QStringList());
    }
};

PONDER_TEST(KvShelfTest)
#include "kv_shelf_test.moc"
