// What the composer lets one choose about the thoughts, in the real window.
#include "tests/support/test_class.h"
#include "tests/support/window_fixture.h"

using namespace ponder;

class ThinkingMenuTest : public QObject {
    Q_OBJECT
private slots:
    void aModelWithoutLevelsHasNoMenu() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        QVERIFY(fixture.byAccessibleName(QStringLiteral("Think")));
        QVERIFY(!fixture.byObjectName(QStringLiteral("thinkingMenu")));
        QVERIFY(fixture.openModel(QStringLiteral("/models/plain.gguf")));
        QVERIFY(!fixture.byAccessibleName(QStringLiteral("Think")));
    }

    void aLevelIsChosenWithTheKeyboard() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel(kLeveled));
        QQuickItem* button = fixture.byAccessibleName(QStringLiteral("Effort: xhigh"));
        QVERIFY(button);
        button->forceActiveFocus(Qt::TabFocusReason);
        QTest::keyClick(fixture.window(), Qt::Key_Down);
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("xhigh (default)")));
        QTest::keyClick(fixture.window(), Qt::Key_Down);
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_COMPARE(fixture.app().chat()->thinking()->effort(), QStringLiteral("low"));
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Effort: low")));
        QTRY_VERIFY(!fixture.byAccessibleName(QStringLiteral("medium"))); // the menu has closed
    }

    void aLevelIsChosenWithThePointer() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel(kLeveled));
        QVERIFY(QMetaObject::invokeMethod(fixture.byObjectName(QStringLiteral("thinkingMenu")), "open"));
        QQuickItem* item = nullptr;
        QTRY_VERIFY((item = fixture.byAccessibleName(QStringLiteral("medium"))));
        QTest::qWait(50); // the menu is laid out
        const QPoint middle = item->mapToScene({item->width() / 2, item->height() / 2}).toPoint();
        QTest::mouseClick(fixture.window(), Qt::LeftButton, {}, middle);
        QTRY_COMPARE(fixture.app().chat()->thinking()->effort(), QStringLiteral("medium"));
    }

    void earlierThoughtsAreKeptOrNotInTheSameMenu() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel(kLeveled));
        ThinkingControls& thinking = *fixture.app().chat()->thinking();
        QVERIFY(thinking.keepsEarlier());
        for (const bool kept : {false, true}) {
            QVERIFY(QMetaObject::invokeMethod(fixture.byObjectName(QStringLiteral("thinkingMenu")), "open"));
            QQuickItem* item = nullptr;
            QTRY_VERIFY((item = fixture.byAccessibleName(QStringLiteral("Keep earlier thoughts"))));
            QCOMPARE(item->property("checked").toBool(), !kept);
            for (int level = 0; level < 4; ++level)
                QTest::keyClick(fixture.window(), Qt::Key_Down);
            QVERIFY(item->property("highlighted").toBool());
            QTest::keyClick(fixture.window(), Qt::Key_Return);
            QTRY_COMPARE(thinking.keepsEarlier(), kept);
            QTRY_VERIFY(!fixture.byAccessibleName(QStringLiteral("Keep earlier thoughts")));
        }
    }

    void levelsAreAwayWhileThinkingIsOff() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel(kLeveled));
        fixture.app().chat()->thinking()->setOn(false);
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Thoughts")));
        QVERIFY(QMetaObject::invokeMethod(fixture.byObjectName(QStringLiteral("thinkingMenu")), "open"));
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Keep earlier thoughts")));
        QVERIFY(!fixture.byAccessibleName(QStringLiteral("low")));
        QTest::keyClick(fixture.window(), Qt::Key_Down);
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_VERIFY(!fixture.app().chat()->thinking()->keepsEarlier());
    }

private:
    const QString kLeveled = QStringLiteral("/models/Reasoner-effort.gguf");
};

PONDER_TEST(ThinkingMenuTest)
#include "thinking_menu_test.moc"
