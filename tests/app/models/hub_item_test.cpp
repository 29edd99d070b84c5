// Names of repositories, addresses of the hub, its answers, and what one downloads as one thing.
#include "app/models/hub_access.h"
#include "app/models/hub_item.h"
#include "tests/support/test_class.h"

#include <QNetworkProxyQuery>
#include <QTest>

using namespace ponder;

namespace {

HubName named(const char* id) { return *HubName::parse(QString::fromLatin1(id)); }

QByteArray infoOf(const QList<std::pair<QString, qint64>>& files) {
    QByteArray siblings;
    for (const auto& [path, bytes] : files)
        siblings += (siblings.isEmpty() ? "" : ",") + QByteArray("{\"rfilename\":\"") + path.toUtf8() +
                    "\",\"size\":" + QByteArray::number(bytes) + ",\"lfs\":{\"sha256\":\"" +
                    QByteArray(64, 'a') + "\",\"size\":" + QByteArray::number(bytes) +
                    ",\"pointerSize\":134}}";
    return "{\"id\":\"o/n\",\"sha\":\"" + QByteArray(40, 'b') +
           "\",\"gated\":\"auto\",\"cardData\":{\"license\":\"mit\"},\"siblings\":[" + siblings + "]}";
}

QList<HubItem> itemsOf(const QList<std::pair<QString, qint64>>& files) {
    return groupHubFiles(*parseRepository(named("o/n"), infoOf(files)));
}

QStringList labelsOf(const QList<HubItem>& items) {
    QStringList out;
    for (const HubItem& item : items)
        out << item.label;
    return out;
}

QNetworkProxy proxyFor(const QString& setting, const QString& address) {
    return HubProxy::parse(setting)->proxiesFor(QNetworkProxyQuery(QUrl(address))).first();
}

} // namespace

class HubItemTest : public QObject {
    Q_OBJECT
private slots:
    void aNameIsReadAsPeopleWriteIt_data();
    void aNameIsReadAsPeopleWriteIt();
    void aNameThatCouldLeaveItsFolderIsRefused_data();
    void aNameThatCouldLeaveItsFolderIsRefused();
    void theEndpointMayBeAMirrorWithAPathAndASlash();
    void theEnvironmentNamesTheHubWhereTheSettingsDoNot();
    void anAddressThatIsNoHubIsRefused();
    void theTokenGoesToTheEndpointOnly();
    void specialCharactersOfAFileSurviveInItsAddress();
    void theProxyIsTheOneSetElseTheEnvironments();
    void aRepositorysCommitTermsSizesAndChecksumsAreRead();
    void filesThatWouldLeaveTheFolderAreLeftOutAndCounted();
    void anAnswerThatIsNoListIsAnError();
    void quantizationsAreGroupedWithTheirPartsAndSizes();
    void aSetWithAMissingPartSaysSo();
    void safetensorsComeAsOneFolderWithWhatBelongsToThem();
    void anAdapterIsToldFromAModel();
    void aQuantizationIsFoundInAName_data();
    void aQuantizationIsFoundInAName();
    void aThingIsChosenByQuantizationFileOrSetName();
    void anUnknownQuantizationNamesTheClosest();
};

void HubItemTest::aNameIsReadAsPeopleWriteIt_data() {
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("id");
    QTest::addColumn<QString>("revision");
    QTest::addColumn<QString>("wanted");
    QTest::newRow("plain") << " Qwen/Qwen2.5-1.5B "
                           << "Qwen/Qwen2.5-1.5B"
                           << ""
                           << "";
    QTest::newRow("revision") << "a/b@v1.0"
                              << "a/b"
                              << "v1.0"
                              << "";
    QTest::newRow("quantization") << "hf.co/a/b:Q4_K_M"
                                  << "a/b"
                                  << ""
                                  << "Q4_K_M";
    QTest::newRow("page") << "https://huggingface.co/a/b"
                          << "a/b"
                          << ""
                          << "";
    QTest::newRow("folder's page") << "https://mirror.example/a/b/tree/main"
                                   << "a/b"
                                   << "main"
                                   << "";
    QTest::newRow("file's page") << "https://huggingface.co/a/b/blob/main/sub/c.gguf"
                                 << "a/b"
                                 << "main"
                                 << "sub/c.gguf";
    QTest::newRow("file's address") << "https://huggingface.co/a/b/resolve/main/c.gguf?download=true"
                                    << "a/b"
                                    << "main"
                                    << "c.gguf";
}

void HubItemTest::aNameIsReadAsPeopleWriteIt() {
    QFETCH(QString, typed);
    const auto name = HubName::parse(typed);
    QVERIFY(name);
    QTEST(name->id(), "id");
    QTEST(name->revision, "revision");
    QTEST(name->wanted, "wanted");
}

void HubItemTest::aNameThatCouldLeaveItsFolderIsRefused_data() {
    QTest::addColumn<QString>("typed");
    for (const char* typed : {"", "gpt2", "../..", "a/..", "a/b..c", "a/b@../x", ".hidden/x", "a/b c",
                              "a/b?x=1", "a/b@x//y", "https://huggingface.co/", "a\\b/c"})
        QTest::newRow(typed) << QString::fromLatin1(typed);
}

void HubItemTest::aNameThatCouldLeaveItsFolderIsRefused() {
    QFETCH(QString, typed);
    QVERIFY(!HubName::parse(typed));
}

void HubItemTest::theEndpointMayBeAMirrorWithAPathAndASlash() {
    for (const char* text : {"hub.example.org/mirror", "https://hub.example.org/mirror//",
                             " https://hub.example.org/mirror/?a#b"}) {
        const auto endpoint = HubEndpoint::parse(QString::fromLatin1(text));
        QVERIFY(endpoint);
        QCOMPARE(endpoint->modelInfo(named("a/b")).toString(),
                 QStringLiteral("https://hub.example.org/mirror/api/models/a/b?blobs=true"));
        QCOMPARE(endpoint->modelInfo(named("a/b@v1")).toString(),
                 QStringLiteral("https://hub.example.org/mirror/api/models/a/b/revision/v1?blobs=true"));
        QCOMPARE(endpoint->file(named("a/b"), QStringLiteral("main"), QStringLiteral("c/d.gguf")).toString(),
                 QStringLiteral("https://hub.example.org/mirror/a/b/resolve/main/c/d.gguf"));
    }
}

void HubItemTest::theEnvironmentNamesTheHubWhereTheSettingsDoNot() {
    qputenv("HF_ENDPOINT", "https://from.environment/");
    QCOMPARE(HubEndpoint::choose({})->text(), QStringLiteral("https://from.environment"));
    QCOMPARE(HubEndpoint::choose(QStringLiteral("https://from.setting"))->text(),
             QStringLiteral("https://from.setting"));
    qunsetenv("HF_ENDPOINT");
    QCOMPARE(HubEndpoint::choose({})->text(), QStringLiteral("https://huggingface.co"));
}

void HubItemTest::anAddressThatIsNoHubIsRefused() {
    for (const char* text :
         {"ftp://hub.example", "file:///etc", "https://", "https://user:word@hub.example", "a b"})
        QVERIFY2(!HubEndpoint::parse(QString::fromLatin1(text)), text);
}

void HubItemTest::theTokenGoesToTheEndpointOnly() {
    HubAccess access{
        *HubEndpoint::parse(QStringLiteral("https://hub.example")), QStringLiteral("hf_secret"), {}};
    QVERIFY(access.mayCarryToken(QUrl(QStringLiteral("https://hub.example/api"))));
    QVERIFY(access.mayCarryToken(QUrl(QStringLiteral("https://hub.example:443/api"))));
    for (const char* other : {"https://cdn.example/x", "http://hub.example/x", "https://hub.example:444/x",
                              "https://hub.example.evil/x", "https://evil.hub.example/x"}) {
        QVERIFY2(!access.mayCarryToken(QUrl(QString::fromLatin1(other))), other);
        QVERIFY(!access.request(QUrl(QString::fromLatin1(other))).hasRawHeader("Authorization"));
    }
    // Not in the clear over a network either.
    access.endpoint = *HubEndpoint::parse(QStringLiteral("http://hub.example"));
    QVERIFY(!access.mayCarryToken(QUrl(QStringLiteral("http://hub.example/api"))));
}

void HubItemTest::specialCharactersOfAFileSurviveInItsAddress() {
    const auto endpoint = HubEndpoint::parse(QStringLiteral("https://hub.example"));
    const QString path = QString::fromUtf8("a b/50% 模型#1.gguf");
    const QUrl url = endpoint->file(named("a/b"), QStringLiteral("main"), path);
    QCOMPARE(url.path(QUrl::FullyDecoded), QStringLiteral("/a/b/resolve/main/") + path);
    QVERIFY(!url.hasQuery() && !url.hasFragment());
    QVERIFY(url.toEncoded().contains("50%25%20"));
}

void HubItemTest::theProxyIsTheOneSetElseTheEnvironments() {
    const QNetworkProxy set = proxyFor(QStringLiteral("socks5://me:p%40ss@proxy.example:1081"),
                                       QStringLiteral("https://hub.example"));
    QCOMPARE(set.type(), QNetworkProxy::Socks5Proxy);
    QCOMPARE(set.hostName(), QStringLiteral("proxy.example"));
    QCOMPARE(set.port(), quint16(1081));
    QCOMPARE(set.user(), QStringLiteral("me"));
    QCOMPARE(set.password(), QStringLiteral("p@ss"));
    QCOMPARE(proxyFor(QStringLiteral("none"), QStringLiteral("https://hub.example")).type(),
             QNetworkProxy::NoProxy);
    QVERIFY(!HubProxy::parse(QStringLiteral("ftp://proxy.example")));
    const auto refused = HubProxy::parse(QStringLiteral("ftp://me:secret@proxy.example"));
    QVERIFY(!QString::fromStdString(refused.error().message()).contains(QLatin1String("secret")));

    qputenv("https_proxy", "http://env.example:3128");
    qputenv("NO_PROXY", "intern.example,.other.example");
    QCOMPARE(proxyFor({}, QStringLiteral("https://hub.example")).hostName(), QStringLiteral("env.example"));
    for (const char* excepted :
         {"https://intern.example", "https://a.other.example", "https://127.0.0.1", "https://localhost"})
        QCOMPARE(proxyFor({}, QString::fromLatin1(excepted)).type(), QNetworkProxy::NoProxy);
    qunsetenv("https_proxy");
    qunsetenv("NO_PROXY");
}

void HubItemTest::aRepositorysCommitTermsSizesAndChecksumsAreRead() {
    const auto repository = parseRepository(named("o/n"), infoOf({{QStringLiteral("m.gguf"), 5000000000}}));
    QVERIFY(repository);
    QCOMPARE(repository->commit, QString(40, u'b'));
    QVERIFY(repository->gated);
    QCOMPARE(repository->licence, QStringLiteral("mit"));
    QCOMPARE(repository->files.size(), 1);
    QCOMPARE(repository->files[0].bytes, 5000000000);
    QCOMPARE(repository->files[0].sha256, QString(64, u'a'));
}

void HubItemTest::filesThatWouldLeaveTheFolderAreLeftOutAndCounted() {
    const auto repository = parseRepository(named("o/n"), infoOf({{QStringLiteral("../../.bashrc"), 1},
                                                                  {QStringLiteral("/etc/passwd"), 1},
                                                                  {QStringLiteral("a/../../b"), 1},
                                                                  {QStringLiteral("a//b"), 1},
                                                                  {QStringLiteral("c:/x"), 1},
                                                                  {QStringLiteral("a\\\\b"), 1},
                                                                  {QStringLiteral("fine/m.gguf"), 1}}));
    QVERIFY(repository);
    QCOMPARE(repository->files.size(), 1);
    QCOMPARE(repository->refusedFiles, 6);
}

void HubItemTest::anAnswerThatIsNoListIsAnError() {
    for (const char* text : {"", "[]", "{}", "<html>", "{\"siblings\":3}"}) {
        const auto repository = parseRepository(named("o/n"), text);
        QVERIFY(!repository);
        QCOMPARE(repository.error().code, ErrorCode::DownloadDamaged);
    }
    HubRepository repository;
    QVERIFY(!parseTreePage("{}", repository));
    QVERIFY(!parseSearch("{}"));
}

void HubItemTest::quantizationsAreGroupedWithTheirPartsAndSizes() {
    const QList<HubItem> items = itemsOf({{QStringLiteral("README.md"), 10},
                                          {QStringLiteral("m-Q8_0.gguf"), 900},
                                          {QStringLiteral("Q6_K/m-Q6_K-00002-of-00002.gguf"), 300},
                                          {QStringLiteral("Q6_K/m-Q6_K-00001-of-00002.gguf"), 400},
                                          {QStringLiteral("m-Q4_K_M.gguf"), 500}});
    QCOMPARE(labelsOf(items),
             QStringList({QStringLiteral("Q4_K_M"), QStringLiteral("Q6_K"), QStringLiteral("Q8_0")}));
    QCOMPARE(items[1].bytes, 700);
    QCOMPARE(items[1].files.size(), 2);
    QVERIFY(items[1].files[0].path.endsWith(QLatin1String("00001-of-00002.gguf")));
    QVERIFY(items[1].complete());
}

void HubItemTest::aSetWithAMissingPartSaysSo() {
    const QList<HubItem> items = itemsOf({{QStringLiteral("m-Q6_K-00001-of-00003.gguf"), 400},
                                          {QStringLiteral("m-Q6_K-00003-of-00003.gguf"), 400}});
    QCOMPARE(items.size(), 1);
    QCOMPARE(items[0].missingParts, 1);
    QVERIFY(!items[0].complete());
}

void HubItemTest::safetensorsComeAsOneFolderWithWhatBelongsToThem() {
    const QList<HubItem> items = itemsOf({{QStringLiteral("model-00001-of-00002.safetensors"), 400},
                                          {QStringLiteral("model-00002-of-00002.safetensors"), 400},
                                          {QStringLiteral("model.safetensors.index.json"), 1},
                                          {QStringLiteral("config.json"), 1},
                                          {QStringLiteral("tokenizer.json"), 1},
                                          {QStringLiteral("tokenizer.model"), 1},
                                          {QStringLiteral("LICENSE"), 1},
                                          {QStringLiteral("README.md"), 1},
                                          {QStringLiteral("pytorch_model.bin"), 900},
                                          {QStringLiteral("figures/benchmark.jpg"), 7}});
    QCOMPARE(items.size(), 1);
    QCOMPARE(items[0].kind, HubItem::Kind::Safetensors);
    QCOMPARE(items[0].label, QStringLiteral("safetensors"));
    QCOMPARE(items[0].bytes, 806);
    QCOMPARE(items[0].files.size(), 8);
}

void HubItemTest::anAdapterIsToldFromAModel() {
    const QList<HubItem> items = itemsOf(
        {{QStringLiteral("adapter_config.json"), 1}, {QStringLiteral("adapter_model.safetensors"), 40}});
    QCOMPARE(items.size(), 1);
    QCOMPARE(items[0].kind, HubItem::Kind::Adapter);
}

void HubItemTest::aQuantizationIsFoundInAName_data() {
    QTest::addColumn<QString>("found");
    const auto row = [](const char* name, const char* found) {
        QTest::newRow(name) << QString::fromLatin1(found);
    };
    row("model-Q4_K_M.gguf", "Q4_K_M");
    row("model.q8_0.gguf", "Q8_0");
    row("model-fp16.gguf", "F16");
    row("model-BF16-00001-of-00002.gguf", "BF16");
    row("m-UD-Q4_K_XL.gguf", "UD-Q4_K_XL");
    row("m-IQ2_XXS.gguf", "IQ2_XXS");
    row("m-MXFP4_MOE.gguf", "MXFP4_MOE");
    row("m-mxfp4.gguf", "MXFP4");
    row("m-NVFP4.gguf", "NVFP4");
    row("m-IQ1_M.gguf", "IQ1_M");
    row("m.Q6_K.gguf", "Q6_K");
    row("Q5-model.gguf", "");
    row("model.gguf", "");
}

void HubItemTest::aQuantizationIsFoundInAName() {
    QTEST(quantizationInName(QString::fromLatin1(QTest::currentDataTag())), "found");
}

void HubItemTest::aThingIsChosenByQuantizationFileOrSetName() {
    const QList<HubItem> items = itemsOf({{QStringLiteral("m-Q6_K-00001-of-00002.gguf"), 400},
                                          {QStringLiteral("m-Q6_K-00002-of-00002.gguf"), 400},
                                          {QStringLiteral("m-Q4_K_M.gguf"), 500}});
    for (const char* wanted : {"q6_k", "Q6_K", "m-Q6_K", "m-Q6_K-00002-of-00002.gguf"}) {
        const auto item = chooseHubItem(items, QString::fromLatin1(wanted));
        QVERIFY2(item, wanted);
        QCOMPARE(item->files.size(), 2);
    }
}

void HubItemTest::anUnknownQuantizationNamesTheClosest() {
    const auto item =
        chooseHubItem(itemsOf({{QStringLiteral("m-Q8_0.gguf"), 1}, {QStringLiteral("m-Q4_K_M.gguf"), 2}}),
                      QStringLiteral("Q4_K_S"));
    QVERIFY(!item);
    QCOMPARE(item.error().code, ErrorCode::NotOnHub);
    QCOMPARE(item.error().detail.english(), std::string("the closest names there are Q4_K_M, Q8_0"));
}

PONDER_TEST(HubItemTest)
#include "hub_item_test.moc"
