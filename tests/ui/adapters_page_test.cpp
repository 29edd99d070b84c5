// The adapters of a model in its sheet: weighted, switched, moved, taken off, refused, merged.
#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"
#include "tests/support/window_hands.h"

using namespace ponder;
using namespace ponder::test;

namespace {

QString adapter(const char* name) { return QString::fromStdString((dataDir() / "lora" / name).string()); }

} // namespace

class AdaptersPageTest : public QObject {
    Q_OBJECT
private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        qputenv("PONDER_MODELS_DIR", m_folder->filePath(QStringLiteral("models")).toUtf8());
    }

    void theKeyboardChangesTheStrengthOfAnAdapter() {
        WindowFixture fixture;
        QVERIFY(openAdapters(fixture, {"style.gguf"}));
        QQuickItem* slider = fixture.byAccessibleName(QStringLiteral("Strength of style"));
        QVERIFY(slider);
        slider->forceActiveFocus(Qt::TabFocusReason);
        QTest::keyClick(fixture.window(), Qt::Key_Left);
        QTest::keyClick(fixture.window(), Qt::Key_Left);
        QTRY_COMPARE(kept(fixture).first().strength, 0.9);
        QVERIFY(textShown(fixture, QStringLiteral("0.90")));
    }

    void anAdapterIsSwitchedOffAndOn() {
        WindowFixture fixture;
        QVERIFY(openAdapters(fixture, {"style.gguf"}));
        QQuickItem* control = fixture.byAccessibleName(QStringLiteral("Apply style"));
        QVERIFY(control);
        control->forceActiveFocus(Qt::TabFocusReason);
        QTest::keyClick(fixture.window(), Qt::Key_Space);
        QTRY_VERIFY(!kept(fixture).first().applied);
        QVERIFY(!fixture.byAccessibleName(QStringLiteral("Strength of style"))->isEnabled());
        QVERIFY(!button(fixture, QStringLiteral("Merge into a new file…"))->isEnabled());
        QTest::keyClick(fixture.window(), Qt::Key_Space);
        QTRY_VERIFY(kept(fixture).first().applied);
    }

    void adaptersChangePlacesAndAreTakenOff() {
        WindowFixture fixture;
        QVERIFY(openAdapters(fixture, {"style.gguf", "style-peft"}));
        press(fixture, QStringLiteral("Move style-peft up"));
        QTRY_COMPARE(kept(fixture).first().path, adapter("style-peft"));
        // And back with the keyboard.
        fixture.byAccessibleName(QStringLiteral("Strength of style-peft"))
            ->forceActiveFocus(Qt::TabFocusReason);
        QTest::keyClick(fixture.window(), Qt::Key_Down, Qt::AltModifier);
        QTRY_COMPARE(kept(fixture).first().path, adapter("style.gguf"));
        press(fixture, QStringLiteral("Take style off"));
        QTRY_COMPARE(kept(fixture).size(), 1);
        QCOMPARE(kept(fixture).first().path, adapter("style-peft"));
    }

    void oneOfAnotherModelIsRefusedInTheSheet() {
        WindowFixture fixture;
        QVERIFY(openAdapters(fixture, {}));
        fixture.app().library()->adapters()->add(QStringLiteral("/adapters/fail.gguf"));
        QTRY_VERIFY(wordsShown(fixture, QStringLiteral("it is for llama models, and this is a qwen2 model")));
        QVERIFY(kept(fixture).isEmpty());
        press(fixture, QStringLiteral("Close"), QStringLiteral("IconButton"));
    }

    void aDroppedAdapterOpensTheSheetOfTheLoadedModel() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        Drag drag(fixture, {QUrl::fromLocalFile(adapter("style.gguf"))});
        QTRY_VERIFY(textShown(fixture, QStringLiteral("Drop to add 1 model")));
        drag.drop();
        QTRY_VERIFY(textShown(fixture, QStringLiteral("Adapters of DeepSeek-R1-Distill-Qwen-7B")));
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Strength of style")));
        QCOMPARE(fixture.app().library()->modelSettings().adapters.size(), 1);
    }

    void aLongListOfAdaptersScrollsInItsSheet() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded() && fixture.openModel());
        const QString id = fixture.app().library()->models()->models().first().id;
        ModelSettings many;
        for (int i = 0; i < 20; ++i)
            many.adapters << ModelAdapter{QStringLiteral("/adapters/%1.gguf").arg(i)};
        fixture.app().library()->models()->setSettings(id, many);
        emit fixture.app().library()->importer()->adapterAsked({});
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Strength of 19")));
        QQuickItem* last = fixture.byAccessibleName(QStringLiteral("Strength of 19"));
        const auto bottom = [&] { return last->mapToScene({0, last->height()}).y(); };
        QTRY_VERIFY(bottom() > fixture.window()->height());
        last->forceActiveFocus(Qt::TabFocusReason);
        QTRY_VERIFY(bottom() < fixture.window()->height());
    }

    void aChangeWhileAReplyRunsHoldsFromTheNextOneOn() {
        FakeChatEngine::Options slow = WindowFixture::quickOptions();
        slow.tokensPerSecond = 20;
        WindowFixture fixture(slow);
        QVERIFY(fixture.loaded() && fixture.openModel());
        ModelLibrary* library = fixture.app().library();
        library->adapters()->open(library->models()->models().first().id);
        fixture.app().chat()->send(QStringLiteral("Why?"));
        QTRY_COMPARE(fixture.app().chat()->phase(), QStringLiteral("thinking"));
        Drag drag(fixture, {QUrl::fromLocalFile(adapter("style.gguf"))});
        QTRY_VERIFY(!library->preview()->busy());
        drag.drop();
        const QString words = QStringLiteral("This holds from the next reply on.");
        QTRY_VERIFY(textShown(fixture, words));
        QVERIFY(fixture.app().chat()->busy()); // the reply goes on
        QVERIFY(!library->reloadNeeded());
        fixture.app().chat()->stop();
        QTRY_VERIFY(!textShown(fixture, words));
        QCOMPARE(library->modelSettings().adapters.size(), 1);
    }

    void theAdaptersAreMergedIntoANewModelOfTheLibrary() {
        WindowFixture fixture;
        QVERIFY(openAdapters(fixture, {"style.gguf"}));
        const int before = fixture.app().library()->models()->count();
        press(fixture, QStringLiteral("Merge into a new file…"));
        QTRY_VERIFY(wordsShown(fixture, QStringLiteral("rounded anew")));
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("As it is (Q8_0), recommended")));
        // Smaller types stand before it.
        for (int i = 0; i < 20 && !button(fixture, QStringLiteral("Merge as Q4_K_M")); ++i)
            QTest::keyClick(fixture.window(), Qt::Key_Down);
        press(fixture, QStringLiteral("Merge as Q4_K_M"));
        ConversionJobs* jobs = fixture.app().conversions();
        QCOMPARE(jobs->count(), 1);
        QTRY_COMPARE(jobs->index(0).data(ConversionJobs::StateRole).toString(), QStringLiteral("done"));
        QCOMPARE(fixture.app().library()->models()->count(), before + 1);
        QVERIFY(wordsShown(fixture, QStringLiteral("The models page shows how far it is")));
        const QString path = jobs->index(0).data(ConversionJobs::PathRole).toString();
        QVERIFY2(path.endsWith(QStringLiteral(" + style-Q4_K_M.gguf")), qPrintable(path));
        QVERIFY(QFile::exists(path));
    }

private:
    // The sheet of the tiny reasoning model at its adapters.
    static bool openAdapters(WindowFixture& fixture, const QList<const char*>& names) {
        const auto path = dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf";
        if (!openModelSheet(fixture, QUrl::fromLocalFile(QString::fromStdString(path.string()))))
            return false;
        press(fixture, QStringLiteral("Adapters"), QStringLiteral("FilterChip"));
        AdapterModel* adapters = fixture.app().library()->adapters();
        for (const char* name : names) {
            const int before = adapters->count();
            adapters->add(adapter(name));
            if (!test::waitFor([&] { return adapters->count() > before; })) return false;
        }
        return test::waitFor([&] { return button(fixture, QStringLiteral("Add a file…")); });
    }
    static const QList<ModelAdapter>& kept(WindowFixture& fixture) {
        const LibraryModel* models = fixture.app().library()->models();
        return models->models().first().settings.adapters;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

PONDER_TEST(AdaptersPageTest)
#include "adapters_page_test.moc"
