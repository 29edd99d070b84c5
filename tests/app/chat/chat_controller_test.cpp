// The chat as the window drives it, with the fake engine.
#include "app/chat/app.h"
#include "app/chat/fake_chat_engine.h"
#include "tests/support/test_class.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace ponder;

namespace {

FakeChatEngine::Options fast() { return {.tokensPerSecond = 0, .loadMs = 0, .prefillMs = 0}; }
FakeChatEngine::Options slow() { return {.tokensPerSecond = 100, .loadMs = 0, .prefillMs = 0}; }

// The application without its window.
struct Desk {
    explicit Desk(const QString& folder, FakeChatEngine::Options options = fast())
        : store(folder), engine(options), app(engine, store, fakeModelServices()) {}

    ChatController& chat() { return *app.chat(); }
    ChatListModel& chats() { return *app.chats(); }
    void load(const QString& path = QStringLiteral("/models/r1.gguf")) {
        app.library()->open(path);
        QTRY_VERIFY(chat().canSend());
    }
    QVariant at(int row, int role) { return chat().messages()->data(chat().messages()->index(row), role); }
    QString stateOf(int row) { return at(row, MessageModel::StateRole).toString(); }
    QString textOf(int row) { return at(row, MessageModel::TextRole).toString(); }
    int idOf(int row) { return at(row, MessageModel::MessageIdRole).toInt(); }
    QString thoughtsOf(int row) { return chat().messages()->thoughtsText(idOf(row)); }
    int rows() { return chat().messages()->rowCount(); }

    Store store;
    FakeChatEngine engine;
    App app;
};

} // namespace

class ChatControllerTest : public QObject {
    Q_OBJECT
private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aQuestionIsThoughtAboutAndAnswered();
    void nothingIsSentWithoutAModel();
    void nothingIsSentTwice();
    void stoppingInMidThoughtKeepsTheThoughtAndTheNextTurnWorks();
    void aFailedReplyKeepsTheQuestionAndCanBeRetried();
    void aReplyCutByTheContextOrTheLimitSaysSo_data();
    void aReplyCutByTheContextOrTheLimitSaysSo();
    void regeneratingShowsTheNewReplyAndKeepsTheOld();
    void anEditedQuestionBecomesANewBranch();
    void aCancelledEditSendsAnOrdinaryQuestion();
    void aModelThatDoesNotReasonIsNotFolded();
    void theUsersOwnThoughtMarksWinOverTheModels();
    void thinkingCanBeTurnedOff();
    void whatIsChosenOfTheThoughtsIsKeptWithTheModel();
    void aModelsOwnSettingsComeBeforeThoseForAll();
    void aReplyGoesOnWhileAnotherChatIsShown();
    void removingTheChatOfARunningReplyStopsIt();
    void chatsAndDraftsAreBackAfterARestart();
    void titlesComeFromTheQuestionNotFromTheThoughts();
    void theModelCanBeChangedInMidChat();
    void screenReadersHearTheStateOnly();
    void phaseAndContextFollowTheReply();
    void unloadingInMidReplyEndsIt();

private:
    QString folder() const { return m_folder->path(); }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void ChatControllerTest::aQuestionIsThoughtAboutAndAnswered() {
    Desk desk(folder());
    desk.load();
    QVERIFY(desk.chat().send(QStringLiteral("  Why is the sky blue?\n")));
    QCOMPARE(desk.rows(), 2);
    QCOMPARE(desk.textOf(0), QStringLiteral("Why is the sky blue?"));
    QCOMPARE(desk.stateOf(1), QStringLiteral("waiting"));
    QVERIFY(desk.chat().busy());
    QTRY_VERIFY(!desk.chat().busy());
    QCOMPARE(desk.stateOf(1), QStringLiteral("done"));
    QVERIFY(desk.textOf(1).startsWith(QStringLiteral("The sky is blue because")));
    QVERIFY(desk.thoughtsOf(1).startsWith(QStringLiteral("The user wants")));
    QVERIFY(!desk.textOf(1).contains(QStringLiteral("think>")));
    QVERIFY(!desk.thoughtsOf(1).contains(QStringLiteral("think>")));
    QCOMPARE(desk.at(1, MessageModel::ThinkStateRole).toString(), QStringLiteral("done"));
    QVERIFY(desk.at(1, MessageModel::ThinkTokensRole).toInt() > 50);
    QVERIFY(desk.at(1, MessageModel::AnswerTokensRole).toInt() > 50);
    QCOMPARE(desk.at(1, MessageModel::ModelRole).toString(), QStringLiteral("r1"));
    QVERIFY(desk.chat().contextUsed() > 100);
}

void ChatControllerTest::nothingIsSentWithoutAModel() {
    Desk desk(folder());
    QVERIFY(!desk.chat().canSend());
    desk.chat().setDraft(QStringLiteral("kept"));
    QVERIFY(!desk.chat().send(QStringLiteral("kept")));
    QCOMPARE(desk.chat().draft(), QStringLiteral("kept"));
    QCOMPARE(desk.chats().count(), 0);
    desk.load();
    QVERIFY(!desk.chat().send(QStringLiteral(" \n ")));
    QVERIFY(desk.chat().send(QStringLiteral("kept")));
    QCOMPARE(desk.chat().draft(), QString());
}

void ChatControllerTest::nothingIsSentTwice() {
    Desk desk(folder(), slow());
    desk.load();
    QVERIFY(desk.chat().send(QStringLiteral("one")));
    QVERIFY(!desk.chat().canSend());
    QVERIFY(!desk.chat().send(QStringLiteral("two")));
    desk.chat().regenerate(desk.idOf(1));
    QCOMPARE(desk.rows(), 2);
}

void ChatControllerTest::stoppingInMidThoughtKeepsTheThoughtAndTheNextTurnWorks() {
    Desk desk(folder(), slow());
    desk.load();
    desk.chat().send(QStringLiteral("Why?"));
    QTRY_COMPARE(desk.chat().phase(), QStringLiteral("thinking"));
    QTest::qWait(60);
    desk.chat().stop();
    QVERIFY(!desk.chat().busy());
    QCOMPARE(desk.stateOf(1), QStringLiteral("stopped"));
    QCOMPARE(desk.at(1, MessageModel::ThinkStateRole).toString(), QStringLiteral("stopped"));
    QVERIFY(!desk.thoughtsOf(1).isEmpty());
    QCOMPARE(desk.textOf(1), QString());
    const QString thought = desk.thoughtsOf(1);
    desk.chat().send(QStringLiteral("Go on"));
    QCOMPARE(desk.engine.lastRequest().turns.size(), 3);
    QCOMPARE(desk.engine.lastRequest().turns[1].thoughts, thought);
}

void ChatControllerTest::aFailedReplyKeepsTheQuestionAndCanBeRetried() {
    Desk desk(folder());
    desk.load();
    desk.chat().send(QStringLiteral("Please /fail"));
    QTRY_VERIFY(!desk.chat().busy());
    QCOMPARE(desk.rows(), 2);
    QCOMPARE(desk.stateOf(1), QStringLiteral("failed"));
    QVERIFY(desk.at(1, MessageModel::ErrorTextRole).toString().contains(QStringLiteral("stopped answering")));
    desk.engine.setReply(QStringLiteral("x</think>y"));
    const int failed = desk.idOf(1);
    desk.chat().regenerate(failed);
    QCOMPARE(desk.rows(), 2);
    QVERIFY(desk.idOf(1) != failed);
    QTRY_VERIFY(!desk.chat().busy());
    // A question whose reply failed is not sent again with the next one.
    desk.chat().send(QStringLiteral("And now?"));
    QTRY_VERIFY(!desk.chat().busy());
    QCOMPARE(desk.engine.lastRequest().turns.size(), 1);
}

void ChatControllerTest::aReplyCutByTheContextOrTheLimitSaysSo_data() {
    QTest::addColumn<QString>("question");
    QTest::addColumn<QString>("state");
    QTest::newRow("context") << "go /full"
                             << "contextFull";
    QTest::newRow("limit") << "go /limit"
                           << "limit";
}

void ChatControllerTest::aReplyCutByTheContextOrTheLimitSaysSo() {
    QFETCH(QString, question);
    QFETCH(QString, state);
    Desk desk(folder());
    desk.load();
    desk.chat().send(question);
    QTRY_VERIFY(!desk.chat().busy());
    QCOMPARE(desk.stateOf(1), state);
    QVERIFY(!desk.textOf(1).isEmpty());
}

void ChatControllerTest::regeneratingShowsTheNewReplyAndKeepsTheOld() {
    Desk desk(folder());
    desk.load();
    desk.engine.setReply(QStringLiteral("a</think>first"));
    desk.chat().send(QStringLiteral("q"));
    QTRY_VERIFY(!desk.chat().busy());
    desk.engine.setReply(QStringLiteral("b</think>second"));
    desk.chat().regenerate(desk.idOf(1));
    QTRY_VERIFY(!desk.chat().busy());
    QCOMPARE(desk.rows(), 2);
    QCOMPARE(desk.textOf(1), QStringLiteral("second"));
    QCOMPARE(desk.at(1, MessageModel::VariantsRole).toInt(), 2);
    desk.chat().showVariant(desk.idOf(1), -1);
    QCOMPARE(desk.textOf(1), QStringLiteral("first"));
    desk.chat().showVariant(desk.idOf(1), -1); // there is none before it
    QCOMPARE(desk.textOf(1), QStringLiteral("first"));
    desk.chat().showVariant(desk.idOf(1), 1);
    QCOMPARE(desk.textOf(1), QStringLiteral("second"));
}

void ChatControllerTest::anEditedQuestionBecomesANewBranch() {
    Desk desk(folder());
    desk.load();
    for (const char* question : {"one", "two"}) {
        desk.chat().send(QString::fromLatin1(question));
        QTRY_VERIFY(!desk.chat().busy());
    }
    QCOMPARE(desk.rows(), 4);
    QCOMPARE(desk.chat().editLastQuestion(), QStringLiteral("two"));
    QVERIFY(desk.chat().editing());
    desk.chat().send(QStringLiteral("two, better"));
    QVERIFY(!desk.chat().editing());
    QTRY_VERIFY(!desk.chat().busy());
    QCOMPARE(desk.rows(), 4);
    QCOMPARE(desk.textOf(2), QStringLiteral("two, better"));
    QCOMPARE(desk.engine.lastRequest().turns.size(), 3);
    QCOMPARE(desk.at(2, MessageModel::VariantsRole).toInt(), 2);
    // The first question too.
    desk.chats().newChat();
    desk.chat().send(QStringLiteral("first"));
    QTRY_VERIFY(!desk.chat().busy());
    desk.chat().editLastQuestion();
    desk.chat().send(QStringLiteral("first, better"));
    QTRY_VERIFY(!desk.chat().busy());
    QCOMPARE(desk.rows(), 2);
    QCOMPARE(desk.engine.lastRequest().turns.size(), 1);
}

void ChatControllerTest::aCancelledEditSendsAnOrdinaryQuestion() {
    Desk desk(folder());
    desk.load();
    desk.chat().send(QStringLiteral("one"));
    QTRY_VERIFY(!desk.chat().busy());
    desk.chat().editLastQuestion();
    desk.chat().cancelEdit();
    desk.chat().send(QStringLiteral("two"));
    QCOMPARE(desk.rows(), 4);
}

void ChatControllerTest::aModelThatDoesNotReasonIsNotFolded() {
    Desk desk(folder());
    desk.load(QStringLiteral("/models/plain.gguf"));
    desk.engine.setReply(QStringLiteral("Use <think> and </think>."));
    desk.chat().send(QStringLiteral("q"));
    QTRY_VERIFY(!desk.chat().busy());
    QCOMPARE(desk.textOf(1), QStringLiteral("Use <think> and </think>."));
    QCOMPARE(desk.at(1, MessageModel::ThinkStateRole).toString(), QStringLiteral("none"));
}

void ChatControllerTest::theUsersOwnThoughtMarksWinOverTheModels() {
    Desk desk(folder());
    desk.load();
    desk.app.settings()->setThinkMarks(QStringLiteral("/models/r1.gguf"), QStringLiteral("never"));
    QVERIFY(desk.chat().send(QStringLiteral("Why is the sky blue?")));
    QTRY_VERIFY(!desk.chat().busy());
    QVERIFY(desk.thoughtsOf(1).isEmpty());
    QVERIFY(desk.textOf(1).contains(QLatin1String("</think>")));
    desk.app.settings()->setThinkMarks(QStringLiteral("/models/r1.gguf"), QString());
    desk.chat().regenerate(desk.idOf(1));
    QTRY_VERIFY(!desk.chat().busy());
    QVERIFY(!desk.thoughtsOf(1).isEmpty());
}

void ChatControllerTest::aModelsOwnSettingsComeBeforeThoseForAll() {
    Desk desk(folder());
    desk.app.settings()->setTemperature(0.9);
    desk.app.settings()->setInstruction(QStringLiteral("for all"));
    desk.load();
    desk.chat().send(QStringLiteral("q"));
    QTRY_VERIFY(!desk.chat().busy());
    QCOMPARE(desk.engine.lastRequest().temperature, 0.9);
    QCOMPARE(desk.engine.lastRequest().topK, -1);
    ModelSettings chosen;
    chosen.temperature = 0.2;
    chosen.topP = 0.8;
    chosen.minP = 0.1;
    chosen.topK = 30;
    chosen.maxTokens = 100;
    chosen.instruction = QString();
    LibraryModel& models = *desk.app.library()->models();
    models.setSettings(models.models().first().id, chosen);
    desk.chat().send(QStringLiteral("again"));
    QTRY_VERIFY(!desk.chat().busy());
    const ReplyRequest& request = desk.engine.lastRequest();
    QCOMPARE(request.temperature, 0.2);
    QCOMPARE(request.topP, 0.8);
    QCOMPARE(request.minP, 0.1);
    QCOMPARE(request.topK, 30);
    QCOMPARE(request.maxTokens, 100);
    QCOMPARE(request.instruction, QString());
}

void ChatControllerTest::thinkingCanBeTurnedOff() {
    Desk desk(folder());
    desk.load();
    QVERIFY(desk.chat().thinking()->canTurnOff());
    desk.chat().thinking()->setOn(false);
    desk.chat().send(QStringLiteral("q"));
    QTRY_VERIFY(!desk.chat().busy());
    QVERIFY(!desk.engine.lastRequest().thinking.on);
    QVERIFY(desk.thoughtsOf(1).isEmpty());
    QVERIFY(!desk.textOf(1).isEmpty());
}

void ChatControllerTest::whatIsChosenOfTheThoughtsIsKeptWithTheModel() {
    const QString leveled = QStringLiteral("/models/effort.gguf");
    {
        Desk desk(folder());
        desk.load(leveled);
        ThinkingControls& thinking = *desk.chat().thinking();
        QCOMPARE(thinking.efforts().join(u' '), QStringLiteral("low medium xhigh"));
        QCOMPARE(thinking.effort(), QStringLiteral("xhigh"));
        QVERIFY(thinking.canKeepEarlier() && thinking.keepsEarlier());
        desk.chat().send(QStringLiteral("q"));
        QTRY_VERIFY(!desk.chat().busy());
        QVERIFY(desk.engine.lastRequest().thinking.effort.isEmpty());
        QVERIFY(!desk.engine.lastRequest().thinking.keepEarlier);

        thinking.setEffort(QStringLiteral("low"));
        thinking.setKeepsEarlier(false);
        QCOMPARE(thinking.effort(), QStringLiteral("low"));
        desk.chat().send(QStringLiteral("q"));
        QTRY_VERIFY(!desk.chat().busy());
        QCOMPARE(desk.engine.lastRequest().thinking.effort, QStringLiteral("low"));
        QCOMPARE(desk.engine.lastRequest().thinking.keepEarlier, std::optional(false));

        desk.load(QStringLiteral("/models/r1.gguf"));
        QTRY_VERIFY(!thinking.canKeepEarlier());
        QVERIFY(thinking.efforts().isEmpty() && thinking.effort().isEmpty());
        QVERIFY(thinking.on());
    }
    Desk desk(folder());
    desk.load(leveled);
    QCOMPARE(desk.chat().thinking()->effort(), QStringLiteral("low"));
    QVERIFY(!desk.chat().thinking()->keepsEarlier());
}

void ChatControllerTest::aReplyGoesOnWhileAnotherChatIsShown() {
    Desk desk(folder(), slow());
    desk.load();
    desk.engine.setReply(QStringLiteral("thought about it</think>") + QStringLiteral("word ").repeated(30));
    desk.chat().send(QStringLiteral("long"));
    const int chat = desk.chats().currentId();
    QTRY_COMPARE(desk.chat().phase(), QStringLiteral("answering"));
    desk.chats().newChat();
    QCOMPARE(desk.rows(), 0);
    QVERIFY(!desk.chat().busy());
    QVERIFY(desk.chat().busyElsewhere());
    QVERIFY(!desk.chat().canSend());
    QTest::qWait(50);
    desk.chats().open(chat);
    QVERIFY(desk.chat().busy());
    QCOMPARE(desk.stateOf(1), QStringLiteral("writing"));
    desk.chats().newChat();
    QTRY_VERIFY(desk.chat().canSend());
    desk.chats().open(chat);
    QCOMPARE(desk.stateOf(1), QStringLiteral("done"));
    QCOMPARE(desk.textOf(1).count(QStringLiteral("word")), 30);
}

void ChatControllerTest::removingTheChatOfARunningReplyStopsIt() {
    Desk desk(folder(), slow());
    desk.load();
    desk.chat().send(QStringLiteral("one"));
    const int chat = desk.chats().currentId();
    QTRY_COMPARE(desk.chat().phase(), QStringLiteral("thinking"));
    desk.chats().remove(chat);
    QVERIFY(desk.chat().canSend());
    QCOMPARE(desk.rows(), 0);
    QVERIFY(desk.chats().canUndoRemove());
    QCOMPARE(desk.chats().removedTitle(), QStringLiteral("one"));
    desk.chats().undoRemove();
    desk.chats().open(chat);
    QCOMPARE(desk.rows(), 2);
    QCOMPARE(desk.stateOf(1), QStringLiteral("stopped"));
}

void ChatControllerTest::chatsAndDraftsAreBackAfterARestart() {
    int chat = 0;
    {
        Desk desk(folder());
        desk.load();
        desk.chat().send(QStringLiteral("Why?"));
        QTRY_VERIFY(!desk.chat().busy());
        chat = desk.chats().currentId();
        desk.chat().setDraft(QStringLiteral("half a question"));
        desk.chats().newChat();
        desk.chat().setDraft(QStringLiteral("another"));
    }
    Desk desk(folder());
    QCOMPARE(desk.chats().count(), 1);
    QCOMPARE(desk.chat().draft(), QStringLiteral("another"));
    desk.chats().open(chat);
    QCOMPARE(desk.chat().draft(), QStringLiteral("half a question"));
    QCOMPARE(desk.rows(), 2);
    QCOMPARE(desk.stateOf(1), QStringLiteral("done"));
    QVERIFY(!desk.thoughtsOf(1).isEmpty());
    QVERIFY(desk.at(1, MessageModel::BlocksRole).value<BlockModel*>()->rowCount() > 4);
}

void ChatControllerTest::titlesComeFromTheQuestionNotFromTheThoughts() {
    Desk desk(folder());
    desk.load();
    desk.chat().send(QStringLiteral("## Sort a list\nwith detail"));
    QTRY_VERIFY(!desk.chat().busy());
    QCOMPARE(desk.chats().currentTitle(), QStringLiteral("Sort a list"));
    desk.chats().rename(desk.chats().currentId(), QStringLiteral(" My  title "));
    QCOMPARE(desk.chats().currentTitle(), QStringLiteral("My title"));
}

void ChatControllerTest::theModelCanBeChangedInMidChat() {
    Desk desk(folder());
    desk.load();
    desk.chat().send(QStringLiteral("one"));
    QTRY_VERIFY(!desk.chat().busy());
    desk.app.library()->open(QStringLiteral("/models/plain.gguf"));
    QTRY_COMPARE(desk.app.library()->name(), QStringLiteral("plain"));
    QTRY_VERIFY(desk.chat().canSend());
    desk.chat().send(QStringLiteral("two"));
    QTRY_VERIFY(!desk.chat().busy());
    QCOMPARE(desk.at(1, MessageModel::ModelRole).toString(), QStringLiteral("r1"));
    QCOMPARE(desk.at(3, MessageModel::ModelRole).toString(), QStringLiteral("plain"));
    QCOMPARE(desk.engine.lastRequest().turns.size(), 3);
}

void ChatControllerTest::screenReadersHearTheStateOnly() {
    Desk desk(folder());
    desk.load();
    QSignalSpy heard(&desk.chat(), &ChatController::replyStateChanged);
    desk.chat().send(QStringLiteral("Why?"));
    QTRY_VERIFY(!desk.chat().busy());
    QStringList said;
    for (const QList<QVariant>& one : heard)
        said << one.first().toString();
    QCOMPARE(said, (QStringList{"Thinking", "Answering", "Answer ready"}));
}

void ChatControllerTest::phaseAndContextFollowTheReply() {
    Desk desk(folder(), {.tokensPerSecond = 100, .loadMs = 0, .prefillMs = 100});
    desk.load();
    QCOMPARE(desk.chat().phase(), QStringLiteral("idle"));
    QCOMPARE(desk.chat().contextTotal(), 32768);
    QSignalSpy fraction(&desk.chat(), &ChatController::prefillFractionChanged);
    desk.engine.setReply(QStringLiteral("a b c d e f g</think>h i j k l m n o p"));
    desk.chat().send(QStringLiteral("Why?"));
    QCOMPARE(desk.chat().phase(), QStringLiteral("reading"));
    QTRY_COMPARE(desk.chat().phase(), QStringLiteral("thinking"));
    QVERIFY(fraction.count() > 1);
    QCOMPARE(desk.chat().prefillFraction(), 1.0);
    QTRY_COMPARE(desk.chat().phase(), QStringLiteral("answering"));
    const int used = desk.chat().contextUsed();
    QVERIFY(used > 0);
    QTRY_COMPARE(desk.chat().phase(), QStringLiteral("idle"));
    QVERIFY(desk.chat().contextUsed() >= used);
}

void ChatControllerTest::unloadingInMidReplyEndsIt() {
    Desk desk(folder(), slow());
    desk.load();
    desk.chat().send(QStringLiteral("one"));
    QTRY_COMPARE(desk.chat().phase(), QStringLiteral("thinking"));
    desk.app.library()->unload();
    QVERIFY(!desk.chat().busy());
    QVERIFY(!desk.chat().canSend());
    QCOMPARE(desk.stateOf(1), QStringLiteral("stopped"));
    QCOMPARE(desk.app.library()->state(), QStringLiteral("none"));
}

PONDER_TEST(ChatControllerTest)
#include "chat_controller_test.moc"
