// What a manifest of Ollama names.
#include "engine/file/ollama_manifest.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

namespace {

std::string layer(const std::string& kind, const std::string& digest, const std::string& size = "5") {
    return R"({"mediaType": "application/vnd.ollama.image.)" + kind + R"(", "digest": ")" + digest +
           R"(", "size": )" + size + "}";
}

std::string digest(char digit) { return "sha256:" + std::string(64, digit); }

Result<OllamaManifest> parse(const std::string& layers) {
    return parseOllamaManifest(R"({"schemaVersion": 2, "layers": [)" + layers + "]}", "m:7b");
}

} // namespace

class OllamaManifestTest : public QObject {
    Q_OBJECT
private slots:
    void everyLayerIsFoundByWhatItHolds();
    void theFirstModelCounts();
    void layersOfOtherKindsAreLeftOut();
    void aDigestCannotNameAFileElsewhere_data();
    void aDigestCannotNameAFileElsewhere();
    void aManifestWithoutAModelSaysSo();
    void whatIsNoManifestIsAnError_data();
    void whatIsNoManifestIsAnError();
};

void OllamaManifestTest::everyLayerIsFoundByWhatItHolds() {
    const auto manifest =
        parse(layer("model", digest('a'), "4683073184") + "," + layer("license", digest('b')) + "," +
              layer("license", digest('c')) + "," + layer("template", digest('d')) + "," +
              layer("params", digest('e')) + "," + layer("system", digest('f')) + "," +
              layer("adapter", digest('0')) + "," + layer("projector", digest('1')));
    QVERIFY(manifest);
    QCOMPARE(manifest->model.blob, "sha256-" + std::string(64, 'a'));
    QCOMPARE(manifest->model.bytes, 4683073184U);
    QCOMPARE(manifest->licences.size(), 2U);
    QCOMPARE(manifest->adapters.size(), 1U);
    QVERIFY(manifest->chatTemplate && manifest->parameters && manifest->system && manifest->projector);
}

void OllamaManifestTest::theFirstModelCounts() {
    const auto manifest = parse(layer("model", digest('a')) + "," + layer("model", digest('b')));
    QVERIFY(manifest);
    QCOMPARE(manifest->model.blob.back(), 'a');
}

void OllamaManifestTest::layersOfOtherKindsAreLeftOut() {
    const auto manifest = parse(R"({"mediaType": "text/plain", "digest": "nonsense"},)" +
                                layer("messages", digest('b')) + "," + layer("model", digest('a')));
    QVERIFY(manifest);
    QVERIFY(manifest->licences.empty() && !manifest->system);
}

void OllamaManifestTest::aDigestCannotNameAFileElsewhere_data() {
    QTest::addColumn<std::string>("digest");
    QTest::newRow("path") << std::string("sha256:../../../etc/passwd");
    QTest::newRow("path of the right length") << "sha256:" + std::string("../").append(std::string(61, 'a'));
    QTest::newRow("short") << std::string("sha256:00");
    QTest::newRow("upper case") << digest('A');
    QTest::newRow("other hash") << "sha512:" + std::string(64, 'a');
    QTest::newRow("none") << std::string();
}

void OllamaManifestTest::aDigestCannotNameAFileElsewhere() {
    QFETCH(std::string, digest);
    const auto manifest = parse(layer("model", digest));
    QVERIFY(!manifest);
    QCOMPARE(manifest.error().code, ErrorCode::BadJson);
    QCOMPARE(manifest.error().subject, std::string("m:7b"));
}

void OllamaManifestTest::aManifestWithoutAModelSaysSo() {
    const auto manifest = parse(layer("license", digest('b')));
    QVERIFY(!manifest);
    QCOMPARE(manifest.error().code, ErrorCode::MissingFiles);
}

void OllamaManifestTest::whatIsNoManifestIsAnError_data() {
    QTest::addColumn<std::string>("text");
    QTest::newRow("empty") << std::string();
    QTest::newRow("list") << std::string("[]");
    QTest::newRow("no layers") << std::string("{}");
    QTest::newRow("layers no list") << std::string(R"({"layers": {}})");
    QTest::newRow("layer no object") << std::string(R"({"layers": [5]})");
    QTest::newRow("cut off") << std::string(R"({"layers": [{"mediaType": )");
    QTest::newRow("deep") << std::string(10000, '[');
}

void OllamaManifestTest::whatIsNoManifestIsAnError() {
    QFETCH(std::string, text);
    const auto manifest = parseOllamaManifest(text, "m:7b");
    QVERIFY(!manifest);
    QVERIFY(!manifest.error().message().empty());
}

PONDER_TEST(OllamaManifestTest)
#include "ollama_manifest_test.moc"
