// The page of models: how it opens, what its rows offer, and what it answers for another graphics processor.
#include "tests/support/test_class.h"
#include "tests/support/window_hands.h"

using namespace ponder;
using test::press;
using test::textShown;

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

    void aModelThatDoesNotFitSaysWhyAndShowsWhatWouldRunIt() {
        WindowFixture fixture;
        QVERIFY(openPage(fixture));
        const int row = rowOf(fixture, QStringLiteral("DeepSeek-R1"));
        QVERIFY(row >= 0);
        QString why = value(fixture, row, FitListModel::VerdictDetailRole).toString();
        why.replace(QStringLiteral(" GB"), QStringLiteral("\u00a0GB")); // as it is shown
        QTRY_VERIFY2(textShown(fixture, why), qPrintable(why));
        press(fixture, QStringLiteral("What would run DeepSeek-R1?"));
        const GpuListModel* gpus = fixture.app().fit()->gpus();
        QTRY_VERIFY(gpus->count() > 0);
        QTRY_VERIFY(shown(fixture, gpus->index(0).data(GpuListModel::NameRole).toString()));
        QVERIFY(fixture.find([](QQuickItem* item) {
            return item->property("text").toString().startsWith(u"No card holds this model");
        }));
        QVERIFY(textShown(fixture, gpus->machines().first()));
    }

    void theKeyboardAndTheViewStayWhenTheListIsMadeAnew() {
        WindowFixture fixture;
        QVERIFY(openPage(fixture));
        fixture.window()->resize(900, 420);
        QTRY_COMPARE(focusName(fixture), nameOf(fixture, 0));
        for (int i = 0; i < 6; ++i)
            QTest::keyClick(fixture.window(), Qt::Key_Down);
        QTest::keyClick(fixture.window(), Qt::Key_Tab);
        QTest::keyClick(fixture.window(), Qt::Key_Tab);
        QPointer<QQuickItem> button = fixture.window()->activeFocusItem();
        const QString name = WindowFixture::accessibleName(button);
        QVERIFY2(name.endsWith(nameOf(fixture, 6)), qPrintable(name));
        QTest::qWait(350); // the page has settled
        const qreal place = button->mapToScene({}).y();
        FitListModel* fit = fixture.app().fit();
        for (const int context : {4096, 32768}) {
            fit->setContextTokens(context);
            QTRY_VERIFY(!fit->busy());
        }
        fit->setFilter(QStringLiteral("fits"));
        fit->setFilter(QStringLiteral("all"));
        QTest::qWait(50);
        QCOMPARE(fixture.window()->activeFocusItem(), button.data());
        QCOMPARE(focusName(fixture), name);
        QCOMPARE(button->mapToScene({}).y(), place);
    }

    void theLegendCallsTheMemoryByItsDevice() {
        WindowFixture fixture;
        QVERIFY(openPage(fixture));
        QTRY_VERIFY(textShown(fixture, QStringLiteral("Graphics memory:")));
        fixture.app().fit()->setDevice(QStringLiteral("cpu"));
        QTRY_VERIFY(textShown(fixture, QStringLiteral("Memory:")));
        QVERIFY(!textShown(fixture, QStringLiteral("Graphics memory:")));
    }

    void aModelWhoseFileHasGoneLeadsToWhereItIsLocated() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel()); // a file that is nowhere
        QVERIFY(openPage(fixture));
        QTRY_VERIFY(textShown(fixture, QStringLiteral("its file is not there any more")));
        press(fixture, QStringLiteral("Locate ") + fixture.app().library()->name());
        QTRY_VERIFY(shown(fixture, QStringLiteral("Remove from the list")));
        QVERIFY(shown(fixture, QStringLiteral("Locate…")));
    }

    void aModelThatIsHereIsTalkedToWithOnePress() {
        const QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("DeepSeek-R1-Distill-Qwen-7B.gguf")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel(file.fileName()));
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
        return test::waitFor([&] { return fit->count() > 0 && !fit->busy(); }) &&
               test::waitFor([&] { return shown(fixture, QStringLiteral("What if another GPU?")); });
    }
    static bool shown(WindowFixture& fixture, const QString& name) {
        return fixture.byAccessibleName(name) != nullptr;
    }
    static QString focusName(WindowFixture& fixture) {
        QQuickItem* item = fixture.window()->activeFocusItem();
        return item ? WindowFixture::accessibleName(item) : QString();
    }
    static QVariant value(WindowFixture& fixture, int row, FitListModel::Role role) {
        return fixture.app().fit()->index(row).data(role);
    }
    static int rowOf(WindowFixture& fixture, const QString& name) {
        for (int row = 0; row < fixture.app().fit()->count(); ++row)
            if (nameOf(fixture, row) == name) return row;
        return -1;
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

PONDER_TEST(ModelsPageTest)
#include "models_page_test.moc"
