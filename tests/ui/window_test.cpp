// The real window over the scripted engine: what it shows and how it answers to what the user does.
#include "tests/support/test_class.h"
#include "tests/support/window_fixture.h"

#include <QRegularExpression>

using namespace ponder;

class WindowTest : public QObject {
    Q_OBJECT
private slots:
    void itLoadsWithoutAWarning() {
        QTest::failOnWarning(QRegularExpression(QStringLiteral(".*")));
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        QVERIFY(fixture.openModel());
        fixture.app().chat()->send(QStringLiteral("Why is the sky blue?"));
        QVERIFY(fixture.waitForReply());
        fixture.window()->grabWindow();
        QTest::keyClick(fixture.window(), Qt::Key_Comma, Qt::ControlModifier);
        QTest::qWait(50);
        QTest::keyClick(fixture.window(), Qt::Key_Escape);
        QTest::qWait(50);
    }

    void theListStaysAtTheEndWhileTheAnswerGrows() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        askThrice(fixture);
        QQuickItem* list = messages(fixture);
        QVERIFY(list->property("contentHeight").toReal() > list->height());
        QTRY_VERIFY(list->property("nearEnd").toBool());
        QVERIFY(list->property("following").toBool());
    }

    void aReaderWhoScrolledUpIsLeftThereAndCanJumpToTheEnd() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        askThrice(fixture);
        QQuickItem* list = messages(fixture);
        list->forceActiveFocus(Qt::TabFocusReason);
        QTest::keyClick(fixture.window(), Qt::Key_PageUp);
        QVERIFY(!list->property("following").toBool());
        fixture.app().chat()->regenerate(lastMessage(fixture));
        QTest::qWait(100);
        QVERIFY(fixture.waitForReply());
        QVERIFY(!list->property("nearEnd").toBool());
        QQuickItem* jump = fixture.byAccessibleName(QStringLiteral("Jump to the end"));
        QVERIFY(jump);
        QVERIFY(QMetaObject::invokeMethod(jump, "activate"));
        QTRY_VERIFY(list->property("nearEnd").toBool());
    }

    void aNarrowWindowFoldsTheSidebarAndShowsItAboveTheChat() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        QVERIFY(fixture.byAccessibleName(QStringLiteral("New chat")));
        fixture.window()->resize(700, 560);
        QTRY_VERIFY(!fixture.byAccessibleName(QStringLiteral("New chat")));
        QTest::keyClick(fixture.window(), Qt::Key_B, Qt::ControlModifier);
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("New chat")));
    }

    void aModelThatDoesNotLoadLeavesABannerThatSaysWhatToDo() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        fixture.app().library()->open(QStringLiteral("/models/fail.gguf"));
        QTRY_COMPARE(fixture.app().library()->state(), QStringLiteral("failed"));
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Try again")));
    }

    void aDeletedChatCanBeTakenBack() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        fixture.app().chat()->send(QStringLiteral("Why is the sky blue?"));
        QVERIFY(fixture.waitForReply());
        fixture.app().chats()->remove(fixture.app().chats()->currentId());
        QCOMPARE(fixture.app().chats()->count(), 0);
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Undo")));
        QVERIFY(QMetaObject::invokeMethod(fixture.byAccessibleName(QStringLiteral("Undo")), "activate"));
        QCOMPARE(fixture.app().chats()->count(), 1);
        QTRY_VERIFY(!fixture.byAccessibleName(QStringLiteral("Undo")));
    }

    void theLanguageChangesWhileTheWindowIsOpen() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        fixture.app().settings()->setLanguage(QStringLiteral("ko"));
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("새 대화")));
        fixture.app().settings()->setLanguage(QStringLiteral("zh_CN"));
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("新对话")));
        fixture.app().settings()->setLanguage(QStringLiteral("en"));
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("New chat")));
    }

    void whoHasNoModelIsShownWhichOnesFit() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        QQuickItem* browse = fixture.byAccessibleName(QStringLiteral("Browse models"));
        QVERIFY(browse);
        QVERIFY(QMetaObject::invokeMethod(browse, "activate"));
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("What if another GPU?")));
    }

    void anExampleIsAskedByOneClick() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        const auto isExample = [](QQuickItem* item) {
            return WindowFixture::accessibleName(item).startsWith(QStringLiteral("Example: "));
        };
        QTRY_VERIFY(fixture.find(isExample));
        QVERIFY(QMetaObject::invokeMethod(fixture.find(isExample), "activate"));
        QTRY_VERIFY(fixture.app().chat()->messages()->count() == 2);
    }

    void editingTheLastQuestionPutsItBackIntoTheComposer() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        fixture.app().chat()->send(QStringLiteral("Why is the sky blue?"));
        QVERIFY(fixture.waitForReply());
        QQuickItem* edit = fixture.byAccessibleName(QStringLiteral("Edit the question"));
        QVERIFY(edit);
        QVERIFY(QMetaObject::invokeMethod(edit, "activate"));
        QCOMPARE(fixture.app().chat()->draft(), QStringLiteral("Why is the sky blue?"));
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Cancel editing")));
    }

private:
    static void askThrice(WindowFixture& fixture) {
        for (int i = 0; i < 3; ++i) {
            fixture.app().chat()->send(QStringLiteral("Why is the sky blue?"));
            QVERIFY(fixture.waitForReply());
        }
        QTest::qWait(100);
    }
    static QQuickItem* messages(WindowFixture& fixture) {
        return fixture.byAccessibleName(QStringLiteral("Messages"));
    }
    static int lastMessage(WindowFixture& fixture) {
        MessageModel* model = fixture.app().chat()->messages();
        return model->data(model->index(model->count() - 1), MessageModel::MessageIdRole).toInt();
    }
};

PONDER_TEST(WindowTest)
#include "window_test.moc"
