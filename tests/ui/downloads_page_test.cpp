// Downloads in the window, from a hub on this machine: a repository by its name, the queue, what goes wrong.
#include "app/models/model_catalogue.h"
#include "tests/support/hub_folder.h"
#include "tests/support/test_class.h"
#include "tests/support/window_hands.h"

using namespace ponder;
using test::press;

namespace {

const QString kSmall = QStringLiteral("DeepSeek-R1-Distill-Qwen-7B");

} // namespace

class DownloadsPageTest : public QObject {
    Q_OBJECT
private slots:
    void init() {
        m_models = std::make_unique<QTemporaryDir>();
        m_hub = std::make_unique<test::HubServer>();
        m_hub->addRepository(QStringLiteral("maker/tiny-GGUF"),
                             {{QStringLiteral("tiny-Q4_K_M.gguf"), test::HubServer::randomBytes(600'000)},
                              {QStringLiteral("tiny-Q8_0.gguf"), test::HubServer::randomBytes(900'000, 2)}});
    }

    void aRepositoryIsLookedUpByItsNameAndOneOfItsFilesComes() {
        WindowFixture fixture;
        QVERIFY(openHub(fixture));
        type(fixture, "maker/tiny-GGUF");
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Download Q4_K_M")));
        QVERIFY(fixture.byAccessibleName(QStringLiteral("Download Q8_0")));
        QTest::keyClick(fixture.window(), Qt::Key_Down);
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_COMPARE(fixture.app().downloads()->count(), 1);
        QTRY_VERIFY(!fixture.byAccessibleName(QStringLiteral("Repository")));
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("maker/tiny-GGUF")));
        QTRY_COMPARE_WITH_TIMEOUT(step(fixture), QStringLiteral("done"), 20'000);
        press(fixture, QStringLiteral("Take maker/tiny-GGUF off this list"));
        QTRY_COMPARE(fixture.app().downloads()->count(), 0);
    }

    void aDownloadIsPausedResumedAndCancelledInItsRow() {
        m_hub->setTwist([](const test::HubServerRequest&, test::HubServerReply& reply) {
            if (reply.body.size() > 100'000) reply.bytesPerSecond = 50'000;
        });
        WindowFixture fixture;
        QVERIFY(openHub(fixture));
        type(fixture, "maker/tiny-GGUF:Q8_0");
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        press(fixture, QStringLiteral("Download Q8_0"));
        press(fixture, QStringLiteral("Pause: maker/tiny-GGUF"));
        QTRY_COMPARE(step(fixture), QStringLiteral("paused"));
        press(fixture, QStringLiteral("Resume: maker/tiny-GGUF"));
        QTRY_VERIFY(step(fixture) != QStringLiteral("paused"));
        press(fixture, QStringLiteral("Cancel: maker/tiny-GGUF"));
        QTRY_COMPARE(fixture.app().downloads()->count(), 0);
    }

    void aRepositoryThatIsNotThereIsSaidSoWithAWayToTryAgain() {
        WindowFixture fixture;
        QVERIFY(openHub(fixture));
        type(fixture, "maker/nothing");
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_COMPARE(fixture.app().hub()->state(), QStringLiteral("failed"));
        QTRY_VERIFY(fixture.byAccessibleName(fixture.app().hub()->errorText()));
        QVERIFY(fixture.byAccessibleName(QStringLiteral("Try again")));
    }

    void aRepositorySaysWhatEachFileTakesAndWhichPartsItLacks() {
        m_hub->addRepository(
            QStringLiteral("maker/set-GGUF"),
            {{QStringLiteral("set-F16-00001-of-00002.gguf"), test::HubServer::randomBytes(400'000)},
             {QStringLiteral("set-Q4_K_M.gguf"), test::HubServer::randomBytes(100'000)}});
        WindowFixture fixture;
        QVERIFY(openHub(fixture));
        type(fixture, "maker/set-GGUF");
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Download F16")));
        QVERIFY(!fixture.byAccessibleName(QStringLiteral("Download F16"))->isEnabled());
        QVERIFY(fixture.byAccessibleName(QStringLiteral("Download Q4_K_M"))->isEnabled());
        QVERIFY(looselyShown(fixture, QStringLiteral("100 kB")));
        QVERIFY(looselyShown(fixture, QStringLiteral("400 kB · 1 part is missing")));
    }

    void theDownloadButtonOfARowBringsTheModelUntilItCanBeTalkedTo() {
        offer(QStringLiteral("deepseek-r1-distill-qwen-7b"), QStringLiteral("Q6_K"));
        WindowFixture fixture;
        QVERIFY(openPage(fixture));
        choose(fixture, kSmall, QStringLiteral("Q6_K"));
        press(fixture, QStringLiteral("Download ") + kSmall);
        QVERIFY(!fixture.byAccessibleName(QStringLiteral("Download anyway"))); // it fits: nothing is asked
        QTRY_VERIFY_WITH_TIMEOUT(fixture.byAccessibleName(QStringLiteral("Chat with ") + kSmall), 20'000);
        QCOMPARE(rowOf(fixture, kSmall), 0);
        QCOMPARE(value(fixture, kSmall, FitListModel::TaskPhaseRole).toString(), QString());
        press(fixture, QStringLiteral("Chat with ") + kSmall);
        QTRY_COMPARE(fixture.app().library()->state(), QStringLiteral("ready"));
    }

    void aRowShowsHowFarItIsAndIsPausedAndTakenUpThere() {
        offer(QStringLiteral("deepseek-r1-distill-qwen-7b"), QStringLiteral("Q4_K_M"));
        slow();
        WindowFixture fixture;
        QVERIFY(openPage(fixture));
        choose(fixture, kSmall, QStringLiteral("Q4_K_M"));
        press(fixture, QStringLiteral("Download ") + kSmall);
        press(fixture, QStringLiteral("Pause: ") + kSmall);
        QTRY_COMPARE(step(fixture), QStringLiteral("paused"));
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Resume: ") + kSmall));
        QTRY_VERIFY(looselyShown(fixture, value(fixture, kSmall, FitListModel::TaskTextRole).toString()));
        press(fixture, QStringLiteral("Resume: ") + kSmall);
        QTRY_COMPARE(step(fixture), QStringLiteral("running"));
        QTRY_VERIFY(value(fixture, kSmall, FitListModel::TaskProgressRole).toDouble() > 0);
        // Another quantization of the same model is another thing.
        choose(fixture, kSmall, QStringLiteral("Q8_0"));
        QTRY_VERIFY(fixture.byAccessibleName(QStringLiteral("Download ") + kSmall));
    }

    void aFailedDownloadSaysWhyInItsRowAndIsTriedAgainThere() {
        WindowFixture fixture;
        QVERIFY(openPage(fixture)); // the hub does not have it yet
        choose(fixture, kSmall, QStringLiteral("Q4_K_M"));
        press(fixture, QStringLiteral("Download ") + kSmall);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.byAccessibleName(QStringLiteral("Try again: ") + kSmall), 20'000);
        const QString why = value(fixture, kSmall, FitListModel::TaskTextRole).toString();
        QVERIFY(!why.isEmpty() && looselyShown(fixture, why));
        offer(QStringLiteral("deepseek-r1-distill-qwen-7b"), QStringLiteral("Q4_K_M"));
        press(fixture, QStringLiteral("Try again: ") + kSmall);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.byAccessibleName(QStringLiteral("Chat with ") + kSmall), 20'000);
    }

    void whatDoesNotFitIsAskedAboutOnceAndComesInAllItsParts() {
        offer(QStringLiteral("deepseek-r1-distill-llama-70b"), QStringLiteral("F16"));
        const QString large = QStringLiteral("DeepSeek-R1-Distill-Llama-70B");
        WindowFixture fixture;
        QVERIFY(openPage(fixture));
        choose(fixture, large, QStringLiteral("F16"));
        press(fixture, QStringLiteral("Download ") + large);
        QTRY_VERIFY(looselyShown(fixture, value(fixture, large, FitListModel::WarningRole).toString()));
        QCOMPARE(fixture.app().downloads()->count(), 0);
        press(fixture, QStringLiteral("Cancel"));
        QTRY_VERIFY(!fixture.byAccessibleName(QStringLiteral("Download anyway")));
        press(fixture, QStringLiteral("Download ") + large);
        press(fixture, QStringLiteral("Download anyway"));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.byAccessibleName(QStringLiteral("Chat with ") + large), 20'000);
        QCOMPARE(m_hub->requestsOf(QStringLiteral("/unsloth/DeepSeek-R1-Distill-Llama-70B-GGUF/resolve")), 3);
    }

    void aModelWithoutAReadyMadeFileIsDownloadedAndConverted() {
        m_hub->addRepository(QStringLiteral("Hanversion/SunXiaochuan-V1-3B"), test::hubFilesOf("qwen2-bf16"));
        const QString tuned = QStringLiteral("SunXiaochuan-V1-3B");
        WindowFixture fixture;
        QVERIFY(openPage(fixture));
        choose(fixture, tuned, QStringLiteral("Q8_0"));
        press(fixture, QStringLiteral("Download and convert ") + tuned);
        QTRY_VERIFY(looselyShown(fixture, fixture.app().fetch()->diskText()));
        QVERIFY(fixture.app().fetch()->diskText().contains(QStringLiteral("500.0 GB")));
        press(fixture, QStringLiteral("Download and convert"));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.byAccessibleName(QStringLiteral("Chat with ") + tuned), 30'000);
        QCOMPARE(value(fixture, tuned, FitListModel::QuantizationRole).toString(), QStringLiteral("Q8_0"));
        QCOMPARE(fixture.app().conversions()->count(), 1);
    }

    void aFolderOfWeightsFromTheHubIsAskedAboutWhenItIsThere() {
        m_hub->addRepository(QStringLiteral("maker/weights"), test::hubFilesOf("qwen2-bf16"));
        WindowFixture fixture;
        QVERIFY(openHub(fixture));
        type(fixture, "maker/weights");
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        press(fixture, QStringLiteral("Download safetensors"));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.byAccessibleName(QStringLiteral("Convert weights")), 20'000);
    }

    void theAccessTokenIsTakenAndNotShownAgain() {
        WindowFixture fixture;
        QVERIFY(fixture.loaded());
        QTest::keyClick(fixture.window(), Qt::Key_Comma, Qt::ControlModifier);
        const auto isField = [](QQuickItem* item) {
            return WindowFixture::accessibleName(item) == QStringLiteral("Access token") &&
                   item->metaObject()->indexOfProperty("echoMode") >= 0;
        };
        QTRY_VERIFY(fixture.find(isField));
        QQuickItem* field = fixture.find(isField);
        field->forceActiveFocus(Qt::TabFocusReason);
        type(fixture, "hf_good");
        QTest::keyClick(fixture.window(), Qt::Key_Return);
        QTRY_VERIFY(fixture.app().hubSettings()->tokenSet());
        QCOMPARE(field->property("text").toString(), QString());
        press(fixture, QStringLiteral("Forget the access token"));
        QTRY_VERIFY(!fixture.app().hubSettings()->tokenSet());
    }

private:
    // A file of the catalogue, all its parts, with bytes of its own.
    void offer(const QString& id, const QString& quantization) {
        const CatalogueDownload* download = ModelCatalogue::builtIn().find(id)->download(quantization);
        QList<test::HubServer::File> files;
        for (const QString& file : download->files)
            files.append({file, test::HubServer::randomBytes(400'000, quint32(files.size()) + 7)});
        m_hub->addRepository(download->repository, files);
    }
    void slow() {
        m_hub->setTwist([](const test::HubServerRequest& request, test::HubServerReply& reply) {
            if (request.path.startsWith(u"/cdn")) reply.bytesPerSecond = 50'000;
        });
    }
    static int rowOf(WindowFixture& fixture, const QString& name) {
        FitListModel* fit = fixture.app().fit();
        for (int row = 0; row < fit->count(); ++row)
            if (fit->index(row).data(FitListModel::NameRole).toString() == name) return row;
        return -1;
    }
    static QVariant value(WindowFixture& fixture, const QString& name, FitListModel::Role role) {
        return fixture.app().fit()->index(rowOf(fixture, name)).data(role);
    }
    static void choose(WindowFixture& fixture, const QString& name, const QString& quantization) {
        fixture.app().fit()->chooseQuantization(rowOf(fixture, name), quantization);
    }
    // Numbers are shown with spaces that do not break.
    static bool looselyShown(WindowFixture& fixture, const QString& text) {
        return fixture.find([&](QQuickItem* item) {
            return item->property("text").toString().replace(QChar::Nbsp, u' ') == text;
        });
    }
    bool openPage(WindowFixture& fixture) {
        if (!fixture.loaded()) return false;
        fixture.app().hubSettings()->setEndpoint(m_hub->address());
        fixture.app().settings()->setModelsFolder(m_models->path());
        QTest::keyClick(fixture.window(), Qt::Key_M, Qt::ControlModifier);
        return test::waitFor(
            [&] { return fixture.app().fit()->count() > 0 && !fixture.app().fit()->busy(); });
    }
    bool openHub(WindowFixture& fixture) {
        if (!openPage(fixture)) return false;
        press(fixture, QStringLiteral("Browse models"));
        return test::waitFor([&] {
            QQuickItem* item = fixture.window()->activeFocusItem();
            return item && WindowFixture::accessibleName(item) == QStringLiteral("Repository");
        });
    }
    static void type(WindowFixture& fixture, const QByteArray& text) {
        for (const char letter : text)
            QTest::keyClick(fixture.window(), letter);
    }
    static QString step(WindowFixture& fixture) {
        return fixture.app().downloads()->index(0).data(DownloadModel::StepRole).toString();
    }

    std::unique_ptr<QTemporaryDir> m_models;
    std::unique_ptr<test::HubServer> m_hub;
};

PONDER_TEST(DownloadsPageTest)
#include "downloads_page_test.moc"
