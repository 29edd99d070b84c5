#include "app/cli/synth_file.h"

#include <algorithm>
#include <array>

namespace ponder {
namespace {

// llama, layers, width, heads, kvHeads, headSize, hidden, vocabulary, ropeBase, epsilon, tied, ropeFactors
constexpr std::array kShapes{
    // Rows of 896 are no multiple of 256: its Q4_K_M is Q5_0 and Q8_0 for the most part, as Qwen's own file
    // is.
    SynthShape{"qwen2.5-0.5b", {false, 24, 896, 14, 2, 64, 4864, 151936, 1e6, 1e-6, true, false, 32768}},
    SynthShape{"r1-qwen-1.5b", {false, 28, 1536, 12, 2, 128, 8960, 151936, 1e4, 1e-6}},
    SynthShape{"r1-qwen-7b", {false, 28, 3584, 28, 4, 128, 18944, 152064, 1e4, 1e-6}},
    SynthShape{"r1-qwen-14b", {false, 48, 5120, 40, 8, 128, 13824, 152064, 1e6, 1e-5}},
    SynthShape{"r1-qwen-32b", {false, 64, 5120, 40, 8, 128, 27648, 152064, 1e6, 1e-5}},
    SynthShape{"r1-llama-8b", {true, 32, 4096, 32, 8, 128, 14336, 128256, 5e5, 1e-5, false, true}},
    // For tests: every format in a few hundred kilobytes.
    SynthShape{"tiny-qwen", {false, 3, 256, 4, 2, 64, 512, 512, 1e4, 1e-6, true, false, 1024}},
    SynthShape{"tiny-llama", {true, 2, 256, 4, 2, 64, 288, 512, 5e5, 1e-5, false, true, 1024}},
};

// The character by which a byte-level vocabulary writes a byte: printable Latin-1 for itself, the others from
// U+0100 on. Both take at most two bytes of UTF-8.
std::vector<std::string> byteLetters() {
    std::vector<std::string> out;
    unsigned next = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte) {
        const bool itself = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
        const unsigned letter = itself ? byte : next++;
        if (letter < 0x80)
            out.emplace_back(1, static_cast<char>(letter));
        else
            out.push_back({static_cast<char>(0xC0 | letter >> 6), static_cast<char>(0x80 | (letter & 0x3F))});
    }
    return out;
}

void addTokenizer(GgufOutput& out, const ModelShape& shape) {
    constexpr std::int32_t kNormal = 1, kControl = 3;
    std::vector<std::string> tokens = byteLetters();
    tokens.emplace_back("ab");
    while (tokens.size() + 2 < shape.vocabulary)
        tokens.push_back("filler" + std::to_string(tokens.size()));
    tokens.insert(tokens.end(), {"<|begin|>", "<|end|>"});
    std::vector<std::int32_t> types(tokens.size(), kNormal);
    types[types.size() - 2] = types.back() = kControl;
    out.set("tokenizer.ggml.model", "gpt2");
    out.set("tokenizer.ggml.pre", shape.llama ? "llama-bpe" : "deepseek-r1-qwen");
    out.array("tokenizer.ggml.tokens", tokens).array("tokenizer.ggml.token_type", types);
    out.array("tokenizer.ggml.merges", std::vector<std::string>{"a b"});
    out.set("tokenizer.ggml.bos_token_id", shape.vocabulary - 2);
    out.set("tokenizer.ggml.eos_token_id", shape.vocabulary - 1);
    out.set("tokenizer.ggml.add_bos_token", true);
}

void addConfig(GgufOutput& out, std::string_view name, const ModelShape& shape, FileType type) {
    const std::string architecture = shape.llama ? "llama" : "qwen2";
    const auto key = [&](const char* last) { return architecture + "." + last; };
    out.set("general.architecture", architecture);
    out.set("general.name", "Random weights, shape " + std::string(name));
    out.set("general.file_type", static_cast<std::uint32_t>(type));
    out.set("general.quantization_version", std::uint32_t{2});
    out.set(key("block_count"), shape.layers).set(key("context_length"), shape.context);
    out.set(key("embedding_length"), shape.width).set(key("feed_forward_length"), shape.hidden);
    out.set(key("attention.head_count"), shape.heads).set(key("attention.head_count_kv"), shape.kvHeads);
    out.set(key("attention.layer_norm_rms_epsilon"), static_cast<float>(shape.epsilon));
    out.set(key("rope.freq_base"), static_cast<float>(shape.ropeBase));
    out.set(key("rope.dimension_count"), shape.headSize).set(key("vocab_size"), shape.vocabulary);
}

} // namespace

std::span<const SynthShape> synthShapes() { return kShapes; }

const SynthShape* findShape(std::string_view name) {
    const auto found =
        std::find_if(kShapes.begin(), kShapes.end(), [&](const SynthShape& one) { return one.name == name; });
    return found == kShapes.end() ? nullptr : &*found;
}

GgufOutput planFile(const SynthShape& named, FileType type) {
    const ModelShape& shape = named.shape;
    GgufOutput out;
    addConfig(out, named.name, shape, type);
    addTokenizer(out, shape);
    const ShapeModel model(shape, type);
    for (const TensorInfo& tensor : model.tensors())
        out.tensor(std::string(tensor.name), {tensor.shape.begin(), tensor.shape.begin() + tensor.dimensions},
                   tensor.type);
    return out;
}

} // namespace ponder
