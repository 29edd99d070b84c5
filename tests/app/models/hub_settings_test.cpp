// What the window sees of the hub: settings with secrets, the test of the connection, a repository's list.
#include "app/models/hub_browser.h"
#include "app/models/hub_settings.h"
#include "tests/support/hub_server.h"
#include "tests/support/test_class.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace ponder;
using namespace ponder::test;

namespace {

HubPatience quick() { return {.stallMs = 1000, .firstWaitMs = 10, .longestWaitMs = 40, .attempts = 2}; }

struct Scene {
    HubServer server;
    QTemporaryDir folder;
    Store store{folder.path()};
    Settings settings{store};
    MemoryTokenStore tokens;
};

} // namespace

class HubSettingsTest : public QObject {
    Q_OBJECT
private slots:
    void init() { qunsetenv("HF_TOKEN"); }
    void theTokenBelongsToOneHubAndNoOtherGetsIt();
    void theTokenComesBackFromTheKeyringAfterARestart();
    void theKeyringIsNotAskedWhereNothingWasEverPutIn();
    void theProxysPasswordIsNotInTheSettings();
    void theEnvironmentsTokenCountsWhereNoneWasEntered();
    void whatCannotBeUsedIsSaid();
    void theConnectionCanBeTested();
    void memoryThatIsNoKeyringSaysSo();
    void aRepositoryIsBrowsedAndAQuantizationDownloaded();
    void aNameThatIsWrongIsAnErrorBeforeAnythingIsAsked();
};

void HubSettingsTest::theTokenBelongsToOneHubAndNoOtherGetsIt() {
    Scene scene;
    HubSettings hub(scene.settings, scene.tokens, quick());
    hub.setEndpoint(QStringLiteral("https://first.example"));
    hub.setToken(QStringLiteral(" hf_secret "));
    QVERIFY(hub.tokenSet());
    QCOMPARE(hub.access()->token, QStringLiteral("hf_secret"));
    hub.setEndpoint(QStringLiteral("https://mirror.example"));
    QVERIFY(!hub.tokenSet());
    QCOMPARE(hub.access()->token, QString());
    hub.setEndpoint(QStringLiteral("https://first.example"));
    QCOMPARE(hub.access()->token, QStringLiteral("hf_secret"));
    hub.setToken({});
    QVERIFY(!hub.tokenSet());
}

void HubSettingsTest::theTokenComesBackFromTheKeyringAfterARestart() {
    Scene scene;
    { HubSettings(scene.settings, scene.tokens, quick()).setToken(QStringLiteral("hf_secret")); }
    const HubSettings again(scene.settings, scene.tokens, quick());
    QVERIFY(again.tokenSet());
    for (const QString& value : scene.store.settings())
        QVERIFY(!value.contains(QLatin1String("hf_secret")));
}

void HubSettingsTest::theKeyringIsNotAskedWhereNothingWasEverPutIn() {
    struct Counting : MemoryTokenStore {
        void read(const QString& name, ReadDone done) override {
            ++asked;
            MemoryTokenStore::read(name, std::move(done));
        }
        int asked = 0;
    } tokens;
    Scene scene;
    HubSettings hub(scene.settings, tokens, quick());
    QCOMPARE(tokens.asked, 0);
    hub.setToken(QStringLiteral("hf_secret"));
    const HubSettings again(scene.settings, tokens, quick());
    QCOMPARE(tokens.asked, 1);
}

void HubSettingsTest::theProxysPasswordIsNotInTheSettings() {
    Scene scene;
    HubSettings hub(scene.settings, scene.tokens, quick());
    hub.setProxy(QStringLiteral("http://me:p%40ss@proxy.example:3128"));
    QCOMPARE(hub.proxy(), QStringLiteral("http://me@proxy.example:3128"));
    QVERIFY(hub.proxyPasswordSet());
    const QNetworkProxy proxy =
        hub.access()
            ->proxy.proxiesFor(QNetworkProxyQuery(QUrl(QStringLiteral("https://hub.example"))))
            .first();
    QCOMPARE(proxy.password(), QStringLiteral("p@ss"));
    QCOMPARE(proxy.user(), QStringLiteral("me"));
    for (const QString& value : scene.store.settings())
        QVERIFY(!value.contains(QLatin1String("ss@")));
}

void HubSettingsTest::theEnvironmentsTokenCountsWhereNoneWasEntered() {
    Scene scene;
    qputenv("HF_TOKEN", "hf_environment");
    HubSettings hub(scene.settings, scene.tokens, quick());
    QVERIFY(hub.tokenSet() && hub.tokenFromEnvironment());
    QCOMPARE(hub.access()->token, QStringLiteral("hf_environment"));
    hub.setToken(QStringLiteral("hf_entered"));
    QVERIFY(!hub.tokenFromEnvironment());
    QCOMPARE(hub.access()->token, QStringLiteral("hf_entered"));
}

void HubSettingsTest::whatCannotBeUsedIsSaid() {
    Scene scene;
    HubSettings hub(scene.settings, scene.tokens, quick());
    QCOMPARE(hub.errorText(), QString());
    hub.setEndpoint(QStringLiteral("ftp://hub.example"));
    QVERIFY(hub.errorText().contains(QLatin1String("https://hub.example.org")));
    hub.test();
    QCOMPARE(hub.testState(), QStringLiteral("failed"));
}

void HubSettingsTest::theConnectionCanBeTested() {
    Scene scene;
    HubSettings hub(scene.settings, scene.tokens, quick());
    hub.setEndpoint(scene.server.address());
    hub.setProxy(QStringLiteral("none"));
    hub.test();
    QCOMPARE(hub.testState(), QStringLiteral("running"));
    QTRY_COMPARE(hub.testState(), QStringLiteral("ok"));
    QCOMPARE(hub.testText(), scene.server.address() + QStringLiteral(" answers."));
    hub.setToken(QStringLiteral("hf_good"));
    QCOMPARE(hub.testState(), QString());
    hub.test();
    QTRY_COMPARE(hub.testState(), QStringLiteral("ok"));
    QVERIFY(hub.testText().contains(QLatin1String("tester")));
    hub.setToken(QStringLiteral("hf_wrong"));
    hub.test();
    QTRY_COMPARE(hub.testState(), QStringLiteral("failed"));
    QVERIFY(!hub.testText().contains(QLatin1String("hf_wrong")));
}

void HubSettingsTest::memoryThatIsNoKeyringSaysSo() {
    Scene scene;
    const HubSettings hub(scene.settings, scene.tokens, quick());
    QVERIFY(!hub.secretsKept());
}

void HubSettingsTest::aRepositoryIsBrowsedAndAQuantizationDownloaded() {
    Scene scene;
    const QByteArray bytes = HubServer::randomBytes(50000);
    scene.server.addRepository(
        QStringLiteral("maker/model-GGUF"),
        {{QStringLiteral("m-Q4_K_M.gguf"), bytes}, {QStringLiteral("m-Q6_K-00001-of-00002.gguf"), bytes}});
    HubSettings hub(scene.settings, scene.tokens, quick());
    hub.setEndpoint(scene.server.address());
    hub.setProxy(QStringLiteral("none"));
    DownloadQueue queue({}, [&] { return hub.access(); });
    HubBrowser browser(
        queue, [&] { return hub.access(); }, [&] { return scene.folder.filePath(QStringLiteral("m")); },
        quick());
    QCOMPARE(browser.state(), QStringLiteral("none"));
    browser.browse(QStringLiteral("maker/model-GGUF:q4_k_m"));
    QCOMPARE(browser.state(), QStringLiteral("loading"));
    QTRY_COMPARE(browser.state(), QStringLiteral("ready"));
    QCOMPARE(browser.count(), 2);
    const int wanted = browser.index(0).data(HubBrowser::WantedRole).toBool() ? 0 : 1;
    QCOMPARE(browser.index(wanted).data(HubBrowser::LabelRole).toString(), QStringLiteral("Q4_K_M"));
    QCOMPARE(browser.index(wanted).data(HubBrowser::SizeTextRole).toString(), QStringLiteral("50 kB"));
    QCOMPARE(browser.page(), scene.server.address() + QStringLiteral("/maker/model-GGUF"));
    QVERIFY(!browser.download(1 - wanted)); // a part of it is missing on the hub
    QVERIFY(browser.download(wanted));
    QTRY_COMPARE(queue.entries()[0].step, DownloadStep::Done);
    QFile file(scene.folder.filePath(QStringLiteral("m/maker/model-GGUF/m-Q4_K_M.gguf")));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), bytes);
    browser.browse(QStringLiteral("maker/nothing"));
    QTRY_COMPARE(browser.state(), QStringLiteral("failed"));
    QVERIFY(!browser.errorText().isEmpty());
    QCOMPARE(browser.count(), 0);
}

void HubSettingsTest::aNameThatIsWrongIsAnErrorBeforeAnythingIsAsked() {
    Scene scene;
    DownloadQueue queue({}, [&] { return HubAccess::choose(scene.server.address(), {}, {}); });
    HubBrowser browser(
        queue, [&] { return HubAccess::choose(scene.server.address(), {}, {}); }, [] { return QString(); });
    browser.browse(QStringLiteral("../.."));
    QCOMPARE(browser.state(), QStringLiteral("failed"));
    QVERIFY(browser.errorText().contains(QLatin1String("OWNER/NAME")));
    QCOMPARE(scene.server.requests().size(), 0);
}

PONDER_TEST(HubSettingsTest)
#include "hub_settings_test.moc"
