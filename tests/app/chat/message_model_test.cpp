// What the window sees of a chat, and that a growing reply changes as little as possible.
#include "app/chat/message_model.h"

#include "app/chat/fake_replies.h"
#include "tests/support/test_class.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace ponder;

namespace {

MessageRecord record(int id, int parent, MessageRole role, const QString& text,
                     MessageState state = MessageState::Done) {
    MessageRecord message;
    message.id = id;
    message.chatId = 1;
    message.parentId = parent;
    message.role = role;
    message.text = text;
    message.state = state;
    return message;
}

QVariant at(const MessageModel& model, int row, int role) { return model.data(model.index(row), role); }

BlockModel* blocksAt(const MessageModel& model, int row) {
    return at(model, row, MessageModel::BlocksRole).value<BlockModel*>();
}

ThoughtModel* thoughtsAt(const MessageModel& model, int row) {
    return at(model, row, MessageModel::ThoughtsRole).value<ThoughtModel*>();
}

QStringList paragraphs(const ThoughtModel& thoughts) {
    QStringList list;
    for (int row = 0; row < thoughts.rowCount(); ++row)
        list << thoughts.data(thoughts.index(row), ThoughtModel::TextRole).toString();
    return list;
}

} // namespace

class MessageModelTest : public QObject {
    Q_OBJECT
private slots:
    void rolesTellAboutAMessage();
    void aGrowingReplyIsNeverResetAndOnlyItsEndChanges();
    void blocksAskedForLateAreTheSame();
    void thoughtsAppearWithTheirFirstWord();
    void thoughtParagraphsAreAppended();
    void everyChunkingOfThoughtsGivesTheSameParagraphs();
    void takenBackThoughtsLeaveTheThoughtModel();
    void aVariantReplacesOnlyTheRowsBelowTheFork();
    void theLastRowKnowsThatItIsLast();
};

void MessageModelTest::rolesTellAboutAMessage() {
    MessageModel model(1, Conversation({record(1, 0, MessageRole::User, "q")}, 1));
    MessageRecord reply = record(2, 1, MessageRole::Assistant, "a **b**", MessageState::Failed);
    reply.error = Error{ErrorCode::DeviceLost, "GPU %2", "x"};
    reply.thoughts = QStringLiteral("hm");
    reply.thinkSeconds = 2.5;
    model.add(reply);
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(at(model, 0, MessageModel::RoleRole).toString(), QStringLiteral("user"));
    QVERIFY(!blocksAt(model, 0));
    QVERIFY(!thoughtsAt(model, 0));
    QCOMPARE(at(model, 1, MessageModel::StateRole).toString(), QStringLiteral("failed"));
    QVERIFY(
        at(model, 1, MessageModel::ErrorTextRole).toString().startsWith(QStringLiteral("GPU %2 stopped")));
    QCOMPARE(at(model, 1, MessageModel::ThinkStateRole).toString(), QStringLiteral("stopped"));
    QCOMPARE(blocksAt(model, 1)->rowCount(), 1);
    QCOMPARE(blocksAt(model, 1)->parent(), &model);
    QCOMPARE(model.answerText(2), QStringLiteral("a **b**"));
    QCOMPARE(model.thoughtsText(2), QStringLiteral("hm"));
    QCOMPARE(model.answerText(77), QString());
    QCOMPARE(model.roleNames().size(), 17);
}

void MessageModelTest::aGrowingReplyIsNeverResetAndOnlyItsEndChanges() {
    MessageModel model(1, Conversation({record(1, 0, MessageRole::User, "q")}, 1));
    MessageRecord reply = record(2, 1, MessageRole::Assistant, {}, MessageState::Writing);
    model.add(reply);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    BlockModel* blocks = blocksAt(model, 1);
    QAbstractItemModelTester blockTester(blocks, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy resets(blocks, &QAbstractItemModel::modelReset);
    QSignalSpy messageResets(&model, &QAbstractItemModel::modelReset);
    QSignalSpy changes(blocks, &QAbstractItemModel::dataChanged);
    QSignalSpy removals(blocks, &QAbstractItemModel::rowsRemoved);
    const QString text = fakeReply(QStringLiteral("Why?")).answer;
    for (const QString& token : fakeTokens(text)) {
        const int last = blocks->rowCount() - 1;
        changes.clear();
        model.grow(2, {.answer = token});
        for (const QList<QVariant>& change : changes)
            QVERIFY(change[0].toModelIndex().row() >= last);
    }
    reply.state = MessageState::Done;
    model.update(reply);
    QCOMPARE(resets.count(), 0);
    QCOMPARE(messageResets.count(), 0);
    QCOMPARE(removals.count(), 0);
    QCOMPARE(model.answerText(2), text);
    QCOMPARE(blocksAt(model, 1), blocks);
}

void MessageModelTest::blocksAskedForLateAreTheSame() {
    const QString text = fakeReply(QString::fromUtf8("为什么")).answer;
    const auto describe = [](const BlockModel& blocks) {
        QStringList list;
        for (int row = 0; row < blocks.rowCount(); ++row)
            for (int role = BlockModel::TypeRole; role <= BlockModel::CodeRole; ++role)
                list << blocks.data(blocks.index(row), role).toString();
        return list;
    };
    MessageModel grown(1, Conversation({record(1, 0, MessageRole::Assistant, {}, MessageState::Writing)}, 1));
    grown.grow(1, {.answer = text.left(100)});
    BlockModel* blocks = blocksAt(grown, 0);
    grown.grow(1, {.answer = text.mid(100)});
    const MessageModel opened(1, Conversation({record(1, 0, MessageRole::Assistant, text)}, 1));
    QCOMPARE(describe(*blocks), describe(*blocksAt(opened, 0)));
}

void MessageModelTest::thoughtsAppearWithTheirFirstWord() {
    MessageModel model(1, Conversation({record(1, 0, MessageRole::Assistant, {}, MessageState::Writing)}, 1));
    QCOMPARE(at(model, 0, MessageModel::ThinkStateRole).toString(), QStringLiteral("none"));
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    model.grow(1, {.thoughts = QStringLiteral("Hm")});
    QVERIFY(changes.first()[2].value<QList<int>>().contains(MessageModel::ThoughtsRole));
    QCOMPARE(at(model, 0, MessageModel::ThinkStateRole).toString(), QStringLiteral("thinking"));
    QVERIFY(thoughtsAt(model, 0));
    changes.clear();
    model.grow(1, {.thoughts = QStringLiteral(", yes")});
    QVERIFY(changes.isEmpty()); // only the thoughts' own model changes
    QCOMPARE(paragraphs(*thoughtsAt(model, 0)), (QStringList{"Hm, yes"}));
}

void MessageModelTest::thoughtParagraphsAreAppended() {
    ThoughtModel thoughts;
    QAbstractItemModelTester tester(&thoughts, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy resets(&thoughts, &QAbstractItemModel::modelReset);
    QSignalSpy changes(&thoughts, &QAbstractItemModel::dataChanged);
    thoughts.append(QStringLiteral("one\nline\n\ntwo\n \nthr"));
    changes.clear();
    thoughts.append(QStringLiteral("ee"));
    QCOMPARE(changes.count(), 1);
    QCOMPARE(changes.first()[0].toModelIndex().row(), 2);
    thoughts.append(QStringLiteral("\n\n"));
    QCOMPARE(changes.count(), 1);
    thoughts.append(QStringLiteral("four"));
    QCOMPARE(changes.count(), 1);
    QCOMPARE(paragraphs(thoughts), (QStringList{"one\nline", "two", "three", "four"}));
    QCOMPARE(resets.count(), 0);
    // A paragraph without blank lines does not grow without bound.
    const QString line = QString(100, u'x') + u'\n';
    thoughts.append(QStringLiteral("\n\n") + line.repeated(100));
    QVERIFY(thoughts.rowCount() > 8);
}

void MessageModelTest::everyChunkingOfThoughtsGivesTheSameParagraphs() {
    const QString text = QStringLiteral("a b\n\nc\nd\n\n\n\ne  f\n \ng\n") + QString(1600, u'y') +
                         QStringLiteral("\nz\n\nend");
    ThoughtModel whole;
    whole.append(text);
    for (qsizetype size = 1; size < 40; ++size) {
        ThoughtModel thoughts;
        for (qsizetype i = 0; i < text.size(); i += size)
            thoughts.append(text.mid(i, size));
        QCOMPARE(paragraphs(thoughts), paragraphs(whole));
    }
}

void MessageModelTest::takenBackThoughtsLeaveTheThoughtModel() {
    MessageModel model(1, Conversation({record(1, 0, MessageRole::Assistant, {}, MessageState::Writing)}, 1));
    model.grow(1, {.thoughts = QStringLiteral("keep this\n\ndrop")});
    ThoughtModel* thoughts = thoughtsAt(model, 0);
    model.grow(1, {.thoughts = QStringLiteral(" that"), .answer = QStringLiteral("that"), .takeBack = 9});
    QCOMPARE(model.thoughtsText(1), QStringLiteral("keep this"));
    QCOMPARE(paragraphs(*thoughts), (QStringList{"keep this"}));
}

void MessageModelTest::aVariantReplacesOnlyTheRowsBelowTheFork() {
    MessageModel model(
        1, Conversation({record(1, 0, MessageRole::User, "q"), record(2, 1, MessageRole::Assistant, "a"),
                         record(3, 2, MessageRole::User, "q2"), record(4, 3, MessageRole::Assistant, "a2")},
                        4));
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    model.add(record(5, 1, MessageRole::Assistant, "b"));
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(removed.first()[1].toInt(), 1);
    QCOMPARE(removed.first()[2].toInt(), 3);
    QCOMPARE(inserted.first()[1].toInt(), 1);
    QCOMPARE(at(model, 1, MessageModel::VariantRole).toInt(), 2);
    QCOMPARE(at(model, 1, MessageModel::VariantsRole).toInt(), 2);
    model.show(2);
    QCOMPARE(model.rowCount(), 4);
    QCOMPARE(at(model, 3, MessageModel::TextRole).toString(), QStringLiteral("a2"));
}

void MessageModelTest::theLastRowKnowsThatItIsLast() {
    MessageModel model(1, Conversation({record(1, 0, MessageRole::User, "q")}, 1));
    QVERIFY(at(model, 0, MessageModel::LastRole).toBool());
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    model.add(record(2, 1, MessageRole::Assistant, "a"));
    QVERIFY(!at(model, 0, MessageModel::LastRole).toBool());
    QCOMPARE(changes.count(), 1);
    QCOMPARE(changes.first()[0].toModelIndex().row(), 0);
}

PONDER_TEST(MessageModelTest)
#include "message_model_test.moc"
