// Writes the seed corpus of gguf_fuzz: make_gguf_corpus FOLDER. The committed seeds came from it; what the
// fuzzer found lies beside them under the hash it gave.
#include "tests/support/tiny_model.h"

using namespace ponder;
using test::ByteSink;
using test::GgufWriter;

namespace {

// A small file with every kind of metadata.
GgufWriter everyValue() {
    GgufWriter writer;
    writer.set("u8", std::uint8_t{1}).set("i8", std::int8_t{-1}).set("u16", std::uint16_t{2});
    writer.set("i16", std::int16_t{-2}).set("u32", std::uint32_t{3}).set("i32", std::int32_t{-3});
    writer.set("u64", std::uint64_t{4}).set("i64", std::int64_t{-4}).set("f32", 0.5f).set("f64", 0.25);
    writer.set("bool", true).set("text", "text").set("general.alignment", std::uint32_t{32});
    writer.array<std::uint8_t>("au8", {1, 2}).array<std::int8_t>("ai8", {-1}).array<bool>("ab", {true});
    writer.array<std::uint16_t>("au16", {1}).array<std::int16_t>("ai16", {-1});
    writer.array<std::uint64_t>("au64", {1}).array<std::int64_t>("ai64", {-1});
    writer.array<float>("af32", {1.5f}).array<double>("af64", {2.5});
    writer.array<std::string>("at", {"a", "", "bc"});
    return writer;
}

GgufWriter oneTensor(TensorType type) {
    GgufWriter writer;
    writer.tensor("t", {256, 2}, type);
    return writer;
}

} // namespace

int main(int count, char** arguments) {
    if (count != 2) return 2;
    const std::filesystem::path folder = arguments[1];
    everyValue().save(folder / "values");
    for (const char* architecture : {"llama", "qwen2", "deepseek2"})
        test::tinyModel(architecture).save(folder / architecture);
    for (const TensorType type : kTensorTypes)
        oneTensor(type).save(folder / ("tensor_" + std::string(typeTraits(type)->name)));

    GgufWriter scaled = test::tinyModel("llama");
    scaled.set("llama.rope.scaling.type", "linear").set("llama.rope.scaling.factor", 4.0f);
    scaled.set("llama.rope.dimension_count", std::uint32_t{32}).set("llama.vocab_size", std::uint32_t{8});
    scaled.tensor("rope_freqs.weight", {16}, std::vector<float>(16, 2.0f)).save(folder / "llama_rope_freqs");
    GgufWriter untied = test::tinyModel("qwen2");
    untied.tensor("output.weight", {32, 8}, TensorType::F16).save(folder / "qwen2_untied");
    GgufWriter part = test::tinyModel("llama").split(2)[0];
    part.save(folder / "split_part");
    GgufWriter huge = everyValue();
    huge.setRaw("huge", test::kArrayType, ByteSink().value(8u).value(std::uint64_t{1} << 23).bytes);
    huge.save(folder / "huge_array");
    return 0;
}
