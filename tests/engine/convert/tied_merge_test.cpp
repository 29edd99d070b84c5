// A model with one table for embedding and output is merged with adapters that change only one of them, both,
// or both alike.
#include "engine/convert/adapter_merge.h"
#include "engine/quant/decode.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/logits_check.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>

using namespace ponder;
using namespace ponder::test;

namespace {

std::vector<float> valuesOf(const ModelFile& file, std::string_view name) {
    const TensorInfo* tensor = file.find(name);
    if (!tensor) return {};
    std::vector<float> values(tensor->rowLength() * tensor->rows());
    decode(tensor->type, tensor->bytes, values);
    return values;
}

// [rows x columns] as [columns x rows].
std::vector<float> turned(const std::vector<float>& values, std::size_t columns) {
    const std::size_t rows = values.size() / columns;
    std::vector<float> out(values.size());
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            out[j * rows + i] = values[i * columns + j];
    return out;
}

// base + factor * left [rows x rank] right [rank x length], in double precision.
std::vector<float> withProduct(const std::vector<float>& base, const std::vector<float>& left,
                               const std::vector<float>& right, std::size_t rank, double factor) {
    const std::size_t rows = left.size() / rank, length = right.size() / rank;
    std::vector<float> out(base.size());
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < length; ++j) {
            double sum = 0;
            for (std::size_t r = 0; r < rank; ++r)
                sum += double(left[i * rank + r]) * right[r * length + j];
            out[i * length + j] = static_cast<float>(base[i * length + j] + factor * sum);
        }
    return out;
}

} // namespace

class TiedMergeTest : public QObject {
    Q_OBJECT
    static constexpr std::size_t kRank = 4;
    static constexpr float kStrength = 0.5F; // alpha is the rank

    QTemporaryDir m_dir;
    ThreadPool m_pool{2};
    std::size_t m_width = 0;
    std::vector<float> m_table; // the base's embedding and output [vocabulary x width]
    std::vector<float> m_rowsIn,
        m_columnsIn; // what is added to the embedding: [vocabulary x rank] [rank x width]
    std::vector<float> m_rowsOut, m_columnsOut; // and to the output

    std::filesystem::path path(const char* name) const { return m_dir.filePath(name).toStdString(); }

    // The untied file without its output.
    void makeBase() {
        const auto file = ModelFile::open(referenceDir() / "tiny/qwen2-untied-f32.gguf");
        QVERIFY(file);
        GgufOutput output;
        for (const RawKey& key : (*file)->rawKeys())
            output.copy(key);
        const auto kept = [](const TensorInfo& tensor) { return tensor.name != "output.weight"; };
        for (const TensorInfo& tensor : (*file)->tensors())
            if (kept(tensor))
                output.tensor(std::string(tensor.name),
                              {tensor.shape.begin(), tensor.shape.begin() + tensor.dimensions}, tensor.type);
        QVERIFY(output.begin(path("base.gguf")));
        for (const TensorInfo& tensor : (*file)->tensors())
            if (kept(tensor)) QVERIFY(output.write(tensor.bytes));
        QVERIFY(output.finish());
        m_width = (*file)->find("token_embd.weight")->rowLength();
        m_table = valuesOf(**file, "token_embd.weight");
    }

    void makeAdapter(const char* name, bool changesInput, const std::vector<float>& rowsOut,
                     const std::vector<float>& columnsOut) {
        const std::uint64_t vocabulary = m_table.size() / m_width;
        GgufWriter writer;
        writer.set("general.architecture", "qwen2").set("general.type", "adapter");
        writer.set("adapter.type", "lora").set("adapter.lora.alpha", float(kRank));
        if (changesInput) { // a table's B is [width x rank]
            writer.tensor("token_embd.weight.lora_a", {kRank, vocabulary}, m_rowsIn);
            writer.tensor("token_embd.weight.lora_b", {kRank, m_width}, turned(m_columnsIn, m_width));
        }
        if (!rowsOut.empty()) {
            writer.tensor("output.weight.lora_a", {m_width, kRank}, columnsOut);
            writer.tensor("output.weight.lora_b", {kRank, vocabulary}, rowsOut);
        }
        writer.save(path(name));
    }

    Result<void> merge(const char* adapter, std::optional<FileType> type = {}) {
        const auto file = ModelFile::open(path("base.gguf"));
        if (!file) return file.error();
        const std::vector<AdapterUse> uses{{path(adapter), kStrength}};
        auto plan = AdapterMerge::plan(**file, uses, type);
        if (!plan) return plan.error();
        return plan->write(path("merged.gguf"), m_pool, {}, {});
    }

    std::vector<float> logitsOf(const char* model, std::vector<AdapterUse> adapters = {}) const {
        LoadOptions options;
        options.path = path(model);
        options.device = "reference";
        options.contextTokens = 64;
        options.adapters = std::move(adapters);
        const auto loaded = Model::load(options, {}, {});
        if (!loaded) return {};
        const auto logits = (*(*loaded)->createSession())->logits(tinyTokens(), 0, {});
        return logits ? *logits : std::vector<float>();
    }

private slots:
    void initTestCase() {
        PONDER_NEEDS_REFERENCE();
        makeBase();
        const auto tables = ModelFile::open(dataDir() / "lora/tables.gguf");
        QVERIFY(tables);
        m_rowsIn = valuesOf(**tables, "token_embd.weight.lora_a");
        m_columnsIn = turned(valuesOf(**tables, "token_embd.weight.lora_b"), kRank);
        m_rowsOut = valuesOf(**tables, "output.weight.lora_b");
        m_columnsOut = valuesOf(**tables, "output.weight.lora_a");
        QCOMPARE(m_rowsIn.size(), m_rowsOut.size());
        makeAdapter("input.gguf", true, {}, {});
        makeAdapter("output.gguf", false, m_rowsOut, m_columnsOut);
        makeAdapter("both.gguf", true, m_rowsOut, m_columnsOut);
        makeAdapter("alike.gguf", true, m_rowsIn, m_columnsIn);
    }
    void cleanup() { std::filesystem::remove(path("merged.gguf")); }

    void eachTableGetsWhatIsAddedToIt_data() {
        QTest::addColumn<QString>("adapter");
        QTest::addColumn<bool>("input");
        QTest::addColumn<bool>("output");
        QTest::addRow("only the embedding changes") << "input.gguf" << true << false;
        QTest::addRow("only the output changes") << "output.gguf" << false << true;
        QTest::addRow("they change differently") << "both.gguf" << true << true;
    }
    void eachTableGetsWhatIsAddedToIt() {
        QFETCH(QString, adapter);
        QFETCH(bool, input);
        QFETCH(bool, output);
        const auto done = merge(qPrintable(adapter));
        QVERIFY2(done, done ? "" : done.error().message().c_str());
        const auto merged = ModelFile::open(path("merged.gguf"));
        QVERIFY(merged && (*merged)->find("output.weight"));
        const auto wantedIn = input ? withProduct(m_table, m_rowsIn, m_columnsIn, kRank, kStrength) : m_table;
        const auto wantedOut =
            output ? withProduct(m_table, m_rowsOut, m_columnsOut, kRank, kStrength) : m_table;
        QVERIFY(nmse(valuesOf(**merged, "token_embd.weight"), wantedIn) <= 1e-12);
        QVERIFY(nmse(valuesOf(**merged, "output.weight"), wantedOut) <= 1e-12);
        const auto wanted = logitsOf("base.gguf", {{path(qPrintable(adapter)), kStrength}});
        QVERIFY(!wanted.empty());
        const double error = nmse(logitsOf("merged.gguf"), wanted);
        QVERIFY2(error <= 1e-6, qPrintable(QString::number(error)));
        QVERIFY(nmse(logitsOf("base.gguf"), wanted) > 10 * error);
    }
    void tablesThatChangeAlikeStayOne() {
        QVERIFY(merge("alike.gguf"));
        const auto merged = ModelFile::open(path("merged.gguf"));
        QVERIFY(merged && !(*merged)->find("output.weight"));
        const auto wanted = withProduct(m_table, m_rowsIn, m_columnsIn, kRank, kStrength);
        QVERIFY(nmse(valuesOf(**merged, "token_embd.weight"), wanted) <= 1e-12);
        QVERIFY(nmse(logitsOf("merged.gguf"), logitsOf("base.gguf", {{path("alike.gguf"), kStrength}})) <=
                1e-6);
    }
    void eachTableHasTheFormatOfItsPlace() {
        QVERIFY(merge("input.gguf", FileType::Q4_K_M));
        const auto merged = ModelFile::open(path("merged.gguf"));
        QCOMPARE((*merged)->find("token_embd.weight")->type, TensorType::Q4_K);
        QCOMPARE((*merged)->find("output.weight")->type, TensorType::Q6_K);
        QVERIFY(nmse(logitsOf("merged.gguf"), logitsOf("base.gguf", {{path("input.gguf"), kStrength}})) <=
                1e-1);
    }
};

PONDER_TEST(TiedMergeTest)
#include "tied_merge_test.moc"
