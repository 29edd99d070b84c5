// Models of one's own in the window: dropped, added, renamed, set, removed, taken back.
#include "tests/support/tiny_model.h"
#include "tests/support/window_fixture.h"

#include <QDragEnterEvent>
#include <QFile>
#include <QMimeData>

using namespace ponder;

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
        QVERIFY(openSheet(fixture));
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
        QVERIFY(openSheet(fixture));
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

private:
    // Something that is dragged over the window from elsewhere.
    class Drag {
    public:
        Drag(WindowFixture& fixture, const QList<QUrl>& urls) : m_fixture(fixture) {
            m_mime.setUrls(urls);
            QDragEnterEvent enter(QPoint(600, 200), Qt::CopyAction, &m_mime, Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(fixture.window(), &enter);
        }
        void move(const QPoint& to) {
            QDragMoveEvent move(to, Qt::CopyAction, &m_mime, Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(m_fixture.window(), &move);
        }
        void drop(const QPointF& at) {
            QDropEvent drop(at, Qt::CopyAction, &m_mime, Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(m_fixture.window(), &drop);
        }

    private:
        WindowFixture& m_fixture;
        QMimeData m_mime;
    };

    QUrl model(const char* name) const {
        const QString path = m_folder->filePath(QString::fromLatin1(name) + QStringLiteral(".gguf"));
        test::tinyModel("qwen2").set("general.name", std::string(name)).save(path.toStdU16String());
        return QUrl::fromLocalFile(path);
    }
    QUrl notAModel() const {
        QFile file(m_folder->filePath(QStringLiteral("picture.zip")));
        if (file.open(QIODevice::WriteOnly)) file.write("PK\3\4");
        return QUrl::fromLocalFile(file.fileName());
    }
    bool openSheet(WindowFixture& fixture) {
        if (!fixture.loaded() || !fixture.app().library()->importer()->add(QList<QUrl>{model("one")}))
            return false;
        const LibraryModel* models = fixture.app().library()->models();
        if (!QTest::qWaitFor([&] { return models->count() == 1; })) return false;
        QTest::keyClick(fixture.window(), Qt::Key_M, Qt::ControlModifier);
        fixture.app().fit()->setFilter(QStringLiteral("here"));
        const FitListModel* fit = fixture.app().fit();
        if (!QTest::qWaitFor([&] { return fit->count() == 1 && !fit->busy(); })) return false;
        QTest::qWait(50); // the row takes the keyboard
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        return QTest::qWaitFor([&] { return fixture.byAccessibleName(QStringLiteral("Rename")) != nullptr; });
    }
    static QQuickItem* textItem(WindowFixture& fixture, const QString& text) {
        return fixture.find([&](QQuickItem* item) { return item->property("text").toString() == text; });
    }
    static bool textShown(WindowFixture& fixture, const QString& text) { return textItem(fixture, text); }
    static void press(WindowFixture& fixture, const QString& name, const QString& type = {}) {
        const auto isButton = [&](QQuickItem* item) {
            return WindowFixture::accessibleName(item) == name &&
                   item->metaObject()->indexOfMethod("activate()") >= 0 &&
                   QString::fromLatin1(item->metaObject()->className()).startsWith(type);
        };
        QTRY_VERIFY2(fixture.find(isButton), qPrintable(name));
        QVERIFY(QMetaObject::invokeMethod(fixture.find(isButton), "activate"));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_MAIN(LibraryPageTest)
#include "library_page_test.moc"
