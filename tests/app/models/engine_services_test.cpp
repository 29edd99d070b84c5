// The check of a model file before it is loaded.
#include "app/models/engine_services.h"

#include "tests/support/reference_data.h"
#include "tests/support/test_class.h"

#include <QFile>
#include <QTemporaryDir>

using namespace ponder;

namespace {

QString tinyModel() {
    return QString::fromStdString((test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf").string());
}

} // namespace

class EngineServicesTest : public QObject {
    Q_OBJECT
private slots:
    void aUsableFilePassesWithItsNameAndSize();
    void aFileCutShortIsRefused();
    void aFileThatIsNotThereIsRefused();
    void thereIsAtLeastOneDevice();
};

void EngineServicesTest::aUsableFilePassesWithItsNameAndSize() {
    const Result<ModelRecord> checked = checkModelFile(tinyModel());
    QVERIFY2(checked, checked ? "" : checked.error().message().c_str());
    QCOMPARE(checked->quantization, QStringLiteral("Q8_0"));
    QCOMPARE(checked->bytes, QFile(tinyModel()).size());
    QVERIFY(!checked->name.isEmpty());
    QVERIFY(!checked->architecture.isEmpty() && !checked->family.isEmpty());
    QVERIFY(checked->layers > 0 && checked->trainedContext > 0 && checked->parameters > 0);
    QVERIFY(checked->fingerprint != 0);
    QCOMPARE(checked->fingerprint, checkModelFile(tinyModel())->fingerprint);
}

void EngineServicesTest::aFileCutShortIsRefused() {
    QTemporaryDir folder;
    QFile whole(tinyModel());
    QVERIFY(whole.open(QIODevice::ReadOnly));
    QFile cut(folder.filePath(QString::fromUtf8("잘린 모델.gguf")));
    QVERIFY(cut.open(QIODevice::WriteOnly));
    cut.write(whole.read(whole.size() / 2));
    cut.close();
    const Result<ModelRecord> checked = checkModelFile(cut.fileName());
    QVERIFY(!checked);
    QCOMPARE(checked.error().code, ErrorCode::FileTruncated);
}

void EngineServicesTest::aFileThatIsNotThereIsRefused() {
    const Result<ModelRecord> checked = checkModelFile(QStringLiteral("/nowhere/model.gguf"));
    QVERIFY(!checked);
    QCOMPARE(checked.error().code, ErrorCode::FileNotFound);
}

void EngineServicesTest::thereIsAtLeastOneDevice() {
    const std::vector<DeviceInfo> devices = engineModelServices().devices();
    QVERIFY(!devices.empty());
    for (const DeviceInfo& device : devices)
        QVERIFY(!device.id.empty());
}

PONDER_TEST(EngineServicesTest)
#include "engine_services_test.moc"
