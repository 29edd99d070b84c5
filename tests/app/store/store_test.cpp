// The history survives restarts, damage and newer versions.
#include "app/store/schema.h"
#include "app/store/store.h"
#include "tests/support/test_class.h"

#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

using namespace ponder;

namespace {

MessageRecord message(Store& store, int chat, int parent, MessageRole role, const QString& text) {
    MessageRecord record;
    record.id = store.newMessageId();
    record.chatId = chat;
    record.parentId = parent;
    record.role = role;
    record.text = text;
    record.created = 5;
    return record;
}

ChatRecord newChat(Store& store, const QString& title, qint64 updated) {
    const ChatRecord chat{.id = store.newChatId(), .title = title, .created = 1, .updated = updated};
    store.insertChat(chat);
    return chat;
}

// Runs statements on the file behind the store's back.
void tamper(const QString& file, const QStringList& statements) {
    {
        QSqlDatabase database =
            QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("tamper"));
        database.setDatabaseName(file);
        QVERIFY(database.open());
        for (const QString& statement : statements) {
            QSqlQuery query(database);
            QVERIFY2(query.exec(statement), qPrintable(statement));
        }
    }
    QSqlDatabase::removeDatabase(QStringLiteral("tamper"));
}

} // namespace

class StoreTest : public QObject {
    Q_OBJECT
private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void whatIsWrittenIsThereAfterARestart();
    void additionsAreAppended();
    void chatsComeNewestFirst();
    void aDeletedChatIsHiddenAndComesBack();
    void aDeletedChatIsGoneAfterTheNextStart();
    void settingsAreKept();
    void aFileOfNullBytesIsMovedAside();
    void aFileOfNoiseIsMovedAside();
    void aHistoryOfANewerVersionIsLeftAlone();
    void aFolderThatCannotBeWrittenGivesANotice();
    void aSecondPonderDoesNotWriteTheSameHistory();
    void aBadRowDoesNotBlockItsChat();
    void aReplyCutOffByACrashCountsAsStopped();
    void idsGoOnAfterARestart();

private:
    QString folder() const { return m_folder->path(); }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void StoreTest::whatIsWrittenIsThereAfterARestart() {
    MessageRecord reply;
    {
        Store store(folder());
        const ChatRecord chat = newChat(store, QStringLiteral("소수의 합"), 7);
        const MessageRecord question = message(store, chat.id, 0, MessageRole::User, QStringLiteral("问题"));
        store.insertMessage(question);
        reply = message(store, chat.id, question.id, MessageRole::Assistant, QStringLiteral("answer"));
        reply.thoughts = QStringLiteral("hm");
        reply.state = MessageState::Failed;
        reply.error = Error{ErrorCode::DeviceLost, "GPU", "detail"};
        reply.thinkSeconds = 12.5;
        reply.thoughtEnded = true;
        reply.thinkTokens = 340;
        reply.answerTokens = 20;
        reply.tokensPerSecond = 38.5;
        reply.secondsToFirstToken = 0.75;
        reply.model = QStringLiteral("R1");
        store.insertMessage(reply);
    }
    Store store(folder());
    QCOMPARE(store.notice(), QString());
    QCOMPARE(store.chats().size(), 1);
    QCOMPARE(store.chats().first().title, QStringLiteral("소수의 합"));
    const QList<MessageRecord> messages = store.messages(store.chats().first().id);
    QCOMPARE(messages.size(), 2);
    QCOMPARE(messages[0].text, QStringLiteral("问题"));
    QCOMPARE(messages[0].parentId, 0);
    const MessageRecord& kept = messages[1];
    QCOMPARE(kept.parentId, messages[0].id);
    QCOMPARE(kept.role, MessageRole::Assistant);
    QCOMPARE(kept.thoughts, reply.thoughts);
    QCOMPARE(kept.state, MessageState::Failed);
    QVERIFY(kept.error.has_value());
    QCOMPARE(kept.error->code, ErrorCode::DeviceLost);
    QCOMPARE(kept.error->subject, std::string("GPU"));
    QCOMPARE(kept.thinkSeconds, 12.5);
    QCOMPARE(kept.thoughtEnded, true);
    QCOMPARE(kept.thinkTokens, 340);
    QCOMPARE(kept.answerTokens, 20);
    QCOMPARE(kept.tokensPerSecond, 38.5);
    QCOMPARE(kept.secondsToFirstToken, 0.75);
    QCOMPARE(kept.model, QStringLiteral("R1"));
    QCOMPARE(kept.created, 5);
}

void StoreTest::additionsAreAppended() {
    Store store(folder());
    const ChatRecord chat = newChat(store, QStringLiteral("t"), 1);
    MessageRecord reply = message(store, chat.id, 0, MessageRole::Assistant, QString());
    reply.state = MessageState::Waiting;
    store.insertMessage(reply);
    store.append({.id = reply.id, .thoughts = QStringLiteral("one "), .thinkTokens = 1});
    store.append({.id = reply.id, .text = QStringLiteral("A"), .thoughts = QStringLiteral("two")});
    store.append({.id = reply.id, .text = QStringLiteral("B"), .thinkSeconds = 3, .answerTokens = 2});
    const MessageRecord kept = store.messages(chat.id).value(0);
    QCOMPARE(kept.thoughts, QStringLiteral("one two"));
    QCOMPARE(kept.text, QStringLiteral("AB"));
    QCOMPARE(kept.state, MessageState::Writing);
    QCOMPARE(kept.answerTokens, 2);
    QCOMPARE(kept.thinkSeconds, 3.0);
}

void StoreTest::chatsComeNewestFirst() {
    Store store(folder());
    newChat(store, QStringLiteral("old"), 10);
    ChatRecord chat = newChat(store, QStringLiteral("older"), 5);
    QCOMPARE(store.chats().first().title, QStringLiteral("old"));
    chat.updated = 20;
    store.updateChat(chat);
    QCOMPARE(store.chats().first().title, QStringLiteral("older"));
}

void StoreTest::aDeletedChatIsHiddenAndComesBack() {
    Store store(folder());
    const ChatRecord chat = newChat(store, QStringLiteral("t"), 1);
    store.insertMessage(message(store, chat.id, 0, MessageRole::User, QStringLiteral("q")));
    store.setDeleted(chat.id, true);
    QVERIFY(store.chats().isEmpty());
    store.setDeleted(chat.id, false);
    QCOMPARE(store.chats().size(), 1);
    QCOMPARE(store.messages(chat.id).size(), 1);
}

void StoreTest::aDeletedChatIsGoneAfterTheNextStart() {
    int id = 0;
    {
        Store store(folder());
        id = newChat(store, QStringLiteral("t"), 1).id;
        store.insertMessage(message(store, id, 0, MessageRole::User, QStringLiteral("q")));
        store.setDeleted(id, true);
    }
    Store store(folder());
    store.setDeleted(id, false);
    QVERIFY(store.chats().isEmpty());
    QVERIFY(store.messages(id).isEmpty());
}

void StoreTest::settingsAreKept() {
    {
        Store store(folder());
        store.setSetting(QStringLiteral("a"), QStringLiteral("1"));
        store.setSetting(QStringLiteral("a"), QStringLiteral("2"));
        store.setSetting(QStringLiteral("b"), QString());
    }
    Store store(folder());
    QCOMPARE(store.settings().value(QStringLiteral("a")), QStringLiteral("2"));
    QVERIFY(store.settings().contains(QStringLiteral("b")));
}

static void damagedFileIsMovedAside(const QString& folder, const QByteArray& content) {
    QFile file(folder + QStringLiteral("/ponder.sqlite"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    Store store(folder);
    QVERIFY(!store.notice().isEmpty());
    newChat(store, QStringLiteral("new"), 1);
    QCOMPARE(store.chats().size(), 1);
    const QStringList aside = QDir(folder).entryList({QStringLiteral("ponder.sqlite.damaged-*")});
    QVERIFY(!aside.isEmpty());
    QVERIFY(store.notice().contains(aside.first()));
    QFile kept(folder + u'/' + aside.first());
    QVERIFY(kept.open(QIODevice::ReadOnly));
    QCOMPARE(kept.readAll(), content);
}

void StoreTest::aFileOfNullBytesIsMovedAside() { damagedFileIsMovedAside(folder(), QByteArray(8192, '\0')); }

void StoreTest::aFileOfNoiseIsMovedAside() {
    damagedFileIsMovedAside(folder(), QByteArray("this is no database ").repeated(500));
}

void StoreTest::aHistoryOfANewerVersionIsLeftAlone() {
    QString file;
    {
        Store store(folder());
        file = store.file();
        newChat(store, QStringLiteral("kept"), 1);
    }
    tamper(file, {QStringLiteral("PRAGMA user_version = 99")});
    {
        Store store(folder());
        QVERIFY(!store.notice().isEmpty());
        QVERIFY(store.file() != file);
        QVERIFY(store.chats().isEmpty());
    }
    tamper(file, {QStringLiteral("PRAGMA user_version = %1").arg(kSchemaVersion)});
    Store store(folder());
    QCOMPARE(store.chats().size(), 1);
}

void StoreTest::aFolderThatCannotBeWrittenGivesANotice() {
    // A file stands where the folder should be, which stops even root.
    const QString blocked = folder() + QStringLiteral("/file");
    QFile file(blocked);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.close();
    Store store(blocked);
    QVERIFY(store.notice().contains(QDir::toNativeSeparators(blocked)));
    newChat(store, QStringLiteral("works meanwhile"), 1);
    QCOMPARE(store.chats().size(), 1);
}

void StoreTest::aSecondPonderDoesNotWriteTheSameHistory() {
    Store first(folder());
    newChat(first, QStringLiteral("first"), 1);
    Store second(folder());
    QVERIFY(!second.notice().isEmpty());
    QVERIFY(second.file() != first.file());
    newChat(second, QStringLiteral("second"), 2);
    QCOMPARE(second.chats().first().title, QStringLiteral("second"));
    QCOMPARE(first.chats().size(), 1);
    QCOMPARE(first.chats().first().title, QStringLiteral("first"));
}

void StoreTest::aBadRowDoesNotBlockItsChat() {
    int chat = 0;
    QString file;
    {
        Store store(folder());
        file = store.file();
        chat = newChat(store, QStringLiteral("t"), 1).id;
        for (int i = 0; i < 4; ++i)
            store.insertMessage(message(store, chat, 0, MessageRole::User, QString::number(i)));
    }
    tamper(file, {QStringLiteral("UPDATE messages SET role = 'nobody' WHERE id = 1"),
                  QStringLiteral("UPDATE messages SET state = x'ff00', think_seconds = 'much' WHERE id = 2"),
                  QStringLiteral("UPDATE messages SET error_code = 12345 WHERE id = 3"),
                  QStringLiteral("UPDATE messages SET parent_id = 77 WHERE id = 4")});
    Store store(folder());
    const QList<MessageRecord> messages = store.messages(chat);
    QCOMPARE(messages.size(), 3);
    QCOMPARE(messages[0].state, MessageState::Stopped);
    QCOMPARE(messages[0].thinkSeconds, 0.0);
    QCOMPARE(messages[1].error->code, ErrorCode::Internal);
    QCOMPARE(messages[2].text, QStringLiteral("3"));
}

void StoreTest::aReplyCutOffByACrashCountsAsStopped() {
    int chat = 0;
    {
        Store store(folder());
        chat = newChat(store, QStringLiteral("t"), 1).id;
        MessageRecord reply = message(store, chat, 0, MessageRole::Assistant, QStringLiteral("half"));
        reply.state = MessageState::Writing;
        store.insertMessage(reply);
    }
    Store store(folder());
    QCOMPARE(store.messages(chat).first().state, MessageState::Stopped);
    QCOMPARE(store.messages(chat).first().text, QStringLiteral("half"));
}

void StoreTest::idsGoOnAfterARestart() {
    int last = 0;
    {
        Store store(folder());
        newChat(store, QStringLiteral("a"), 1);
        last = newChat(store, QStringLiteral("b"), 1).id;
    }
    Store store(folder());
    QCOMPARE(store.nextChatId(), last + 1);
    QCOMPARE(store.newChatId(), last + 1);
}

PONDER_TEST(StoreTest)
#include "store_test.moc"
