// Another program as a witness: llama.cpp loads every file that ponder-cli quantizes and gives the same
// logits.
#include "engine/quant/file_type.h"
#include "tests/app/cli/cli_run.h"
#include "tests/support/logits_check.h"
#include "tests/support/test_class.h"
#include "tests/support/test_folders.h"

#include <QTemporaryDir>

using namespace ponder;
using test::runCli;

namespace {

constexpr const char* kNoPeer = "llama.cpp is not in build/peer: ./dev test --slow fetches it by npm";

} // namespace

class LlamaWitnessTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const char* name) const { return m_folder.filePath(name); }

    static QString libraries() {
        return test::buildPath("peer/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64");
    }
    static QString ids(const std::vector<TokenId>& tokens) {
        QStringList out;
        for (const TokenId token : tokens)
            out << QString::number(token);
        return out.join(',');
    }
    static std::vector<float> floats(const QString& file) { return test::readFloats(file.toStdString()); }

    // The logits of llama.cpp behind every token; none where it refuses the file.
    std::vector<float> witnessLogits(const QString& model, const QString& tokens, QString& said) const {
        QProcess process;
        process.start(QStringLiteral(DRIVER), {libraries(), model, "--device", "cpu", "--threads", "2",
                                               "--ids", tokens, "--logits", path("theirs")});
        const bool ended = process.waitForFinished(120000);
        said = QString::fromUtf8(process.readAllStandardError());
        return ended && process.exitCode() == 0 ? floats(path("theirs")) : std::vector<float>();
    }

    // Both programs over the same file and tokens.
    void agreeOn(const QString& model) const {
        const QString tokens = ids(test::tinyTokens());
        const auto run =
            runCli({"logits", model, "--device", "reference", "--ids", tokens, "--out", path("ours")});
        QVERIFY2(run.exitCode == 0, qPrintable(run.err));
        const std::vector<float> ours = floats(path("ours"));
        QString said;
        const std::vector<float> theirs = witnessLogits(model, tokens, said);
        QVERIFY2(!theirs.empty(), qPrintable(said));
        QCOMPARE(theirs.size(), ours.size());
        // It rounds activations to eight bits, and keys and values to 16.
        const double error = test::nmse(theirs, ours);
        qInfo("NMSE %.2e", error);
        QVERIFY(error < 2e-3);
        QCOMPARE(test::wrongArgmax(theirs, ours, ours.size() / test::tinyTokens().size(), 0.3F), 0);
    }

private slots:
    void llamaCppRunsWhatWasQuantizedHere_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("type");
        for (const char* model : {"tiny/qwen2-untied-f32", "tiny-reasoner/tiny-reasoner-f32"})
            for (const FileType type : kFileTypes) {
                const std::string name(nameOf(type));
                QTest::addRow("%s as %s", model, name.c_str())
                    << QString(model) << QString::fromStdString(name);
            }
    }
    void llamaCppRunsWhatWasQuantizedHere() {
        PONDER_NEEDS_REFERENCE();
        if (!QDir(libraries()).exists()) QSKIP(kNoPeer);
        QFETCH(QString, model);
        QFETCH(QString, type);
        const QString original =
            QString::fromStdString(test::referenceDir().string()) + '/' + model + ".gguf";
        const auto made = runCli({"quantize", original, path("model.gguf"), type});
        QVERIFY2(made.exitCode == 0, qPrintable(made.err));
        agreeOn(path("model.gguf"));
    }

    void llamaCppRunsWhatWasConvertedHere_data() {
        QTest::addColumn<QString>("folder");
        for (const char* folder :
             {"qwen2-bf16", "llama-f16-sharded", "llama-f32-pieces", "qwen2-awq", "llama-awq"})
            QTest::newRow(folder) << folder;
    }
    void llamaCppRunsWhatWasConvertedHere() {
        if (!QDir(libraries()).exists()) QSKIP(kNoPeer);
        QFETCH(QString, folder);
        const QString source =
            QString::fromStdString((test::dataDir() / "huggingface").string()) + '/' + folder;
        QFile::remove(path("converted.gguf"));
        const auto made = runCli({"convert", source, path("converted.gguf"), "--type", "F16"});
        QVERIFY2(made.exitCode == 0, qPrintable(made.err));
        agreeOn(path("converted.gguf"));
    }
};

PONDER_TEST(LlamaWitnessTest)
#include "llama_witness_test.moc"
