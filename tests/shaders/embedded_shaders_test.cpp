// The compiled kernels as the program carries them.
#include "shaders/embedded.h"
#include "tests/support/test_class.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryFile>
#include <QTest>

using namespace ponder;

class EmbeddedShadersTest : public QObject {
    Q_OBJECT
private slots:
    void everyKernelIsValidSpirv_data();
    void everyKernelIsValidSpirv();
    void cooperativeKernelsAreThereWhereTheCompilerKnowsThem();
};

void EmbeddedShadersTest::everyKernelIsValidSpirv_data() {
    QTest::addColumn<QString>("kernel");
    for (const std::string_view name : embeddedShaderNames())
        QTest::addRow("%s", std::string(name).c_str()) << QString::fromStdString(std::string(name));
}

// The validation layers only see the kernels that a device can run.
void EmbeddedShadersTest::everyKernelIsValidSpirv() {
    QFETCH(QString, kernel);
    const QString validator = QStandardPaths::findExecutable(QStringLiteral("spirv-val"));
    if (validator.isEmpty()) QSKIP("spirv-val is not installed");
    for (const bool readsTexels : {false, true}) {
        const auto words = embeddedShader(kernel.toStdString(), readsTexels);
        QVERIFY(!words.empty());
        QTemporaryFile file;
        QVERIFY(file.open());
        file.write(reinterpret_cast<const char*>(words.data()), static_cast<qint64>(words.size_bytes()));
        file.close();
        QProcess process;
        process.start(validator,
                      {QStringLiteral("--target-env"), QStringLiteral("vulkan1.2"), file.fileName()});
        QVERIFY(process.waitForFinished());
        const QByteArray says = process.readAllStandardError();
        if (kernel.endsWith(QStringLiteral("_cooperative")) &&
            says.contains("Invalid capability operand: 6022"))
            QSKIP("this spirv-val is older than cooperative matrices");
        QVERIFY2(process.exitCode() == 0, says.constData());
    }
}

void EmbeddedShadersTest::cooperativeKernelsAreThereWhereTheCompilerKnowsThem() {
    for (const char* kernel : {"norm_qkv", "norm_gate_up", "project_add", "head"})
        QCOMPARE(!embeddedShader(std::string(kernel) + "_cooperative", false).empty(),
                 PONDER_COOPERATIVE_MATRIX == 1);
}

PONDER_TEST(EmbeddedShadersTest)
#include "embedded_shaders_test.moc"
