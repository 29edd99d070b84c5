// `ponder-cli fit`: what it answers for a file, for the catalogue, and for another graphics processor.
#include "tests/app/cli/cli_run.h"
#include "tests/support/test_class.h"

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
            has671 =
                has671 || (model["id"].toString() == "deepseek-r1" && model["verdict"] == "does_not_fit");
        QVERIFY(has671);
        const CliRun text = runCli({"fit", "--gpu", "RTX 3060"});
        QCOMPARE(text.exitCode, 0);
        QVERIFY2(text.out.contains("DeepSeek-R1-Distill-Qwen-7B"), qPrintable(text.out));
    }
    void aNameOfTheCatalogueIsAnsweredInEveryQuantization() {
        const QJsonObject fit =
            runCli({"fit", "deepseek r1 distill qwen 7b", "--gpu", "RTX 3060", "--json"}).json();
        QCOMPARE(fit["model"].toString(), "DeepSeek-R1-Distill-Qwen-7B");
        QStringList names;
        for (const QJsonValue& choice : fit["choices"].toArray())
            names << choice["quantization"].toString();
        for (const char* name : {"Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "F16"})
            QVERIFY2(names.contains(name), name);
        QVERIFY(fit["suggested"].toBool());
    }
    void aNameThatSeveralCardsHaveIsAnsweredForOneAndTheOthersAreNamed() {
        const CliRun run = runCli({"fit", "DeepSeek-R1-Distill-Qwen-7B", "--gpu", "RTX 3060"});
        QVERIFY2(run.out.contains("RTX 3060 8 GB"), qPrintable(run.out));
        QVERIFY2(run.err.contains("RTX 3060 12 GB"), qPrintable(run.err));
        const CliRun one = runCli({"fit", "DeepSeek-R1-Distill-Qwen-7B", "--gpu", "RTX 3060 12GB"});
        QVERIFY2(one.out.contains("RTX 3060 12 GB"), qPrintable(one.out));
        QVERIFY2(!one.err.contains("8 GB"), qPrintable(one.err));
    }
    void aQuantizationBehindTheNameIsMeantAlone() {
        const auto fit = [](const char* name) {
            return runCli({"fit", name, "--gpu", "RTX 3060", "--json"}).json();
        };
        const QJsonObject four = fit("DeepSeek-R1-Distill-Qwen-14B:Q4_K_M");
        QCOMPARE(four["quantization"].toString(), "Q4_K_M");
        QVERIFY(!four.contains("choices"));
        QVERIFY(four["predicted_bytes"].toDouble() <
                fit("DeepSeek-R1-Distill-Qwen-14B:q8_0")["predicted_bytes"].toDouble());
    }
    void aShorterCacheFormatMakesEveryContextOfTheListSmaller() {
        const auto context = [](const char* kv) {
            const QJsonObject all = runCli({"fit", "--gpu", "RTX 3060", "--kv", kv, "--json"}).json();
            return all["models"].toArray()[0].toObject()["parts"].toObject()["context"].toDouble();
        };
        QVERIFY(context("q8_0") < 0.6 * context("f16"));
    }
    void theGpusThatHoldAModelAreListedByMemoryAndVendor() {
        const QJsonArray gpus =
            runCli({"fit", "DeepSeek-R1-Distill-Qwen-14B:Q4_K_M", "--gpus", "--vendor", "amd", "--json"})
                .json()["gpus"]
                .toArray();
        QVERIFY(gpus.size() > 3);
        double before = 0;
        for (const QJsonValue& gpu : gpus) {
            QCOMPARE(gpu["vendor"].toString(), "AMD");
            QVERIFY(gpu["memory_gb"].toDouble() >= std::max(before, 9.0)); // the weights alone are 9 GB
            before = gpu["memory_gb"].toDouble();
        }
        QVERIFY(runCli({"fit", "--gpus"}).exitCode != 0);
    }
    void ofAModelThatFitsNowhereHereTheMachinesThatItNeedsAreNamed() {
        const CliRun run = runCli(
            {"fit", "Qwen3-235B-A22B:Q8_0", "--gpu", "RTX 3060", "--gpus", "--context", "8192", "--json"});
        QSet<QString> kinds;
        for (const QJsonValue& machine : run.json()["machines"].toArray()) {
            kinds << machine["kind"].toString();
            QVERIFY(machine["predicted_decode_tokens_per_second"].toDouble() > 0);
            QVERIFY(machine["memory_bytes"].toDouble() >= 16.0 * (1 << 30));
        }
        QVERIFY(kinds.contains("memory") && kinds.contains("experts_in_memory"));
        const CliRun text =
            runCli({"fit", "deepseek r1:Q4_K_M", "--device", "reference", "--context", "8192", "--gpus"});
        QVERIFY2(text.out.contains("A computer with 512 GB of memory"), qPrintable(text.out));
        // What fits needs no other machine.
        QVERIFY(runCli({"fit", tinyReasoner(), "--gpus", "--json"}).json()["machines"].toArray().isEmpty());
    }
    void aNameThatNobodyKnowsIsAnsweredWithTheClosest() {
        const CliRun run = runCli({"fit", "DeepSeek-R1-Distil-Qwen-7B", "--device", "reference"});
        QVERIFY(run.exitCode != 0);
        QVERIFY2(run.err.contains("DeepSeek-R1-Distill-Qwen-7B"), qPrintable(run.err));
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

PONDER_TEST(FitTest)
#include "fit_test.moc"
