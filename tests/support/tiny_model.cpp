#include "tests/support/tiny_model.h"

namespace ponder::test {

GgufWriter tinyModel(const std::string& architecture, TensorType matrices, std::uint32_t width) {
    constexpr std::uint32_t kVocabulary = 8;
    const std::string a = architecture + ".";
    GgufWriter writer;
    writer.set("general.architecture", architecture).set("general.name", "tiny");
    writer.set(a + "block_count", std::uint32_t{1}).set(a + "context_length", std::uint32_t{128});
    writer.set(a + "embedding_length", width).set(a + "feed_forward_length", width);
    writer.set(a + "attention.head_count", std::uint32_t{1});
    writer.set(a + "attention.head_count_kv", std::uint32_t{1});
    writer.set(a + "attention.layer_norm_rms_epsilon", 1e-6f).set(a + "rope.freq_base", 10000.0f);
    writer.set("tokenizer.ggml.model", "gpt2").set("tokenizer.ggml.pre", architecture);
    writer.array<std::string>("tokenizer.ggml.tokens", {"a", "b", "c", "d", "e", "f", "g", "h"});
    writer.array<std::string>("tokenizer.ggml.merges", {});
    writer.array<std::int32_t>("tokenizer.ggml.token_type", std::vector<std::int32_t>(kVocabulary, 1));
    writer.set("tokenizer.ggml.eos_token_id", std::uint32_t{7});

    writer.tensor("token_embd.weight", {width, kVocabulary}, matrices);
    for (const char* norm : {"attn_norm", "ffn_norm"})
        writer.tensor(std::string("blk.0.") + norm + ".weight", {width}, TensorType::F32);
    for (const char* name : {"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"})
        writer.tensor(std::string("blk.0.") + name + ".weight", {width, width}, matrices);
    if (architecture == "qwen2")
        for (const char* name : {"attn_q", "attn_k", "attn_v"})
            writer.tensor(std::string("blk.0.") + name + ".bias", {width}, TensorType::F32);
    writer.tensor("output_norm.weight", {width}, TensorType::F32);
    return writer;
}

} // namespace ponder::test
