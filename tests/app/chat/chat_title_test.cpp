// Titles made from first questions.
#include "app/chat/chat_title.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

class ChatTitleTest : public QObject {
    Q_OBJECT
private slots:
    void titlesAreCleanedAndCut_data();
    void titlesAreCleanedAndCut();
    void noTitleCutsACharacterInHalf();
};

void ChatTitleTest::titlesAreCleanedAndCut_data() {
    QTest::addColumn<QString>("question");
    QTest::addColumn<QString>("title");
    QTest::newRow("short") << "Why is the sky blue?"
                           << "Why is the sky blue?";
    QTest::newRow("first line with text") << "\n\n  \nFirst line\nsecond"
                                          << "First line";
    QTest::newRow("marks") << "## **Plan** for `main.cpp`"
                           << "Plan for main.cpp";
    QTest::newRow("white space") << "a\t b   c "
                                 << "a b c";
    QTest::newRow("cut at a word") << "Explain the difference between a process and a thread in detail"
                                   << "Explain the difference between a process and a…";
    QTest::newRow("one endless word") << QString(100, u'x') << QString(48, u'x') + u'…';
    QTest::newRow("Chinese") << QString(60, u'数') << QString(24, u'数') + u'…';
    QTest::newRow("nothing") << " \n#\n"
                             << "";
}

void ChatTitleTest::titlesAreCleanedAndCut() {
    QFETCH(QString, question);
    QFETCH(QString, title);
    QCOMPARE(chatTitle(question), title);
}

void ChatTitleTest::noTitleCutsACharacterInHalf() {
    for (int lead = 0; lead < 4; ++lead) {
        const QString title = chatTitle(QString(lead, u'x') + QString::fromUtf8("😀").repeated(60));
        QVERIFY(title.endsWith(u'…'));
        QVERIFY(!title[title.size() - 2].isHighSurrogate());
    }
}

PONDER_TEST(ChatTitleTest)
#include "chat_title_test.moc"
