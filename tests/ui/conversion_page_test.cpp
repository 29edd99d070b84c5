// Conversions in the window: a dropped folder, the question for its quantization, the rows of what goes on;
// and models of other programs.
#include "tests/support/model_folders.h"
#include "tests/support/ollama_folder.h"
#include "tests/support/test_class.h"
#include "tests/support/tiny_model.h"
#include "tests/support/window_hands.h"

using namespace ponder;
using namespace ponder::test;

namespace {

QString folder(const char* name) { return QString::fromStdString(modelFolder(name).string()); }

QString stateOf(WindowFixture& fixture, int row = 0) {
    ConversionJobs* jobs = fixture.app().conversions();
    return jobs->index(row).data(ConversionJobs::StateRole).toString();
}

} // namespace

class ConversionPageTest : public QObject {
    Q_OBJECT
private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        qputenv("PONDER_MODELS_DIR", m_folder->filePath(QStringLiteral("models")).toUtf8());
        qputenv("OLLAMA_MODELS", m_folder->filePath(QStringLiteral("ollama")).toUtf8());
    }

    void aFolderHeldOverTheWindowSaysWhatItWouldBecomeAndThatItFits() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        Drag drag(fixture, {QUrl::fromLocalFile(folder("qwen2-bf16"))});
        QTRY_VERIFY(textShown(fixture, QStringLiteral("Drop to add 1 model")));
        QTRY_VERIFY(wordsShown(fixture, QStringLiteral(" → Q8_0 ")));
        QVERIFY(textShown(fixture, QStringLiteral("Fits")));
        QVERIFY(wordsShown(fixture, QStringLiteral("as Q8_0: ")));
    }

    void aDroppedFolderIsAskedForItsQuantizationAndBecomesAModel() {
        WindowFixture fixture;
        QVERIFY(askFor(fixture, "qwen2-bf16"));
        QVERIFY(textShown(fixture, QStringLiteral("Convert qwen2-bf16")));
        QVERIFY(fixture.byAccessibleName(QStringLiteral("Q8_0, recommended")));
        QVERIFY(wordsShown(fixture, QStringLiteral("94 % quality")));
        QVERIFY(wordsShown(fixture, QStringLiteral("are free in the models folder.")));
        press(fixture, QStringLiteral("Convert to Q8_0"));
        QTRY_VERIFY(!textShown(fixture, QStringLiteral("Convert qwen2-bf16")));
        QTRY_COMPARE(stateOf(fixture), QStringLiteral("done"));
        // The page of models shows it, and its row goes.
        press(fixture, QStringLiteral("Take qwen2-bf16 off this list"));
        QCOMPARE(fixture.app().conversions()->count(), 0);
        QCOMPARE(fixture.app().library()->models()->count(), 1);
        QCOMPARE(fixture.app().library()->models()->models().first().source, ModelSource::Converted);
    }

    void theArrowsChooseAnotherQuantizationAndEnterBegins() {
        WindowFixture fixture;
        QVERIFY(askFor(fixture, "qwen2-bf16"));
        QTRY_COMPARE(focusName(fixture), QStringLiteral("Q8_0, recommended"));
        QTest::keyClick(fixture.window(), Qt::Key_Up);
        QTRY_COMPARE(focusName(fixture), QStringLiteral("Q6_K"));
        QVERIFY(button(fixture, QStringLiteral("Convert to Q6_K")));
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_COMPARE(stateOf(fixture), QStringLiteral("done"));
        QVERIFY(fixture.app()
                    .conversions()
                    ->index(0)
                    .data(ConversionJobs::DetailTextRole)
                    .toString()
                    .startsWith(QStringLiteral("Ready · Q6_K")));
    }

    void twoFoldersAreAskedForOneAfterTheOther() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        Drag drag(fixture, {QUrl::fromLocalFile(folder("qwen2-bf16")),
                            QUrl::fromLocalFile(folder("llama-f32-pieces"))});
        QTRY_VERIFY(textShown(fixture, QStringLiteral("Drop to add 2 models")));
        drag.drop();
        QTRY_VERIFY(textShown(fixture, QStringLiteral("Convert qwen2-bf16")));
        press(fixture, QStringLiteral("Convert to Q8_0"));
        QTRY_VERIFY(textShown(fixture, QStringLiteral("Convert llama-f32-pieces")));
        QTest::keyClick(fixture.window(), Qt::Key_Escape);
        QTRY_COMPARE(stateOf(fixture), QStringLiteral("done"));
        QCOMPARE(fixture.app().conversions()->count(), 1);
    }

    void aFolderThatCannotBeConvertedSaysSoInTheSheet() {
        const FolderCopy copy("qwen2-bf16");
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        std::filesystem::remove(copy.path() / "tokenizer.json");
        emit fixture.app().library()->importer()->conversionAsked(
            QString::fromStdString(copy.path().string()), QStringLiteral("broken"));
        QTRY_VERIFY(textShown(fixture, QStringLiteral("Convert broken")));
        QTRY_VERIFY(wordsShown(fixture, QStringLiteral("tokenizer.json")));
        QVERIFY(!button(fixture, QStringLiteral("Convert to Q8_0")));
    }

    void aConversionWaitsPausesGoesOnAndIsCancelledInItsRow() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        QTest::keyClick(fixture.window(), Qt::Key_M, Qt::ControlModifier);
        ConversionJobs* jobs = fixture.app().conversions();
        jobs->start(folder("llama-f16-sharded"), QStringLiteral("Q4_K_M"));
        jobs->start(folder("qwen2-bf16"), QStringLiteral("Q8_0"));
        jobs->pause(1);
        press(fixture, QStringLiteral("Resume: qwen2-bf16"));
        QTRY_COMPARE(stateOf(fixture, 1), QStringLiteral("done"));
        jobs->start(folder("llama-f16-sharded"), QStringLiteral("Q6_K"));
        jobs->start(folder("llama-f32-pieces"), QStringLiteral("F16")); // waits behind it
        jobs->pause(3);
        press(fixture, QStringLiteral("Cancel: llama-f32-pieces"));
        QTRY_COMPARE(jobs->count(), 3);
    }

    void aFailedConversionSaysWhyAndIsTriedAgain() {
        const FolderCopy copy("qwen2-bf16");
        const std::filesystem::path tokenizer = copy.path() / "tokenizer.json";
        std::filesystem::rename(tokenizer, copy.path() / "elsewhere");
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        QTest::keyClick(fixture.window(), Qt::Key_M, Qt::ControlModifier);
        fixture.app().conversions()->start(QString::fromStdString(copy.path().string()),
                                           QStringLiteral("Q8_0"));
        QTRY_COMPARE(stateOf(fixture), QStringLiteral("failed"));
        QTRY_VERIFY(wordsShown(fixture, QStringLiteral("tokenizer.json")));
        std::filesystem::rename(copy.path() / "elsewhere", tokenizer);
        press(fixture, QStringLiteral("Try again: model"));
        QTRY_COMPARE(stateOf(fixture), QStringLiteral("done"));
        QVERIFY(!wordsShown(fixture, QStringLiteral("tokenizer.json")));
    }

    void aModelOfAnotherProgramIsTakenIntoTheListWhereItIs() {
        const OllamaFolder ollama(m_folder->filePath(QStringLiteral("ollama")));
        const QString whole = m_folder->filePath(QStringLiteral("whole.gguf"));
        tinyModel("qwen2").set("general.name", std::string("tiny")).save(whole.toStdU16String());
        QFile file(whole);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString blob = ollama.blob('a', file.readAll());
        ollama.manifest(QStringLiteral("library/deepseek-r1/7b"), QStringLiteral("model=a"));
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        QTest::keyClick(fixture.window(), Qt::Key_M, Qt::ControlModifier);
        QTRY_VERIFY(fixture.app().library()->found()->offered() > 0);
        press(fixture, QStringLiteral("Show them"));
        QTRY_VERIFY(textShown(fixture, QStringLiteral("Found on this computer")));
        QTRY_VERIFY(wordsShown(fixture, QStringLiteral("Ollama")));
        const QString name =
            fixture.app().library()->found()->index(0).data(FoundModels::TitleRole).toString();
        press(fixture, QStringLiteral("Add ") + name);
        QTRY_COMPARE(fixture.app().library()->models()->count(), 1);
        QCOMPARE(fixture.app().library()->models()->models().first().path, blob);
        QTRY_VERIFY(button(fixture, name + QStringLiteral(" is in the list")));
        QVERIFY(QFile::exists(blob));
    }

private:
    // Drops a folder; its sheet is open with all choices.
    static bool askFor(WindowFixture& fixture, const char* name) {
        if (!fixture.loaded()) return false;
        Drag drag(fixture, {QUrl::fromLocalFile(folder(name))});
        if (!test::waitFor([&] { return !fixture.app().library()->preview()->busy(); })) return false;
        drag.drop();
        return test::waitFor([&] { return button(fixture, QStringLiteral("Convert to Q8_0")); });
    }
    static QString focusName(WindowFixture& fixture) {
        QQuickItem* item = fixture.window()->activeFocusItem();
        return item ? WindowFixture::accessibleName(item) : QString();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

PONDER_TEST(ConversionPageTest)
#include "conversion_page_test.moc"
