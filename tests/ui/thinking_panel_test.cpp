// When the thinking panel is open and when it is folded, in the real window.
#include "tests/support/test_class.h"
#include "tests/support/window_fixture.h"

#include <QSignalSpy>

using namespace ponder;

class ThinkingPanelTest : public QObject {
    Q_OBJECT
private slots:
    void itIsOpenWhileTheModelThinksAndFoldsSoonAfter() {
        WindowFixture fixture(slow());
        QVERIFY(fixture.loaded() && fixture.openModel());
        fixture.app().chat()->send(QStringLiteral("Why is the sky blue?"));
        QTRY_VERIFY(panel(fixture));
        QTRY_COMPARE(thinkState(fixture), QStringLiteral("thinking"));
        QVERIFY(isOpen(fixture));
        QVERIFY(title(fixture).startsWith(QStringLiteral("Thinking…")));
        QTRY_COMPARE_WITH_TIMEOUT(thinkState(fixture), QStringLiteral("done"), 20'000);
        QVERIFY(isOpen(fixture)); // folds a moment later, not at once
        QTRY_VERIFY(!isOpen(fixture));
        QVERIFY(title(fixture).startsWith(QStringLiteral("Thought for ")));
        QVERIFY(title(fixture).contains(QStringLiteral(" tokens")));
    }

    void aTouchedPanelStaysAsTheReaderLeftIt() {
        WindowFixture fixture(slow());
        QVERIFY(fixture.loaded() && fixture.openModel());
        fixture.app().chat()->send(QStringLiteral("Why is the sky blue?"));
        QTRY_VERIFY(panel(fixture) && thinkState(fixture) == QStringLiteral("thinking"));
        QVERIFY(QMetaObject::invokeMethod(panel(fixture), "toggle"));
        QVERIFY(!isOpen(fixture));
        QVERIFY(QMetaObject::invokeMethod(panel(fixture), "toggle"));
        QVERIFY(isOpen(fixture));
        QVERIFY(fixture.waitForReply());
        QTest::qWait(900);
        QVERIFY(isOpen(fixture));
    }

    void theReadersPreferenceDecides() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        fixture.app().settings()->setThoughtsMode(QStringLiteral("closed"));
        fixture.app().chat()->send(QStringLiteral("Why is the sky blue?"));
        QTRY_VERIFY(panel(fixture));
        QVERIFY(!isOpen(fixture));
        QVERIFY(fixture.waitForReply());
        QVERIFY(!isOpen(fixture));
        fixture.app().settings()->setThoughtsMode(QStringLiteral("open"));
        QTRY_VERIFY(isOpen(fixture));
    }

    void theKeyboardTogglesIt() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        fixture.app().chat()->send(QStringLiteral("Why is the sky blue?"));
        QVERIFY(fixture.waitForReply());
        QTRY_VERIFY(!isOpen(fixture));
        QQuickItem* header = fixture.byAccessibleName(title(fixture));
        QVERIFY(header);
        header->forceActiveFocus(Qt::TabFocusReason);
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QVERIFY(isOpen(fixture));
        QTest::keyClick(fixture.window(), Qt::Key_Space);
        QVERIFY(!isOpen(fixture));
    }

    void aPlainReplyHasNoPanel() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        fixture.app().chat()->send(QStringLiteral("Why is the sky blue? /plain"));
        QVERIFY(fixture.waitForReply());
        QTest::qWait(50);
        QVERIFY(!panel(fixture));
    }

    void screenReadersHearTheStatesAndNothingElse() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        QSignalSpy said(fixture.app().chat(), &ChatController::replyStateChanged);
        fixture.app().chat()->send(QStringLiteral("Why is the sky blue?"));
        QVERIFY(fixture.waitForReply());
        QTRY_VERIFY(said.size() >= 2);
        QVERIFY2(said.size() <= 4, qPrintable(QString::number(said.size())));
        QCOMPARE(said.last().first().toString(), QStringLiteral("Answer ready"));
    }

private:
    static FakeChatEngine::Options slow() {
        FakeChatEngine::Options options = WindowFixture::quickOptions();
        options.tokensPerSecond = 150;
        return options;
    }
    static QQuickItem* panel(WindowFixture& fixture) {
        return fixture.byObjectName(QStringLiteral("thinkingPanel"));
    }
    static bool isOpen(WindowFixture& fixture) { return panel(fixture)->property("open").toBool(); }
    static QString title(WindowFixture& fixture) { return panel(fixture)->property("title").toString(); }
    static QString thinkState(WindowFixture& fixture) {
        return panel(fixture)->property("thinkState").toString();
    }
};

PONDER_TEST(ThinkingPanelTest)
#include "thinking_panel_test.moc"
