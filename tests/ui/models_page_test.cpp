// The page of models: how it opens, what its rows offer, and what it answers for another graphics processor.
#include "tests/support/window_fixture.h"

using namespace ponder;

class ModelsPageTest : public QObject {
    Q_OBJECT
private slots:
    void theSidebarOpensItAndAChatClosesIt() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        QVERIFY(!shown(fixture, QStringLiteral("Back to this computer")));
        press(fixture, QStringLiteral("Models"));
        QTRY_VERIFY(shown(fixture, QStringLiteral("What if another GPU?")));
        QVERIFY(!shown(fixture, QStringLiteral("Message")));
        press(fixture, QStringLiteral("New chat"));
        QTRY_VERIFY(shown(fixture, QStringLiteral("Message")));
        QVERIFY(!shown(fixture, QStringLiteral("What if another GPU?")));
    }

    void itsRowsAreWalkedWithTheArrowsAndOpenedWithEnter() {
        WindowFixture fixture;
        QVERIFY(openPage(fixture));
        QTRY_COMPARE(focusName(fixture), nameOf(fixture, 0));
        QTest::keyClick(fixture.window(), Qt::Key_Down);
        QCOMPARE(focusName(fixture), nameOf(fixture, 1));
        QTest::keyClick(fixture.window(), Qt::Key_End);
        QCOMPARE(focusName(fixture), nameOf(fixture, fixture.app().fit()->count() - 1));
        QTest::keyClick(fixture.window(), Qt::Key_Home);
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_VERIFY(shown(fixture, QStringLiteral("Which GPUs run it?")));
        QTest::keyClick(fixture.window(), Qt::Key_Escape);
        QTRY_VERIFY(!shown(fixture, QStringLiteral("Which GPUs run it?")));
        QTRY_COMPARE(focusName(fixture), nameOf(fixture, 0));
    }

    void theRowInTheEndOfALongListIsScrolledIntoSight() {
        WindowFixture fixture;
        QVERIFY(openPage(fixture));
        fixture.window()->resize(900, 420);
        QTRY_COMPARE(focusName(fixture), nameOf(fixture, 0));
        QTest::keyClick(fixture.window(), Qt::Key_End);
        QTRY_VERIFY(sceneBottom(fixture.window()->activeFocusItem()) <= fixture.window()->height());
        QTest::keyClick(fixture.window(), Qt::Key_Home);
        QTRY_VERIFY(fixture.window()->activeFocusItem()->mapToScene({}).y() >= 0);
    }

    void tabGoesFromARowToItsQuantizationAndOutOfTheList() {
        WindowFixture fixture;
        QVERIFY(openPage(fixture));
        QTRY_COMPARE(focusName(fixture), nameOf(fixture, 0));
        QTest::keyClick(fixture.window(), Qt::Key_Tab);
        QCOMPARE(focusName(fixture), chipName(fixture, 0));
        QTest::keyClick(fixture.window(), Qt::Key_Tab);
        const QString next = focusName(fixture);
        QVERIFY2(next != nameOf(fixture, 1) && next != chipName(fixture, 1), qPrintable(next));
    }

    void theMenuOfQuantizationsSaysHowEachFitsAndChoosesOne() {
        WindowFixture fixture;
        QVERIFY(openPage(fixture));
        const QVariantList choices = value(fixture, 0, FitListModel::ChoicesRole).toList();
        QVERIFY(choices.size() > 1);
        press(fixture, chipName(fixture, 0));
        for (const QVariant& choice : choices) {
            const QString begin =
                choice.toMap().value(QStringLiteral("name")).toString() + QStringLiteral(", ");
            const QString verdict = choice.toMap().value(QStringLiteral("verdictText")).toString();
            const auto says = [&](QQuickItem* item) {
                const QString name = WindowFixture::accessibleName(item);
                return name.startsWith(begin) && name.contains(verdict);
            };
            QTRY_VERIFY2(fixture.find(says), qPrintable(begin + verdict));
        }
        const QString wanted = choices.last().toMap().value(QStringLiteral("name")).toString();
        QVERIFY(value(fixture, 0, FitListModel::QuantizationRole).toString() != wanted);
        QTest::keyClick(fixture.window(), Qt::Key_End);
        for (qsizetype i = 0; i < choices.size(); ++i)
            QTest::keyClick(fixture.window(), Qt::Key_Down);
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_COMPARE(value(fixture, 0, FitListModel::QuantizationRole).toString(), wanted);
        QVERIFY(shown(fixture, chipName(fixture, 0)));
    }

    void anotherGpuAnswersForTheWholeListUntilOneGoesBack() {
        WindowFixture fixture;
        QVERIFY(openPage(fixture));
        const QString own = fixture.app().fit()->deviceName();
        press(fixture, QStringLiteral("What if another GPU?"));
        QTRY_COMPARE(focusName(fixture), QStringLiteral("Search by name"));
        for (const char letter : QByteArray("geforce rtx 4090"))
            QTest::keyClick(fixture.window(), letter);
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_VERIFY(fixture.app().fit()->deviceName().contains(QStringLiteral("4090")));
        QTRY_VERIFY(!shown(fixture, QStringLiteral("Search by name")));
        press(fixture, QStringLiteral("Back to this computer"));
        QTRY_COMPARE(fixture.app().fit()->deviceName(), own);
        QTRY_VERIFY(!shown(fixture, QStringLiteral("Back to this computer")));
    }

    void aGpuThatTheCatalogueDoesNotHaveIsSaidToBeMissing() {
        WindowFixture fixture;
        QVERIFY(openPage(fixture));
        press(fixture, QStringLiteral("What if another GPU?"));
        QTRY_COMPARE(focusName(fixture), QStringLiteral("Search by name"));
        for (const char letter : QByteArray("voodoo 2"))
            QTest::keyClick(fixture.window(), letter);
        QTRY_VERIFY(textShown(fixture, QStringLiteral("The catalogue has no GPU of this name.")));
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QCOMPARE(fixture.app().fit()->whatIf(), QString());
    }

    void theGpusThatRunAModelAreOfOneVendorIfWished() {
        WindowFixture fixture;
        QVERIFY(openPage(fixture));
        QTRY_COMPARE(focusName(fixture), nameOf(fixture, 0));
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        press(fixture, QStringLiteral("Which GPUs run it?"));
        const GpuListModel* gpus = fixture.app().fit()->gpus();
        QTRY_VERIFY(gpus->count() > 0);
        const int all = gpus->count();
        press(fixture, QStringLiteral("Intel"));
        QTRY_VERIFY(gpus->count() < all);
        const QString first = gpus->index(0).data(GpuListModel::NameRole).toString();
        press(fixture, first);
        QTRY_COMPARE(fixture.app().fit()->whatIf(), first);
    }

    void aModelThatIsHereIsTalkedToWithOnePress() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        const QString name = fixture.app().library()->name();
        fixture.app().library()->unload();
        QTRY_COMPARE(fixture.app().library()->state(), QStringLiteral("none"));
        QVERIFY(openPage(fixture));
        press(fixture, QStringLiteral("Chat with ") + name);
        QTRY_COMPARE(fixture.app().library()->state(), QStringLiteral("ready"));
        QTRY_VERIFY(shown(fixture, QStringLiteral("Message")));
    }

    void theFilterShowsWhatIsHere() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        QVERIFY(openPage(fixture));
        press(fixture, QStringLiteral("On this computer"));
        QTRY_COMPARE(fixture.app().fit()->count(), 1);
        press(fixture, QStringLiteral("All"));
        QTRY_VERIFY(fixture.app().fit()->count() > 5);
    }

private:
    static bool openPage(WindowFixture& fixture) {
        if (!fixture.loaded()) return false;
        QTest::keyClick(fixture.window(), Qt::Key_M, Qt::ControlModifier);
        const FitListModel* fit = fixture.app().fit();
        return QTest::qWaitFor([&] { return fit->count() > 0 && !fit->busy(); }) &&
               QTest::qWaitFor([&] { return shown(fixture, QStringLiteral("What if another GPU?")); });
    }
    static bool shown(WindowFixture& fixture, const QString& name) {
        return fixture.byAccessibleName(name) != nullptr;
    }
    static bool textShown(WindowFixture& fixture, const QString& text) {
        return fixture.find([&](QQuickItem* item) { return item->property("text").toString() == text; }) !=
               nullptr;
    }
    static void press(WindowFixture& fixture, const QString& name) {
        const auto isButton = [&](QQuickItem* item) {
            return WindowFixture::accessibleName(item) == name &&
                   item->metaObject()->indexOfMethod("activate()") >= 0;
        };
        QTRY_VERIFY2(fixture.find(isButton), qPrintable(name));
        QVERIFY(QMetaObject::invokeMethod(fixture.find(isButton), "activate"));
    }
    static QString focusName(WindowFixture& fixture) {
        QQuickItem* item = fixture.window()->activeFocusItem();
        return item ? WindowFixture::accessibleName(item) : QString();
    }
    static QVariant value(WindowFixture& fixture, int row, FitListModel::Role role) {
        return fixture.app().fit()->index(row).data(role);
    }
    static QString nameOf(WindowFixture& fixture, int row) {
        return value(fixture, row, FitListModel::NameRole).toString();
    }
    static QString chipName(WindowFixture& fixture, int row) {
        return QStringLiteral("Quantization: ") +
               value(fixture, row, FitListModel::QuantizationRole).toString();
    }
    static qreal sceneBottom(QQuickItem* item) { return item->mapToScene({0, item->height()}).y(); }
};

QTEST_MAIN(ModelsPageTest)
#include "models_page_test.moc"
