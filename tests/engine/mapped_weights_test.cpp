// Weights that the memory has no room for stay in the file: which ones, and that nothing else changes.
#include "engine/plan/cpu_plan.h"
#include "engine/plan/dry_run.h"
#include "tests/support/logits_check.h"
#include "tests/support/present_device.h"
#include "tests/support/shapes.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <map>

using namespace ponder;
using namespace ponder::test;

namespace {

constexpr std::uint64_t kEveryMatrix = 1; // a room that nothing has room in

CpuPlan planOf(const ShapeModel& model, std::uint64_t room) {
    PlanRequest request{model.config(), model.weights(), model.tensorBytes(), 512};
    request.room = room;
    return CpuPlan::make(request, 2);
}

// Names of the tensors that stay in the file.
QStringList mappedOf(const CpuPlan& plan) {
    QStringList names;
    for (const CpuTensor& tensor : plan.tensors)
        if (tensor.mapped)
            names << QString::fromUtf8(tensor.source->name.data(), qsizetype(tensor.source->name.size()));
    return names;
}

LoadOptions optionsFor(const std::string& file, Precision precision, std::uint64_t room) {
    LoadOptions options;
    options.path = referenceDir() / file;
    options.device = "cpu";
    options.contextTokens = 64;
    options.precision = precision;
    options.memoryRoom = room;
    return options;
}

// Of the reference's tokens, in one batch, then of one more.
std::vector<float> logitsOf(Model& model) {
    auto session = *model.createSession();
    std::vector<TokenId> tokens = tinyTokens();
    const auto prompt = session->logits(tokens, 0, {});
    tokens.push_back(7);
    const auto next = session->logits(tokens, tokens.size() - 1, {});
    std::vector<float> all;
    for (const auto& one : {prompt, next})
        if (one) all.insert(all.end(), one->begin(), one->end());
    return all;
}

} // namespace

class MappedWeightsTest : public QObject {
    Q_OBJECT
private slots:
    void expertsOfTheLastLayersStayInTheFileFirst() {
        ModelConfig config = qwen2MoeConfig();
        config.layers = 4;
        const ShapeModel model(config, FileType::Q8_0);
        const CpuPlan whole = planOf(model, 0);
        QVERIFY(mappedOf(whole).isEmpty());
        QCOMPARE(whole.mappedBytes, std::uint64_t{0});
        // A byte too little, and one stack stays; with less room the next ones do.
        const CpuPlan one = planOf(model, whole.memory().total() - 1);
        QCOMPARE(mappedOf(one), QStringList{"blk.3.ffn_down_exps.weight"});
        const CpuPlan few = planOf(model, whole.memory().total() - 5 * one.mappedBytes);
        for (const QString& name : mappedOf(few))
            QVERIFY2(name.contains("_exps"), qPrintable(name));
        QVERIFY(mappedOf(few).contains("blk.3.ffn_up_exps.weight"));
        QVERIFY(!mappedOf(few).contains("blk.1.ffn_down_exps.weight"));
    }
    void whatStaysTakesNoMemoryAndLeavesNoGap_data() {
        QTest::addColumn<bool>("tied");
        QTest::newRow("tied") << true; // the output is a table that is known before all matrices
        QTest::newRow("untied") << false;
    }
    void whatStaysTakesNoMemoryAndLeavesNoGap() {
        QFETCH(const bool, tied);
        ModelConfig config = qwen2MoeConfig();
        config.tied = tied;
        const ShapeModel model(config, FileType::Q4_K_M);
        const CpuPlan whole = planOf(model, 0), none = planOf(model, kEveryMatrix);
        QVERIFY(none.weightBytes < whole.weightBytes / 2);
        std::uint64_t mapped = 0;
        std::map<std::uint64_t, std::uint64_t> packed; // where a tensor begins and ends
        for (const CpuTensor& tensor : none.tensors) {
            QVERIFY(!(tensor.packed && tensor.mapped));
            if (tensor.mapped) mapped += bytesOf(*tensor.source);
            if (tensor.packed) packed[tensor.at] = tensor.at + tensor.layout.bytes();
        }
        std::uint64_t end = 0;
        for (const auto& [begins, ends] : packed) {
            QVERIFY(begins >= end);
            end = ends;
        }
        QVERIFY(end <= none.weightBytes);
        QCOMPARE(none.memory().mapped, mapped);
        // What routes, heads' own matrices and the output are read in every pass.
        for (const QString& name : mappedOf(none))
            QVERIFY2(!name.contains("_inp") && !name.startsWith("output"), qPrintable(name));
    }
    void theForecastPlansTheSame() {
        const ShapeModel model(qwen2MoeConfig(), FileType::Q4_K_M);
        DeviceInfo host;
        host.kind = DeviceKind::Processor;
        host.cores = 2;
        PlanRequest request{model.config(), model.weights(), model.tensorBytes(), 512};
        request.room = planOf(model, 0).memory().total() - 1000;
        const auto forecast = planMemory(host, request);
        QVERIFY(forecast);
        QVERIFY(forecast->mapped > 0);
        QCOMPARE(forecast->total(), planOf(model, request.room).memory().total());
        QCOMPARE(forecast->mapped, planOf(model, request.room).memory().mapped);
    }
    void logitsAreThoseOfWeightsInMemory_data() {
        QTest::addColumn<QString>("file");
        for (const char* name :
             {"tiny2/qwen2moe-q4_k_m", "tiny2/qwen3moe-nvfp4", "tiny2/deepseek2-glm-q4_k_m",
              "tiny2/exaone4-q4_k_m", "tiny2/qwen3-blocks-iq2_xs", "tiny/qwen2-untied-f16"})
            QTest::newRow(name) << QString(name) + ".gguf";
    }
    void logitsAreThoseOfWeightsInMemory() {
        PONDER_NEEDS_REFERENCE();
        if (!hasDevice("cpu")) QSKIP("the fast processor backend does not run here");
        QFETCH(const QString, file);
        for (const Precision precision : {Precision::Fast, Precision::Float}) {
            const auto packed = Model::load(optionsFor(file.toStdString(), precision, 0), {}, {});
            const LoadOptions options = optionsFor(file.toStdString(), precision, kEveryMatrix);
            const auto plan = Model::plan(options);
            const auto mapped = Model::load(options, {}, {});
            QVERIFY(packed && plan && mapped);
            QCOMPARE((*packed)->memory().mapped, std::uint64_t{0});
            QVERIFY((*mapped)->memory().mapped > 0);
            QCOMPARE((*mapped)->memory().mapped, plan->parts.front().memory.mapped);
            QCOMPARE((*mapped)->memory().weights, plan->parts.front().memory.weights);
            const std::vector<float> wanted = logitsOf(**packed);
            QVERIFY(!wanted.empty());
            QCOMPARE(logitsOf(**mapped), wanted);
            QVERIFY((*mapped)->memory().scratch <= plan->parts.front().memory.scratch);
        }
    }
    void expertsBesideACardMayStayInTheFile() {
        PONDER_NEEDS_REFERENCE();
        if (!hasDevice("vulkan") || !hasDevice("cpu")) QSKIP("there is no Vulkan device");
        LoadOptions options = optionsFor("tiny2/qwen2moe-q4_k_m.gguf", Precision::Float, 0);
        options.device = "vulkan:0";
        options.expertLayers = 99;
        const auto packed = Model::load(options, {}, {});
        options.memoryRoom = kEveryMatrix;
        const auto mapped = Model::load(options, {}, {});
        QVERIFY(packed && mapped);
        QVERIFY((*mapped)->parts().front().memory.mapped > 0);
        QCOMPARE((*mapped)->memory().mapped, (*mapped)->parts().front().memory.mapped);
        const std::vector<float> wanted = logitsOf(**packed);
        QVERIFY(!wanted.empty());
        QCOMPARE(logitsOf(**mapped), wanted);
    }
};

PONDER_TEST(MappedWeightsTest)
#include "mapped_weights_test.moc"
