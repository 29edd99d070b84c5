#include "app/cli/model_shape.h"

#include <algorithm>
#include <array>

namespace ponder {
namespace {

// name, llama, layers, width, heads, kvHeads, hidden, vocabulary, ropeBase, epsilon, tied, context
constexpr std::array kShapes{
    ModelShape{"r1-qwen-1.5b", false, 28, 1536, 12, 2, 8960, 151936, 1e4, 1e-6},
    ModelShape{"r1-qwen-7b", false, 28, 3584, 28, 4, 18944, 152064, 1e4, 1e-6},
    ModelShape{"r1-qwen-14b", false, 48, 5120, 40, 8, 13824, 152064, 1e6, 1e-5},
    ModelShape{"r1-qwen-32b", false, 64, 5120, 40, 8, 27648, 152064, 1e6, 1e-5},
    ModelShape{"r1-llama-8b", true, 32, 4096, 32, 8, 14336, 128256, 5e5, 1e-5},
    // For tests: every format in a few hundred kilobytes.
    ModelShape{"tiny-qwen", false, 3, 256, 4, 2, 512, 512, 1e4, 1e-6, true, 1024},
    ModelShape{"tiny-llama", true, 2, 256, 4, 2, 288, 512, 5e5, 1e-5, false, 1024},
};

std::uint32_t headSize(const ModelShape& shape) { return shape.width / shape.heads; }

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

void addConfig(GgufOutput& out, const ModelShape& shape, FileType type) {
    const std::string architecture = shape.llama ? "llama" : "qwen2";
    const auto key = [&](const char* name) { return architecture + "." + name; };
    out.set("general.architecture", architecture);
    out.set("general.name", "Random weights, shape " + std::string(shape.name));
    out.set("general.file_type", static_cast<std::uint32_t>(type));
    out.set("general.quantization_version", std::uint32_t{2});
    out.set(key("block_count"), shape.layers).set(key("context_length"), shape.context);
    out.set(key("embedding_length"), shape.width).set(key("feed_forward_length"), shape.hidden);
    out.set(key("attention.head_count"), shape.heads).set(key("attention.head_count_kv"), shape.kvHeads);
    out.set(key("attention.layer_norm_rms_epsilon"), static_cast<float>(shape.epsilon));
    out.set(key("rope.freq_base"), static_cast<float>(shape.ropeBase));
    out.set(key("rope.dimension_count"), headSize(shape)).set(key("vocab_size"), shape.vocabulary);
}

// Adds tensors by their kind; matrices get the format that the kind of file gives them.
class TensorList {
public:
    TensorList(GgufOutput& out, const ModelShape& shape, FileType type)
        : m_out(out), m_shape(shape), m_type(type) {}

    void matrix(std::string_view kind, std::uint64_t rowLength, std::uint64_t rows) {
        const TensorPlace place{kind, m_layer, m_shape.layers, rowLength, m_shape.tied, rows};
        m_out.tensor(name(kind, "weight"), {rowLength, rows}, tensorType(m_type, place));
    }
    void vector(std::string_view kind, std::uint64_t length, const char* part = "weight") {
        m_out.tensor(name(kind, part), {length}, TensorType::F32);
    }
    void layer(std::uint32_t layer) {
        m_layer = layer;
        m_prefix = "blk." + std::to_string(layer) + ".";
        const std::uint64_t width = m_shape.width, keys = std::uint64_t{headSize(m_shape)} * m_shape.kvHeads;
        vector("attn_norm", width);
        for (const char* kind : {"attn_q", "attn_k", "attn_v"}) {
            const std::uint64_t rows = std::string_view(kind) == "attn_q" ? width : keys;
            matrix(kind, width, rows);
            if (!m_shape.llama) vector(kind, rows, "bias");
        }
        matrix("attn_output", width, width);
        vector("ffn_norm", width);
        matrix("ffn_gate", width, m_shape.hidden);
        matrix("ffn_up", width, m_shape.hidden);
        matrix("ffn_down", m_shape.hidden, width);
        m_prefix.clear();
    }

private:
    std::string name(std::string_view kind, const char* part) const {
        return m_prefix + std::string(kind) + "." + part;
    }

    GgufOutput& m_out;
    const ModelShape& m_shape;
    FileType m_type;
    std::uint32_t m_layer = 0;
    std::string m_prefix;
};

} // namespace

std::span<const ModelShape> modelShapes() { return kShapes; }

const ModelShape* findShape(std::string_view name) {
    const auto found = std::find_if(kShapes.begin(), kShapes.end(),
                                    [&](const ModelShape& shape) { return shape.name == name; });
    return found == kShapes.end() ? nullptr : &*found;
}

GgufOutput planFile(const ModelShape& shape, FileType type) {
    GgufOutput out;
    addConfig(out, shape, type);
    addTokenizer(out, shape);
    TensorList tensors(out, shape, type);
    tensors.matrix("token_embd", shape.width, shape.vocabulary);
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer)
        tensors.layer(layer);
    tensors.vector("output_norm", shape.width);
    if (!shape.tied) tensors.matrix("output", shape.width, shape.vocabulary);
    if (shape.llama) tensors.vector("rope_freqs", headSize(shape) / 2);
    return out;
}

} // namespace ponder
