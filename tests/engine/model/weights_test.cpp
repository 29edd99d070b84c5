#include "engine/model/weights.h"
#include "tests/support/test_class.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>

using namespace ponder;
using test::GgufWriter;

namespace {

struct Change {
    const char* name;
    std::function<void(GgufWriter&)> apply;
    ErrorCode code;
    const char* named; // part of the detail
};

Change without(const char* tensor) {
    return {tensor, [=](GgufWriter& w) { w.removeTensor(tensor); }, ErrorCode::MissingTensor, tensor};
}

Change reshaped(const char* tensor, std::vector<std::uint64_t> shape) {
    return {tensor, [=](GgufWriter& w) { w.removeTensor(tensor).tensor(tensor, shape, TensorType::F32); },
            ErrorCode::BadTensor, tensor};
}

Change retyped(const char* tensor, TensorType type) {
    return {tensor, [=](GgufWriter& w) { w.removeTensor(tensor).tensor(tensor, {32}, type); },
            ErrorCode::BadTensor, tensor};
}

Change added(const char* tensor) {
    return {tensor, [=](GgufWriter& w) { w.tensor(tensor, {32}, TensorType::F32); },
            ErrorCode::UnsupportedModel, tensor};
}

Change factors(const char* name, float last) {
    return {name,
            [=](GgufWriter& w) {
                std::vector<float> values(16, 1.0f);
                values.back() = last;
                w.tensor("rope_freqs.weight", {16}, values);
            },
            ErrorCode::BadTensor, "rope_freqs.weight"};
}

const std::vector<Change> kChanges{
    without("blk.0.attn_norm.weight"),
    without("blk.0.attn_q.weight"),
    without("blk.0.attn_k.weight"),
    without("blk.0.attn_v.weight"),
    without("blk.0.attn_q.bias"),
    without("blk.0.attn_k.bias"),
    without("blk.0.attn_v.bias"),
    without("blk.0.attn_output.weight"),
    without("blk.0.ffn_norm.weight"),
    without("blk.0.ffn_gate.weight"),
    without("blk.0.ffn_up.weight"),
    without("blk.0.ffn_down.weight"),
    without("output_norm.weight"),
    without("token_embd.weight"),
    {"fewer layers than promised", [](GgufWriter& w) { w.set("qwen2.block_count", 2u); },
     ErrorCode::MissingTensor, "blk.1.attn_norm.weight"},
    reshaped("blk.0.attn_norm.weight", {64}),
    reshaped("blk.0.attn_norm.weight", {32, 2}),
    reshaped("blk.0.attn_q.weight", {64, 32}),
    reshaped("blk.0.attn_k.weight", {32, 64}),
    reshaped("blk.0.attn_v.weight", {32, 32, 2}),
    reshaped("blk.0.attn_output.weight", {32, 33}),
    reshaped("blk.0.attn_k.bias", {1, 32}),
    reshaped("blk.0.ffn_down.weight", {1024}),
    reshaped("token_embd.weight", {64, 8}),
    reshaped("output.weight", {32, 9}),
    reshaped("rope_freqs.weight", {32}),
    retyped("blk.0.attn_norm.weight", TensorType::F16),
    retyped("blk.0.attn_q.bias", TensorType::BF16),
    retyped("output_norm.weight", TensorType::Q8_0),
    factors("zero factor", 0.0f),
    factors("negative factor", -1.0f),
    factors("factor that is no number", std::numeric_limits<float>::quiet_NaN()),
    added("blk.0.attn_q_norm.weight"),
    added("blk.0.ffn_down.bias"),
    added("blk.1.attn_norm.weight"),
};

Result<FileWeights> bind(const ModelFile& file) {
    const auto config = ModelConfig::read(file);
    if (!config) return config.error();
    return bindWeights(file, *config);
}

std::unique_ptr<ModelFile> opened(const GgufWriter& writer) {
    auto file = ModelFile::fromBytes(writer.bytes(), "model.gguf");
    if (!file) qWarning("%s", file.error().message().c_str());
    return file ? std::move(*file) : nullptr;
}

} // namespace

Q_DECLARE_METATYPE(const Change*)

class WeightsTest : public QObject {
    Q_OBJECT
private slots:
    void aWrongTensorIsNamed_data() {
        QTest::addColumn<const Change*>("change");
        for (std::size_t i = 0; i < kChanges.size(); ++i)
            QTest::addRow("%zu %s", i, kChanges[i].name) << &kChanges[i];
    }
    void aWrongTensorIsNamed() {
        QFETCH(const Change*, change);
        GgufWriter writer = test::tinyModel("qwen2");
        change->apply(writer);
        const auto file = opened(writer);
        QVERIFY(file);
        const auto weights = bind(*file);
        QVERIFY2(!weights, "the weights were accepted");
        QVERIFY2(weights.error().code == change->code, weights.error().message().c_str());
        QVERIFY2(weights.error().detail.english().find(change->named) != std::string::npos,
                 weights.error().detail.english().c_str());
        QCOMPARE(weights.error().subject, std::string("model.gguf"));
    }

    void everyFieldPointsToTheTensorOfItsName() {
        const auto file = opened(test::tinyModel("qwen2"));
        const auto weights = bind(*file);
        QVERIFY2(weights, weights ? "" : weights.error().message().c_str());
        const std::vector<std::pair<Weight, const char*>> expected{
            {Slot::TokenEmbedding, "token_embd.weight"},
            {Slot::OutputNorm, "output_norm.weight"},
            {Slot::AttentionNorm, "blk.0.attn_norm.weight"},
            {Slot::Query, "blk.0.attn_q.weight"},
            {Slot::Key, "blk.0.attn_k.weight"},
            {Slot::Value, "blk.0.attn_v.weight"},
            {Slot::QueryBias, "blk.0.attn_q.bias"},
            {Slot::KeyBias, "blk.0.attn_k.bias"},
            {Slot::ValueBias, "blk.0.attn_v.bias"},
            {Slot::AttentionOutput, "blk.0.attn_output.weight"},
            {Slot::FeedForwardNorm, "blk.0.ffn_norm.weight"},
            {Slot::Gate, "blk.0.ffn_gate.weight"},
            {Slot::Up, "blk.0.ffn_up.weight"},
            {Slot::Down, "blk.0.ffn_down.weight"},
        };
        for (const auto& [weight, name] : expected)
            QCOMPARE((*weights)[weight]->name, std::string_view(name));
    }

    void tensorsOfBlocksThatGuessTokensAreLeftAlone() {
        GgufWriter writer = test::tinyModel("qwen2");
        writer.set("qwen2.block_count", 2u).set("qwen2.nextn_predict_layers", 1u);
        writer.tensor("blk.1.nextn.eh_proj.weight", {64, 32}, TensorType::F16);
        writer.tensor("blk.1.attn_q.weight", {32, 32}, TensorType::F16);
        QVERIFY(bind(*opened(writer)));
        writer.tensor("blk.2.attn_q.weight", {32, 32}, TensorType::F16); // after all of them
        const auto weights = bind(*opened(writer));
        QVERIFY(!weights);
        QCOMPARE(weights.error().code, ErrorCode::UnsupportedModel);
    }

    void stacksOfExpertsAreCheckedAndMayBeMerged() {
        GgufWriter writer = test::tinyModel("qwen2moe");
        for (const char* dense : {"ffn_gate", "ffn_up", "ffn_down"})
            writer.removeTensor(std::string("blk.0.") + dense + ".weight");
        for (const char* bias : {"attn_q.bias", "attn_k.bias", "attn_v.bias"})
            writer.tensor(std::string("blk.0.") + bias, {32}, TensorType::F32);
        writer.set("qwen2moe.expert_count", 4u).set("qwen2moe.expert_used_count", 2u);
        writer.tensor("blk.0.ffn_gate_inp.weight", {32, 4}, TensorType::F32);
        writer.tensor("blk.0.ffn_gate_inp_shexp.weight", {32}, TensorType::F32);
        for (const char* name : {"ffn_gate_shexp", "ffn_up_shexp"})
            writer.tensor(std::string("blk.0.") + name + ".weight", {32, 96}, TensorType::F16);
        writer.tensor("blk.0.ffn_down_shexp.weight", {96, 32}, TensorType::F16);
        writer.tensor("blk.0.ffn_down_exps.weight", {64, 32, 4}, TensorType::Q8_0);
        GgufWriter apart = writer, merged = writer;
        for (const char* name : {"blk.0.ffn_gate_exps.weight", "blk.0.ffn_up_exps.weight"})
            apart.tensor(name, {32, 64, 4}, TensorType::Q8_0);
        merged.tensor("blk.0.ffn_gate_up_exps.weight", {32, 128, 4}, TensorType::Q8_0);
        for (const GgufWriter& whole : {apart, merged}) {
            const auto file = opened(whole);
            const auto weights = bind(*file);
            QVERIFY2(weights, weights ? "" : weights.error().message().c_str());
            const TensorInfo* down = (*weights)[{Slot::DownExperts, 0}];
            QCOMPARE(down->rows(), std::uint64_t{4 * 32});
        }
        QCOMPARE(bind(*opened(writer)).error().code, ErrorCode::MissingTensor);
        apart.removeTensor("blk.0.ffn_up_exps.weight");
        apart.tensor("blk.0.ffn_up_exps.weight", {32, 64, 3}, TensorType::Q8_0);
        const auto fewer = bind(*opened(apart));
        QVERIFY(!fewer);
        QCOMPARE(fewer.error().code, ErrorCode::BadTensor);
    }

    void partsOfAFusedTensorAreItsRows() {
        GgufWriter writer = test::tinyModel("phi3");
        std::vector<float> rows(96 * 32);
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i] = static_cast<float>(i);
        for (const char* name : {"attn_q", "attn_k", "attn_v", "ffn_gate", "ffn_up"})
            writer.removeTensor(std::string("blk.0.") + name + ".weight");
        writer.tensor("blk.0.attn_qkv.weight", {32, 96}, rows);
        rows.resize(64 * 32);
        writer.tensor("blk.0.ffn_up.weight", {32, 64}, rows);
        const auto file = ModelFile::fromBytes(writer.bytes(), "model.gguf");
        const auto weights = bindWeights(**file, *ModelConfig::read(**file));
        QVERIFY2(weights, weights ? "" : weights.error().message().c_str());
        const auto firstOf = [&](Slot slot) {
            const TensorInfo& part = *(*weights)[{slot, 0}];
            float first = 0;
            std::memcpy(&first, part.bytes.data(), sizeof first);
            return part.rows() == 32 && part.bytes.size() == 32 * 32 * sizeof(float) ? first : -1;
        };
        QCOMPARE(firstOf(Slot::Query), 0.0F);
        QCOMPARE(firstOf(Slot::Key), 32 * 32.0F);
        QCOMPARE(firstOf(Slot::Value), 64 * 32.0F);
        QCOMPARE(firstOf(Slot::Gate), 0.0F);
        QCOMPARE(firstOf(Slot::Up), 32 * 32.0F);
    }
    void factorsBesideAMatrixBelongToIt() {
        GgufWriter writer = test::tinyModel("llama", TensorType::NVFP4, 64);
        writer.tensor("blk.0.attn_q.scale", {1}, std::vector<float>{0.5F});
        const auto file = ModelFile::fromBytes(writer.bytes(), "model.gguf");
        const auto weights = bindWeights(**file, *ModelConfig::read(**file));
        QVERIFY2(weights, weights ? "" : weights.error().message().c_str());
        const auto lastOf = [&](Slot slot) { return (*weights)[Weight{slot, 0}]->factorOf(63); };
        QCOMPARE(lastOf(Slot::Query), 0.5F);
        QCOMPARE(lastOf(Slot::Key), 1.0F);
        writer.tensor("blk.0.attn_k.scale", {2}, std::vector<float>{0.5F, 1.0F}); // one matrix, two factors
        const auto wrong = ModelFile::fromBytes(writer.bytes(), "model.gguf");
        const auto refused = bindWeights(**wrong, *ModelConfig::read(**wrong));
        QVERIFY(!refused && refused.error().code == ErrorCode::BadTensor);
    }
    void scalesOfInputsBesideNvfp4MatricesArePassedOver() {
        const auto bound = [](TensorType type) {
            GgufWriter writer = test::tinyModel("llama", type, 64);
            writer.tensor("blk.0.attn_q.input_scale", {1}, std::vector<float>{0.25F});
            const auto file = ModelFile::fromBytes(writer.bytes(), "model.gguf");
            const auto weights = bindWeights(**file, *ModelConfig::read(**file));
            return weights ? std::string("bound") : weights.error().message();
        };
        QCOMPARE(bound(TensorType::NVFP4), std::string("bound"));
        QVERIFY(bound(TensorType::Q8_0).find("attn_q.input_scale") != std::string::npos);
    }
    void aModelWithoutOutputIsTied() {
        const auto tied = opened(test::tinyModel("llama"));
        const auto weights = bind(*tied);
        QVERIFY(weights && weights->tied);
        QCOMPARE((*weights)[Slot::Output], (*weights)[Slot::TokenEmbedding]);

        GgufWriter writer = test::tinyModel("llama");
        writer.tensor("output.weight", {32, 8}, TensorType::Q8_0);
        const auto untied = opened(writer);
        const auto own = bind(*untied);
        QVERIFY(own && !own->tied);
        QCOMPARE((*own)[Slot::Output]->name, std::string_view("output.weight"));
    }

    void llamaBiasesAreAllThereOrAbsent() {
        const auto plain = opened(test::tinyModel("llama"));
        QVERIFY((*bind(*plain))[Slot::QueryBias] == nullptr);
        GgufWriter writer = test::tinyModel("llama");
        writer.tensor("blk.0.attn_k.bias", {32}, TensorType::F32);
        const auto one = opened(writer);
        QCOMPARE(bind(*one).error().code, ErrorCode::MissingTensor);
        writer.tensor("blk.0.attn_q.bias", {32}, TensorType::F32);
        writer.tensor("blk.0.attn_v.bias", {32}, TensorType::F32);
        const auto all = opened(writer);
        QVERIFY((*bind(*all))[Slot::ValueBias] != nullptr);
    }

    void ropeFactorsAreFoundAndOldTablesAreIgnored() {
        GgufWriter writer = test::tinyModel("llama");
        writer.tensor("rope_freqs.weight", {16}, std::vector<float>(16, 8.0f));
        writer.tensor("blk.0.attn_rot_embd.weight", {16}, TensorType::F32);
        const auto file = opened(writer);
        const auto weights = bind(*file);
        QVERIFY2(weights, weights ? "" : weights.error().message().c_str());
        QVERIFY(weights->operator[](Slot::RopeFactors) &&
                weights->operator[](Slot::RopeFactors)->name == "rope_freqs.weight");
    }

    void visitingReachesEveryTensorOnce() {
        GgufWriter writer = test::tinyModel("qwen2");
        writer.tensor("rope_freqs.weight", {16}, std::vector<float>(16, 1.0f));
        for (const bool untied : {false, true}) {
            if (untied) writer.tensor("output.weight", {32, 8}, TensorType::F32);
            const auto file = opened(writer);
            auto weights = bind(*file);
            QVERIFY2(weights, weights ? "" : weights.error().message().c_str());
            std::vector<const TensorInfo*> seen;
            forEachTensor(*weights, [&](const TensorInfo* tensor) { seen.push_back(tensor); });
            QCOMPARE(seen.size(), writer.tensors.size());
            std::sort(seen.begin(), seen.end());
            QVERIFY(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
        }
    }
};

PONDER_TEST(WeightsTest)
#include "weights_test.moc"
