// Every control has a name and a role and can be reached and used without a pointer.
#include "tests/support/test_class.h"
#include "tests/support/window_fixture.h"

#include <QInputMethodEvent>

using namespace ponder;

class KeyboardTest : public QObject {
    Q_OBJECT
private slots:
    void tabWalksTheWindowAndEveryStopHasANameAndARole() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        fixture.app().chat()->send(QStringLiteral("Why is the sky blue?"));
        QVERIFY(fixture.waitForReply());
        QStringList names = walk(fixture);
        for (const char* expected :
             {"Message", "New chat", "Settings", "Models", "Copy the answer", "Regenerate", "Think",
              "Hide the sidebar (Ctrl+B)", "Copy the code", "Edit the question", "Messages"})
            QVERIFY2(names.contains(QString::fromUtf8(expected)),
                     qPrintable(QString::fromUtf8(expected) + QStringLiteral(" is not among ") +
                                names.join(QStringLiteral(", "))));
    }

    void theEmptyWindowOffersItsExamplesToTheKeyboard() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        const QStringList names = walk(fixture);
        QCOMPARE(names.filter(QStringLiteral("Example: ")).size(), 3);
        QVERIFY(names.contains(QStringLiteral("Model: No model")));
    }

    void everyControlOfTheSettingsHasANameAndARole() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        QTest::keyClick(fixture.window(), Qt::Key_Comma, Qt::ControlModifier);
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Language, English")));
        const QStringList names = walk(fixture);
        for (const char* expected : {"Language, English", "Less motion", "Instruction", "Close"})
            QVERIFY2(names.contains(QString::fromUtf8(expected)),
                     qPrintable(names.join(QStringLiteral(", "))));
        QTest::keyClick(fixture.window(), Qt::Key_Escape);
        QTRY_VERIFY(!fixture.byAccessibleName(QStringLiteral("Language, English")));
    }

    void enterSendsWhatIsTypedAndEscapeStops() {
        FakeChatEngine::Options slow = WindowFixture::quickOptions();
        slow.tokensPerSecond = 20;
        WindowFixture fixture(slow);
        QVERIFY(fixture.loaded() && fixture.openModel());
        QTRY_VERIFY(composerHasFocus(fixture));
        for (const char letter : QByteArray("why"))
            QTest::keyClick(fixture.window(), letter);
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_VERIFY(fixture.app().chat()->busy());
        QCOMPARE(fixture.app().chat()->messages()->count(), 2);
        QTRY_COMPARE(fixture.app().chat()->phase(), QStringLiteral("thinking"));
        QTest::keyClick(fixture.window(), Qt::Key_Escape);
        QTRY_VERIFY(!fixture.app().chat()->busy());
        const MessageModel* messages = fixture.app().chat()->messages();
        QCOMPARE(messages->data(messages->index(1), MessageModel::StateRole).toString(),
                 QStringLiteral("stopped"));
    }

    void koreanTypedIntoTheComposerIsSentWholeByOneEnter() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        QTRY_VERIFY(composerHasFocus(fixture));
        QObject* composer = fixture.window()->activeFocusItem();
        QInputMethodEvent commit;
        commit.setCommitString(QStringLiteral("안"));
        QCoreApplication::sendEvent(composer, &commit);
        QInputMethodEvent preedit(QStringLiteral("녕"), {});
        QCoreApplication::sendEvent(composer, &preedit);
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        MessageModel* messages = fixture.app().chat()->messages();
        QTRY_COMPARE(messages->count(), 2);
        QCOMPARE(messages->data(messages->index(0), MessageModel::TextRole).toString(),
                 QStringLiteral("안녕"));
        QCOMPARE(composer->property("text").toString(), QString());
    }

    void theShortcutsWork() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        fixture.app().chat()->send(QStringLiteral("Why?"));
        QVERIFY(fixture.waitForReply());
        QVERIFY(fixture.app().chats()->currentId() != 0);
        QTest::keyClick(fixture.window(), Qt::Key_N, Qt::ControlModifier);
        QCOMPARE(fixture.app().chats()->currentId(), 0);
        QVERIFY(fixture.byAccessibleName(QStringLiteral("Hide the sidebar (Ctrl+B)")));
        QTest::keyClick(fixture.window(), Qt::Key_B, Qt::ControlModifier);
        QTRY_VERIFY(!fixture.byAccessibleName(QStringLiteral("Hide the sidebar (Ctrl+B)")));
        QVERIFY(fixture.byAccessibleName(QStringLiteral("Show the sidebar (Ctrl+B)")));
    }

private:
    static bool composerHasFocus(WindowFixture& fixture) {
        QQuickItem* item = fixture.window()->activeFocusItem();
        return item && WindowFixture::accessibleName(item) == QStringLiteral("Message");
    }

    // The names of the stops of the Tab key, once around.
    static QStringList walk(WindowFixture& fixture) {
        QStringList names;
        QList<QQuickItem*> visited;
        for (int i = 0; i < 80; ++i) {
            QTest::keyClick(fixture.window(), Qt::Key_Tab);
            QQuickItem* item = fixture.window()->activeFocusItem();
            if (!item) break;
            const QString name = WindowFixture::accessibleName(item);
            const QAccessible::Role role = WindowFixture::accessibleRole(item);
            const QString what = QString::fromLatin1(item->metaObject()->className());
            if (name.isEmpty())
                QTest::qFail(qPrintable(what + QStringLiteral(" has no name")), __FILE__, __LINE__);
            if (role == QAccessible::NoRole || role == QAccessible::Client)
                QTest::qFail(qPrintable(what + QStringLiteral(" has no role")), __FILE__, __LINE__);
            if (visited.contains(item)) return names;
            visited << item;
            names << name;
        }
        QTest::qFail("Tab does not come back to where it began", __FILE__, __LINE__);
        return names;
    }
};

PONDER_TEST(KeyboardTest)
#include "keyboard_test.moc"
