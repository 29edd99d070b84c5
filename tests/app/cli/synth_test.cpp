// synth: files of real shapes with random weights load, and their logits are numbers.
#include "tests/app/cli/cli_run.h"
#include "tests/support/test_class.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstring>

using namespace ponder::test;

class SynthTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const QString& name) const { return m_folder.filePath(name); }

    static std::vector<float> floats(const QString& name) {
        QFile file(name);
        if (!file.open(QIODevice::ReadOnly)) return {};
        const QByteArray bytes = file.readAll();
        std::vector<float> out(static_cast<std::size_t>(bytes.size()) / sizeof(float));
        std::memcpy(out.data(), bytes.data(), out.size() * sizeof(float));
        return out;
    }

private slots:
    void everyShapeAndTypeLoadsAndItsLogitsAreSpreadLikeThoseOfAModel_data() {
        QTest::addColumn<QString>("shape");
        QTest::addColumn<QString>("type");
        for (const char* shape : {"tiny-qwen", "tiny-llama"})
            for (const char* type : {"Q2_K", "Q3_K_M", "IQ4_XS", "IQ4_NL", "Q4_0", "Q4_K_M", "Q5_0", "Q5_K_M",
                                     "Q6_K", "Q8_0", "F16"})
                QTest::addRow("%s %s", shape, type) << QString(shape) << QString(type);
    }
    void everyShapeAndTypeLoadsAndItsLogitsAreSpreadLikeThoseOfAModel() {
        QFETCH(QString, shape);
        QFETCH(QString, type);
        const QString model = path(shape + type), logits = path("logits");
        const CliRun run = runCli({"synth", shape, type, model, "--json"});
        QVERIFY2(run.exitCode == 0, qPrintable(run.err));
        QCOMPARE(run.json()["shape"].toString(), shape);
        QCOMPARE(runCli({"logits", model, "--device", "reference", "--ids", "1,2,300,4", "--out", logits})
                     .exitCode,
                 0);
        const std::vector<float> values = floats(logits);
        QCOMPARE(values.size(), std::size_t{4} * 512);
        double squares = 0;
        for (const float value : values) {
            QVERIFY(std::isfinite(value));
            squares += double{value} * value;
        }
        const double spread = std::sqrt(squares / static_cast<double>(values.size()));
        QVERIFY2(spread > 0.5 && spread < 2, qPrintable(QString::number(spread)));
    }

    void aModelOfTheCatalogueLosesLayersUntilItFits() {
        const CliRun run = runCli({"synth", "qwen3-0.6b", "Q4_0", path("cut"), "--size", "0.2", "--json"});
        QVERIFY2(run.exitCode == 0, qPrintable(run.err));
        QVERIFY(run.json()["tensor_bytes"].toDouble() <= 0.2e9);
        const QJsonObject info = runCli({"info", path("cut"), "--json"}).json();
        QCOMPARE(info["architecture"].toString(), QStringLiteral("qwen3"));
        const int layers = info["layers"].toInt();
        QVERIFY2(layers >= 4 && layers < 28, qPrintable(QString::number(layers)));
    }

    void aHybridKeepsALayerOfEachKindAndRuns() {
        const CliRun run =
            runCli({"synth", "qwen3.5-0.8b", "Q4_0", path("hybrid"), "--size", "0.1", "--json"});
        QVERIFY2(run.exitCode == 0, qPrintable(run.err));
        const QJsonObject info = runCli({"info", path("hybrid"), "--json"}).json();
        QCOMPARE(info["architecture"].toString(), QStringLiteral("qwen35"));
        QCOMPARE(info["layers"].toInt(), 4); // of which the last one attends
        QCOMPARE(runCli({"logits", path("hybrid"), "--device", "reference", "--ids", "1,2,3", "--out",
                         path("hybrid.f32")})
                     .exitCode,
                 0);
        for (const float value : floats(path("hybrid.f32")))
            QVERIFY(std::isfinite(value));
    }

    void aMixedFileHoldsTheFormatsOfSuchFiles() {
        QCOMPARE(runCli({"synth", "tiny-llama", "q4_k_m", path("mixed")}).exitCode, 0);
        const QJsonObject types =
            runCli({"info", path("mixed"), "--json"}).json()["bytes_by_type"].toObject();
        // Its hidden length of 288 is no multiple of 256, so that ffn_down takes the formats of 32.
        QCOMPARE(types.keys(), (QStringList{"F32", "Q4_K", "Q5_0", "Q6_K", "Q8_0"}));
    }

    void theVocabularySplitsTextIntoItsBytesAndOneMerge() {
        QCOMPARE(runCli({"synth", "tiny-qwen", "Q8_0", path("model")}).exitCode, 0);
        const CliRun run = runCli({"tokenize", path("model"), "--text-file", "-", "--json"}, "cab \xC3\xA9");
        QCOMPARE(run.json()["ids"].toArray(), (QJsonArray{'c', 256, ' ', 0xC3, 0xA9}));
    }

    void theSameFileComesOutEveryTime() {
        QByteArray contents[2];
        for (QByteArray& bytes : contents) {
            QCOMPARE(runCli({"synth", "tiny-qwen", "Q4_K_M", path("again")}).exitCode, 0);
            QFile file(path("again"));
            QVERIFY(file.open(QIODevice::ReadOnly));
            bytes = file.readAll();
        }
        QVERIFY(contents[0] == contents[1]);
    }

    void wrongWordsSayWhatThereIs() {
        const CliRun shape = runCli({"synth", "r1-qwen-2b", "Q4_K_M", path("x")});
        QCOMPARE(shape.exitCode, 2);
        QVERIFY2(shape.err.contains("r1-qwen-1.5b"), qPrintable(shape.err));
        const CliRun type = runCli({"synth", "tiny-qwen", "Q3", path("x")});
        QCOMPARE(type.exitCode, 2);
        QVERIFY2(type.err.contains("Q4_K_M"), qPrintable(type.err));
        const CliRun missing = runCli({"synth", "tiny-qwen", "Q8_0"});
        QCOMPARE(missing.exitCode, 2);
        QVERIFY2(missing.err.contains("OUT"), qPrintable(missing.err));
        QCOMPARE(runCli({"synth", "tiny-qwen", "Q8_0", path("x"), "more"}).exitCode, 2);
        QVERIFY(!QFile::exists(path("x")));
    }

    void aPlaceThatCannotBeWrittenIsSaid() {
        const CliRun run = runCli({"synth", "tiny-qwen", "Q8_0", "/nowhere/model.gguf"});
        QVERIFY(run.exitCode != 0);
        QVERIFY2(run.err.contains("/nowhere/model.gguf"), qPrintable(run.err));
    }
};

PONDER_TEST(SynthTest)
#include "synth_test.moc"
