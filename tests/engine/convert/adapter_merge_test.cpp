// A model merged with adapters gives the logits of the model with the adapters attached.
#include "engine/convert/adapter_merge.h"
#include "tests/support/logits_check.h"
#include "tests/support/test_class.h"
#include "tests/support/usable_model.h"

#include <QTemporaryDir>

using namespace ponder;
using namespace ponder::test;

namespace {

std::filesystem::path adapter(const char* name) { return dataDir() / "lora" / name; }
std::filesystem::path tiny(const char* name) {
    return referenceDir() / "tiny" / (std::string(name) + ".gguf");
}

std::vector<float> logitsOf(const std::filesystem::path& path, std::vector<AdapterUse> adapters = {}) {
    LoadOptions options;
    options.path = path;
    options.device = "reference";
    options.contextTokens = 64;
    options.adapters = std::move(adapters);
    const auto model = Model::load(options, {}, {});
    if (!model) return {};
    const auto logits = (*(*model)->createSession())->logits(tinyTokens(), 0, {});
    return logits ? *logits : std::vector<float>();
}

} // namespace

class AdapterMergeTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    ThreadPool m_pool{2};

    std::filesystem::path target() const { return m_dir.filePath("merged.gguf").toStdString(); }
    Result<void> merge(const char* base, const std::vector<AdapterUse>& adapters,
                       std::optional<FileType> type = {}, std::stop_token stop = {},
                       const GgufQuantization::Report& report = {}) {
        const auto file = ModelFile::open(tiny(base));
        if (!file) return file.error();
        auto plan = AdapterMerge::plan(**file, adapters, type);
        if (!plan) return plan.error();
        return plan->write(target(), m_pool, stop, report);
    }

private slots:
    void initTestCase() { PONDER_NEEDS_REFERENCE(); }
    void cleanup() { std::filesystem::remove(target()); }

    void mergedLogitsAreThoseOfAttachedAdapters_data() {
        QTest::addColumn<QString>("base");
        QTest::addColumn<QStringList>("adapters");
        QTest::addColumn<double>("most"); // the noise of encoding the changed tensors anew
        QTest::addRow("F32") << "qwen2-untied-f32" << QStringList{"style.gguf"} << 1e-6;
        QTest::addRow("F32, PEFT, several")
            << "qwen2-untied-f32" << QStringList{"style-peft", "patterns-peft"} << 1e-6;
        QTest::addRow("F32, tables") << "qwen2-untied-f32" << QStringList{"tables.gguf"} << 1e-6;
        QTest::addRow("BF16") << "qwen2-untied-bf16" << QStringList{"style.gguf"} << 1e-3;
        QTest::addRow("Q8_0") << "qwen2-untied-q8_0" << QStringList{"style.gguf"} << 1e-2;
        QTest::addRow("Llama's order of rows") << "llama-odd-q4_k_m" << QStringList{"turned-peft"} << 1e-1;
    }
    void mergedLogitsAreThoseOfAttachedAdapters() {
        QFETCH(QString, base);
        QFETCH(QStringList, adapters);
        QFETCH(double, most);
        std::vector<AdapterUse> uses;
        for (const QString& name : adapters)
            uses.push_back({adapter(qPrintable(name)), 0.5F});
        const auto merged = merge(qPrintable(base), uses);
        QVERIFY2(merged, merged ? "" : merged.error().message().c_str());
        const std::vector<float> wanted = logitsOf(tiny(qPrintable(base)), uses), got = logitsOf(target());
        QCOMPARE(got.size(), wanted.size());
        const double error = nmse(got, wanted);
        QVERIFY2(error <= most, qPrintable(QString::number(error)));
        QVERIFY(nmse(logitsOf(tiny(qPrintable(base))), wanted) > 10 * error);
    }
    void aChangedTensorThatIsOnlyReadHereIsNamedBeforeAnythingIsWritten() {
        auto writer = usableModel("read-only", TensorType::IQ2_XXS, 256);
        writer.save(m_dir.filePath("read-only.gguf").toStdString());
        GgufWriter style;
        style.set("general.type", "adapter").set("adapter.type", "lora");
        style.set("general.architecture", "qwen2").set("adapter.lora.alpha", 2.0F);
        style.tensor("blk.0.attn_q.weight.lora_a", {256, 2}, TensorType::F32);
        style.tensor("blk.0.attn_q.weight.lora_b", {2, 256}, TensorType::F32);
        style.save(m_dir.filePath("style.gguf").toStdString());
        const auto file = ModelFile::open(m_dir.filePath("read-only.gguf").toStdString());
        QVERIFY(file);
        const std::vector<AdapterUse> uses{{m_dir.filePath("style.gguf").toStdString(), 1}};
        const auto same = AdapterMerge::plan(**file, uses, std::nullopt);
        QVERIFY(!same);
        QCOMPARE(same.error().code, ErrorCode::CannotConvert);
        QVERIFY(same.error().message().find("blk.0.attn_q.weight is IQ2_XXS") != std::string::npos);
        const auto finer = AdapterMerge::plan(**file, uses, FileType::Q4_K_M);
        QVERIFY2(finer, finer ? "" : finer.error().message().c_str());
    }
    void tensorsThatStayAreCopiedAndTheNameSaysWhatWasMerged() {
        QVERIFY(merge("qwen2-untied-q8_0", {{adapter("patterns-peft"), 1}}));
        const auto base = ModelFile::open(tiny("qwen2-untied-q8_0")), merged = ModelFile::open(target());
        QVERIFY(base && merged);
        QCOMPARE((*merged)->displayName(), std::string("tiny-qwen2 + patterns-peft"));
        QCOMPARE((*merged)->metadata().integer("general.file_type"),
                 (*base)->metadata().integer("general.file_type"));
        for (const TensorInfo& tensor : (*base)->tensors()) {
            const TensorInfo* same = (*merged)->find(tensor.name);
            QVERIFY(same);
            QCOMPARE(same->type, tensor.type);
            const bool changed = tensor.name.find("attn_q.weight") != std::string_view::npos;
            const bool kept = tensor.name.find("ffn_gate") != std::string_view::npos;
            if (changed) QVERIFY(!std::ranges::equal(same->bytes, tensor.bytes));
            if (kept) QVERIFY(std::ranges::equal(same->bytes, tensor.bytes));
        }
    }
    void anotherFileTypeCanBeChosen() {
        const std::vector<AdapterUse> uses{{adapter("style.gguf"), 1}};
        QVERIFY(merge("qwen2-untied-f32", uses, FileType::Q8_0));
        const auto merged = ModelFile::open(target());
        QCOMPARE((*merged)->find("blk.0.ffn_up.weight")->type, TensorType::Q8_0);
        QVERIFY(nmse(logitsOf(target()), logitsOf(tiny("qwen2-untied-f32"), uses)) < 1e-2);
    }
    void whereItIsStoppedOrCannotBeNothingIsLeft() {
        std::stop_source stop;
        std::uint64_t seen = 0;
        const auto stopped = merge("qwen2-untied-f32", {{adapter("style.gguf"), 1}}, {}, stop.get_token(),
                                   [&](const QuantizationProgress& progress) {
                                       seen = progress.bytesDone;
                                       stop.request_stop();
                                   });
        QVERIFY(!stopped && seen > 0);
        QCOMPARE(stopped.error().code, ErrorCode::Cancelled);
        QVERIFY(!std::filesystem::exists(target()));
        QCOMPARE(merge("qwen2-untied-f32", {{adapter("turned.gguf"), 1}}).error().code,
                 ErrorCode::WrongAdapter);
        QCOMPARE(merge("qwen2-untied-f32", {{adapter("no.gguf"), 1}}).error().code, ErrorCode::FileNotFound);
        QVERIFY(!std::filesystem::exists(target()));
    }
};

PONDER_TEST(AdapterMergeTest)
#include "adapter_merge_test.moc"
