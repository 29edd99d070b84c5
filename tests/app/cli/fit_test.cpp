// `ponder-cli fit`: what it answers for a file, for the catalogue, and for another graphics processor.
#include "tests/app/cli/cli_run.h"

#include <QJsonArray>
#include <QTemporaryDir>

using namespace ponder::test;

class FitTest : public QObject {
    Q_OBJECT
private slots:
    // The user's own history is not looked at.
    void initTestCase() { qputenv("PONDER_DATA_DIR", m_folder.path().toUtf8()); }

    void aModelFitsTheProcessorAndSaysWithWhatParts() {
        const QJsonObject fit =
            runCli({"fit", tinyReasoner(), "--device", "reference", "--context", "512", "--json"}).json();
        QCOMPARE(fit["verdict"].toString(), "fits");
        QCOMPARE(fit["context"].toInt(), 512);
        const QJsonObject parts = fit["parts"].toObject();
        double sum = 0;
        for (const char* name : {"weights", "context", "work_space", "program"}) {
            QVERIFY(parts.contains(name));
            sum += parts[name].toDouble();
        }
        QCOMPARE(fit["predicted_bytes"].toDouble(), sum);
        QVERIFY(fit["predicted_decode_tokens_per_second"].toDouble() > 0);
        QCOMPARE(fit["source"].toString(), "estimated");
        QVERIFY(fit["largest_context"].toInt() >= 512);
    }
    void aLongerContextIsPredictedToTakeItsCache() {
        const auto bytes = [&](const char* context) {
            return runCli({"fit", tinyReasoner(), "--device", "reference", "--context", context, "--json"})
                .json()["parts"]
                .toObject()["context"]
                .toDouble();
        };
        QCOMPARE(bytes("1024"), 2 * bytes("512"));
    }
    void anotherGpuIsAnsweredForByItsCatalogueName() {
        const QJsonObject fit = runCli({"fit", tinyReasoner(), "--gpu", "RTX 4070", "--json"}).json();
        QVERIFY(fit["device"].toObject()["name"].toString().contains("4070"));
        QCOMPARE(fit["verdict"].toString(), "fits");
        QCOMPARE(fit["parts"].toObject()["program"].toDouble(), 0.0); // it stays in the machine's own memory
    }
    void withoutAModelTheWholeCatalogueIsListed() {
        const QJsonObject all = runCli({"fit", "--gpu", "RTX 3060", "--json"}).json();
        QVERIFY(all["models"].toArray().size() >= 40);
        bool has671 = false;
        for (const QJsonValue& model : all["models"].toArray())
            has671 = has671 || (model["id"].toString() == "deepseek-r1" && !model["runnable"].toBool());
        QVERIFY(has671);
        const CliRun text = runCli({"fit", "--gpu", "RTX 3060"});
        QCOMPARE(text.exitCode, 0);
        QVERIFY2(text.out.contains("DeepSeek-R1-Distill-Qwen-7B"), qPrintable(text.out));
    }
    void anUnknownGpuAndAMissingFileAreNamed() {
        const CliRun gpu = runCli({"fit", tinyReasoner(), "--gpu", "Voodoo 2"});
        QVERIFY(gpu.exitCode != 0);
        QVERIFY2(gpu.err.contains("Voodoo 2"), qPrintable(gpu.err));
        const CliRun file = runCli({"fit", "nothing.gguf", "--device", "reference"});
        QVERIFY(file.exitCode != 0);
        QVERIFY2(file.err.contains("nothing.gguf"), qPrintable(file.err));
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(FitTest)
#include "fit_test.moc"
