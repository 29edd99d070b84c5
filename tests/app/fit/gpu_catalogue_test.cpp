// The catalogue of graphics processors: its rows, and what drivers call them.
#include "app/fit/gpu_catalogue.h"
#include "tests/support/test_class.h"
#include "tests/support/test_folders.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QJsonValue>
#include <QTest>

using namespace ponder;

class GpuCatalogueTest : public QObject {
    Q_OBJECT
private slots:
    void theBuiltInFileParses();
    void everyRowHasASource();
    void aRowWithoutBandwidthIsRefused();
    void whatIsNoJsonIsRefused();
    void namesOfTheListFindThemselves();
    void namesOfDriversFindTheirRow_data();
    void namesOfDriversFindTheirRow();
    void cardsOfOneNameAreToldApartByTheirMemory_data();
    void cardsOfOneNameAreToldApartByTheirMemory();
    void recordedDevicesFindTheirRow_data();
    void recordedDevicesFindTheirRow();
    void whatIsNoGraphicsProcessorIsNotFound_data();
    void whatIsNoGraphicsProcessorIsNotFound();

private:
    static QByteArray file() {
        QFile file(QStringLiteral(":/catalogue/gpus.json"));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
};

void GpuCatalogueTest::theBuiltInFileParses() {
    const Result<GpuCatalogue> parsed = GpuCatalogue::parse(file());
    QVERIFY2(bool(parsed), parsed ? "" : parsed.error().message().c_str());
    QVERIFY(parsed->gpus().size() > 250);
    QCOMPARE(GpuCatalogue::builtIn().gpus().size(), parsed->gpus().size());
}

void GpuCatalogueTest::everyRowHasASource() {
    for (const Gpu& gpu : GpuCatalogue::builtIn().gpus())
        QVERIFY2(!gpu.source.isEmpty(), qPrintable(gpu.name));
}

void GpuCatalogueTest::aRowWithoutBandwidthIsRefused() {
    const QByteArray whole =
        R"({"gpus": [{"name": "A", "vendor": "AMD", "memory_gb": 8, "bandwidth_gb_s": 9}]})";
    QVERIFY(bool(GpuCatalogue::parse(whole)));
    for (const char* field : {"name", "vendor", "memory_gb", "bandwidth_gb_s"})
        QVERIFY2(!GpuCatalogue::parse(QByteArray(whole).replace(field, "other")), field);
    QVERIFY(!GpuCatalogue::parse(R"({"gpus": []})"));
}

void GpuCatalogueTest::whatIsNoJsonIsRefused() {
    QVERIFY(!GpuCatalogue::parse(QByteArray()));
    QVERIFY(!GpuCatalogue::parse(file().chopped(3)));
}

void GpuCatalogueTest::namesOfTheListFindThemselves() {
    for (const Gpu& gpu : GpuCatalogue::builtIn().gpus()) {
        const Gpu* found = GpuCatalogue::builtIn().find(gpu.name, std::uint64_t(gpu.memoryGb * (1u << 30)));
        QVERIFY2(found, qPrintable(gpu.name));
        QCOMPARE(found->name, gpu.name);
    }
}

void GpuCatalogueTest::namesOfDriversFindTheirRow_data() {
    QTest::addColumn<QString>("reported");
    QTest::addColumn<QString>("name");
    const auto row = [](const char* reported, const char* name) {
        QTest::newRow(reported) << QString::fromUtf8(reported) << QString::fromUtf8(name);
    };
    row("NVIDIA GeForce RTX 4090", "NVIDIA GeForce RTX 4090");
    row("GeForce RTX 4090", "NVIDIA GeForce RTX 4090");
    row("NVIDIA GeForce GTX 1060 6GB", "NVIDIA GeForce GTX 1060 6 GB");
    row("AMD Radeon RX 7900 XT (RADV NAVI31)", "AMD Radeon RX 7900 XT");
    row("AMD Radeon RX 7900 XT", "AMD Radeon RX 7900 XT");
    row("Radeon RX 7900 XTX", "AMD RX 7900 XTX");
    row("Intel(R) Arc(tm) A380 Graphics (DG2)", "Intel Arc A380");
    row("Intel(R) Arc(TM) A380 Graphics", "Intel Arc A380");
    row("Tesla P40", "NVIDIA Tesla P40");
    row("AMD Radeon RX 6700 XT (RADV NAVI22)", "AMD Radeon RX 6700 XT");
    row("AMD Radeon(TM) RX 6700 XT", "AMD Radeon RX 6700 XT");
    row("Radeon RX 9070 XT", "AMD Radeon RX 9070 XT");
    row("AMD Radeon RX 9070 XT (RADV GFX1201)", "AMD Radeon RX 9070 XT");
    row("NVIDIA GeForce RTX 4070 Laptop GPU", "NVIDIA GeForce RTX 4070 Laptop GPU");
    row("NVIDIA GeForce RTX 4070", "NVIDIA GeForce RTX 4070");
    row("NVIDIA GeForce RTX 4070 Ti SUPER", "NVIDIA GeForce RTX 4070 Ti SUPER");
    row("NVIDIA GeForce GTX 1660 Ti with Max-Q Design", "NVIDIA GeForce GTX 1660 Ti with Max-Q Design");
    row("Intel(R) Arc(tm) B580 Graphics (BMG G21)", "Intel Arc B580");
    row("Intel(R) Arc(TM) A770M Graphics", "Intel Arc A770M");
    row("AMD Radeon Graphics (RADV GFX1151)", "AMD Radeon 8060S 128 GB");
    row("AMD Radeon(TM) 8060S Graphics", "AMD Radeon 8060S 128 GB");
    row("NVIDIA RTX A4500", "NVIDIA RTX A4500");
}

void GpuCatalogueTest::namesOfDriversFindTheirRow() {
    QFETCH(const QString, reported);
    QFETCH(const QString, name);
    const Gpu* found = GpuCatalogue::builtIn().find(reported);
    QVERIFY(found);
    QCOMPARE(found->name, name);
}

void GpuCatalogueTest::cardsOfOneNameAreToldApartByTheirMemory_data() {
    QTest::addColumn<QString>("reported");
    QTest::addColumn<quint64>("bytes");
    QTest::addColumn<QString>("name");
    const auto row = [](const char* reported, quint64 mebibytes, const char* name) {
        QTest::addRow("%s, %llu MiB", reported, mebibytes)
            << QString::fromUtf8(reported) << (mebibytes << 20) << QString::fromUtf8(name);
    };
    row("Tesla M40 24GB", 22945, "NVIDIA Tesla M40 24 GB");
    row("NVIDIA GeForce GTX 1060", 5059, "NVIDIA GeForce GTX 1060 5 GB");
    row("NVIDIA GeForce GTX 1060", 6144, "NVIDIA GTX 1060 6GB");
    row("NVIDIA GeForce RTX 3060", 8024, "NVIDIA GeForce RTX 3060 8 GB");
    row("NVIDIA GeForce RTX 3060", 12041, "NVIDIA GeForce RTX 3060 12 GB");
    row("NVIDIA GeForce RTX 4060 Ti", 16064, "NVIDIA GeForce RTX 4060 Ti 16 GB");
    row("NVIDIA GeForce RTX 3080", 9992, "NVIDIA GeForce RTX 3080 10 GB");
    row("AMD Radeon RX 9060 XT (RADV GFX1200)", 16368, "AMD Radeon RX 9060 XT 16 GB");
    row("NVIDIA GeForce RTX 2060", 5989, "NVIDIA RTX 2060 6GB");
    row("NVIDIA GeForce RTX 2060", 12007, "NVIDIA GeForce RTX 2060 12 GB");
    row("Apple M4", 16384, "Apple M4 (16GB)");
    row("Apple M4", 24576, "Apple M4 (24GB)");
    row("Apple M4 Max", 65536, "Apple M4 Max (128GB)");
    row("NVIDIA GeForce GTX 1070 Ti", 8273, "NVIDIA GeForce GTX 1070 Ti");
    row("NVIDIA GeForce RTX 3080", 20480, "NVIDIA GeForce RTX 3080 12 GB");
    row("Apple M3 Max", 36864, "Apple M3 Max (36GB)");
}

void GpuCatalogueTest::cardsOfOneNameAreToldApartByTheirMemory() {
    QFETCH(const QString, reported);
    QFETCH(const quint64, bytes);
    QFETCH(const QString, name);
    const Gpu* found = GpuCatalogue::builtIn().find(reported, bytes);
    QVERIFY(found);
    QCOMPARE(found->name, name);
}

void GpuCatalogueTest::recordedDevicesFindTheirRow_data() {
    QTest::addColumn<double>("memoryGb"); // 0: not in the catalogue
    QTest::addRow("rtx-3060") << 12.0;
    QTest::addRow("rtx-3060-ti") << 8.0;
    QTest::addRow("rtx-4070") << 12.0;
    QTest::addRow("rtx-4090") << 24.0;
    QTest::addRow("rx-580") << 0.0; // "AMD RADV POLARIS10": the driver names the chip alone
    QTest::addRow("rx-6600") << 8.0;
    QTest::addRow("rx-6700-xt") << 12.0;
    QTest::addRow("rx-7900-xt") << 20.0;
    QTest::addRow("rx-9070-xt") << 16.0;
    QTest::addRow("arc-a380") << 6.0;
    QTest::addRow("arc-b580") << 12.0;
    QTest::addRow("strix-halo-96gb") << 128.0;
    QTest::addRow("strix-halo-gtt") << 128.0;
    QTest::addRow("radeon-vega-igpu") << 0.0;
    QTest::addRow("lavapipe") << 0.0;
}

void GpuCatalogueTest::recordedDevicesFindTheirRow() {
    QFETCH(const double, memoryGb);
    QFile recorded(
        test::sourcePath("tests/data/devices/%1.json").arg(QString::fromUtf8(QTest::currentDataTag())));
    QVERIFY(recorded.open(QIODevice::ReadOnly));
    const QJsonObject device = QJsonDocument::fromJson(recorded.readAll()).object();
    qint64 local = 0;
    const QJsonArray heaps = device.value(u"heaps").toArray();
    for (const QJsonValue heap : heaps)
        if (heap[u"device_local"].toBool()) local += heap[u"bytes"].toInteger();
    QVERIFY(local > 0);
    const Gpu* found = GpuCatalogue::builtIn().find(device.value(u"name").toString(), std::uint64_t(local));
    QCOMPARE(found ? found->memoryGb : 0.0, memoryGb);
}

void GpuCatalogueTest::whatIsNoGraphicsProcessorIsNotFound_data() {
    QTest::addColumn<QString>("reported");
    for (const char* name :
         {"", "llvmpipe (LLVM 15.0.6, 256 bits)", "AMD Radeon Graphics", "Intel(R) Graphics", "NVIDIA",
          "GeForce", "NVIDIA GeForce RTX 9999", "(RADV NAVI22)"})
        QTest::newRow(name) << QString::fromUtf8(name);
}

void GpuCatalogueTest::whatIsNoGraphicsProcessorIsNotFound() {
    QFETCH(const QString, reported);
    QVERIFY(!GpuCatalogue::builtIn().find(reported, std::uint64_t{8} << 30));
}

PONDER_TEST(GpuCatalogueTest)
#include "gpu_catalogue_test.moc"
