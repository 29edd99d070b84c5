// The tree of a chat: branches, variants, and what the engine is given.
#include "app/chat/conversation.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

namespace {

MessageRecord question(int id, int parent, const QString& text) {
    MessageRecord message;
    message.id = id;
    message.parentId = parent;
    message.role = MessageRole::User;
    message.text = text;
    return message;
}

MessageRecord reply(int id, int parent, const QString& text, const QString& thoughts = {}) {
    MessageRecord message = question(id, parent, text);
    message.role = MessageRole::Assistant;
    message.thoughts = thoughts;
    return message;
}

QStringList texts(const QList<ChatTurn>& turns) {
    QStringList list;
    for (const ChatTurn& turn : turns)
        list << (turn.role == ChatTurn::Role::User ? u'Q' : u'A') + turn.text;
    return list;
}

} // namespace

class ConversationTest : public QObject {
    Q_OBJECT
private slots:
    void theBranchOfTheLeafIsShown();
    void aSiblingBecomesAVariant();
    void showingAMessageGoesOnToItsNewestLeaf();
    void rowsWithoutAParentHangBelowTheOneBefore();
    void turnsFollowTheBranch();
    void aQuestionWhoseReplyNeverCameIsLeftOut();
    void aReplyStoppedInMidThoughtIsSentWithItsThought();
};

void ConversationTest::theBranchOfTheLeafIsShown() {
    const QList<MessageRecord> rows{question(1, 0, "a"), reply(2, 1, "b"), reply(3, 1, "c"),
                                    question(4, 2, "d")};
    QCOMPARE(Conversation(rows, 4).path(), (QList<int>{1, 2, 4}));
    QCOMPARE(Conversation(rows, 3).path(), (QList<int>{1, 3}));
    QCOMPARE(Conversation(rows, 99).path(), (QList<int>{1, 2, 4}));
    QCOMPARE(Conversation({}, 0).path(), QList<int>());
}

void ConversationTest::aSiblingBecomesAVariant() {
    Conversation conversation({question(1, 0, "a"), reply(2, 1, "b")}, 2);
    conversation.add(reply(3, 1, "c"));
    QCOMPARE(conversation.path(), (QList<int>{1, 3}));
    QCOMPARE(conversation.variants(3), (QList<int>{2, 3}));
    QCOMPARE(conversation.variants(1), (QList<int>{1}));
    conversation.add(question(4, 0, "other first question"));
    QCOMPARE(conversation.path(), (QList<int>{4}));
    QCOMPARE(conversation.variants(4), (QList<int>{1, 4}));
}

void ConversationTest::showingAMessageGoesOnToItsNewestLeaf() {
    Conversation conversation({question(1, 0, "a"), reply(2, 1, "b"), question(3, 2, "c"), reply(4, 3, "d"),
                               reply(5, 3, "e"), reply(6, 1, "f")},
                              6);
    QCOMPARE(conversation.path(), (QList<int>{1, 6}));
    conversation.show(2);
    QCOMPARE(conversation.path(), (QList<int>{1, 2, 3, 5}));
}

void ConversationTest::rowsWithoutAParentHangBelowTheOneBefore() {
    const Conversation conversation({question(1, 0, "a"), reply(2, 9, "parent is newer"),
                                     question(3, 3, "its own parent"), reply(4, -5, "negative")},
                                    4);
    QCOMPARE(conversation.path(), (QList<int>{1, 2, 3, 4}));
}

void ConversationTest::turnsFollowTheBranch() {
    const Conversation conversation(
        {question(1, 0, "a"), reply(2, 1, "b", "hm"), reply(3, 1, "c"), question(4, 2, "d")}, 4);
    const QList<ChatTurn> turns = conversation.turnsUpTo(4);
    QCOMPARE(texts(turns), (QStringList{"Qa", "Ab", "Qd"}));
    QCOMPARE(turns[1].thoughts, QStringLiteral("hm"));
}

void ConversationTest::aQuestionWhoseReplyNeverCameIsLeftOut() {
    const Conversation conversation({question(1, 0, "a"), reply(2, 1, ""), question(3, 2, "b"),
                                     reply(4, 3, "fine"), question(5, 4, "c"), reply(6, 5, ""),
                                     question(7, 6, "d")},
                                    7);
    QCOMPARE(texts(conversation.turnsUpTo(7)), (QStringList{"Qb", "Afine", "Qd"}));
}

void ConversationTest::aReplyStoppedInMidThoughtIsSentWithItsThought() {
    const Conversation conversation({question(1, 0, "a"), reply(2, 1, "", "so far"), question(3, 2, "go on")},
                                    3);
    const QList<ChatTurn> turns = conversation.turnsUpTo(3);
    QCOMPARE(texts(turns), (QStringList{"Qa", "A", "Qgo on"}));
    QCOMPARE(turns[1].thoughts, QStringLiteral("so far"));
}

PONDER_TEST(ConversationTest)
#include "conversation_test.moc"
