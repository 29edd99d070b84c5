// Models of one's own in the window: dropped, added, renamed, set, removed, taken back.
#include "tests/support/test_class.h"
#include "tests/support/tiny_model.h"
#include "tests/support/window_hands.h"

#include <QFile>

using namespace ponder;
using namespace ponder::test;

class LibraryPageTest : public QObject {
    Q_OBJECT
private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void severalThingsHeldOverTheWindowAreShownEachWithWhatItIs() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        Drag drag(fixture, {model("one"), model("two"), notAModel()});
        QTRY_VERIFY(textShown(fixture, QStringLiteral("Drop to add 2 models")));
        QTRY_VERIFY(textShown(fixture, QStringLiteral("one")) && textShown(fixture, QStringLiteral("two")));
        QTRY_VERIFY(textShown(fixture, QStringLiteral("Cannot be added")));
        drag.drop({600, 200});
        QTRY_COMPARE(fixture.app().library()->models()->count(), 2);
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Undo")));
        press(fixture, QStringLiteral("Undo"));
        QTRY_COMPARE(fixture.app().library()->models()->count(), 0);
    }

    void aSingleModelThatIsDroppedIsOpenedToo() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        Drag drag(fixture, {model("one")});
        QTRY_VERIFY(textShown(fixture, QStringLiteral("Drop to add 1 model")));
        drag.drop({600, 200});
        QTRY_COMPARE(fixture.app().library()->state(), QStringLiteral("ready"));
        QVERIFY(!textShown(fixture, QStringLiteral("Drop to add 1 model")));
    }

    void aDropOnTheLowerPlaceCopiesIntoTheModelsFolder() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        const QString folder = m_folder->filePath(QStringLiteral("models"));
        fixture.app().settings()->setModelsFolder(folder);
        Drag drag(fixture, {model("one")});
        const QString words = QStringLiteral("Drop here to copy into the models folder");
        QTRY_VERIFY(textItem(fixture, words));
        QQuickItem* place = textItem(fixture, words);
        drag.move(place->mapToScene({place->width() / 2, place->height() / 2}).toPoint());
        drag.drop(place->mapToScene({place->width() / 2, place->height() / 2}));
        QTRY_COMPARE(fixture.app().library()->models()->count(), 1);
        QVERIFY(fixture.app().library()->models()->models().first().path.startsWith(folder));
    }

    void aModelIsRenamedAndTakenOffInItsSheet() {
        WindowFixture fixture;
        QVERIFY(openModelSheet(fixture, model("one")));
        press(fixture, QStringLiteral("Rename"));
        for (const char letter : QByteArray("Mine"))
            QTest::keyClick(fixture.window(), letter);
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_COMPARE(fixture.app().library()->models()->models().first().label(), QStringLiteral("Mine"));
        press(fixture, QStringLiteral("Remove from the list"));
        QTRY_COMPARE(fixture.app().library()->models()->count(), 0);
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Undo")));
        press(fixture, QStringLiteral("Undo"));
        QTRY_COMPARE(fixture.app().library()->models()->count(), 1);
    }

    void aSettingOfOneModelIsChosenAndReset() {
        WindowFixture fixture;
        QVERIFY(openModelSheet(fixture, model("one")));
        press(fixture, QStringLiteral("Settings"), QStringLiteral("FilterChip"));
        ModelSettingsModel* fields = fixture.app().library()->settingsModel();
        QTRY_VERIFY(!fields->busy());
        const auto isField = [](QQuickItem* item) {
            return WindowFixture::accessibleName(item) == QStringLiteral("Temperature") &&
                   item->metaObject()->indexOfProperty("echoMode") >= 0;
        };
        QTRY_VERIFY(fixture.find(isField));
        QQuickItem* field = fixture.find(isField);
        field->forceActiveFocus(Qt::TabFocusReason);
        QVERIFY(QMetaObject::invokeMethod(field, "selectAll"));
        for (const char letter : QByteArray("0.3"))
            QTest::keyClick(fixture.window(), letter);
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_VERIFY(fields->anyChosen());
        QCOMPARE(fixture.app().library()->models()->models().first().settings.temperature,
                 std::optional(0.3));
        press(fixture, QStringLiteral("Reset Temperature to recommended"));
        QTRY_VERIFY(!fields->anyChosen());
    }

    void theSettingsOfADenseModelDoNotAskWhereItsExpertsAre() {
        WindowFixture fixture;
        QVERIFY(openModelSheet(fixture, model("one")));
        press(fixture, QStringLiteral("Settings"), QStringLiteral("FilterChip"));
        QTRY_VERIFY(!fixture.app().library()->settingsModel()->busy());
        QTRY_VERIFY(textShown(fixture, QStringLiteral("Layers on the graphics processor")));
        QVERIFY(!textShown(fixture, QStringLiteral("Layers with experts on the processor")));
    }

private:
    QUrl model(const char* name) const {
        const QString path = m_folder->filePath(QString::fromLatin1(name) + QStringLiteral(".gguf"));
        tinyModel("qwen2").set("general.name", std::string(name)).save(path.toStdU16String());
        return QUrl::fromLocalFile(path);
    }
    QUrl notAModel() const {
        QFile file(m_folder->filePath(QStringLiteral("picture.zip")));
        if (file.open(QIODevice::WriteOnly)) file.write("PK\3\4");
        return QUrl::fromLocalFile(file.fileName());
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

PONDER_TEST(LibraryPageTest)
#include "library_page_test.moc"
