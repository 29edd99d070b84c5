#include "app/cli/synth_file.h"

#include "app/models/model_catalogue.h"

#include <algorithm>
#include <array>

namespace ponder {
namespace {

ModelConfig qwen2(std::uint32_t layers, std::uint32_t width, std::uint32_t heads, std::uint32_t kvHeads,
                  std::uint32_t hidden, std::uint32_t vocabulary, double ropeBase) {
    const std::uint32_t headSize = width / heads;
    return {.family = familyNamed("qwen2"),
            .layers = layers,
            .width = width,
            .hidden = hidden,
            .heads = heads,
            .kvHeads = kvHeads,
            .headSize = headSize,
            .rotary = headSize,
            .vocabulary = vocabulary,
            .trainedContext = 131072,
            .ropeBase = ropeBase};
}

ModelConfig llama(std::uint32_t layers, std::uint32_t width, std::uint32_t heads, std::uint32_t kvHeads,
                  std::uint32_t hidden, std::uint32_t vocabulary) {
    ModelConfig config = qwen2(layers, width, heads, kvHeads, hidden, vocabulary, 5e5);
    config.family = familyNamed("llama");
    config.normEpsilon = 1e-5F;
    config.ropeFactors = true;
    return config;
}

ModelConfig with(ModelConfig config, bool tied, std::uint32_t context) {
    config.trainedContext = context;
    config.tied = tied;
    return config;
}

const std::vector<SynthShape>& shapes() {
    static const std::vector<SynthShape> all{
        // Rows of 896 are no multiple of 256: its Q4_K_M is Q5_0 and Q8_0 for the most part, as Qwen's own
        // file is.
        {"qwen2.5-0.5b", with(qwen2(24, 896, 14, 2, 4864, 151936, 1e6), true, 32768)},
        {"r1-qwen-1.5b", qwen2(28, 1536, 12, 2, 8960, 151936, 1e4)},
        {"r1-qwen-7b", qwen2(28, 3584, 28, 4, 18944, 152064, 1e4)},
        {"r1-qwen-14b", qwen2(48, 5120, 40, 8, 13824, 152064, 1e6)},
        {"r1-qwen-32b", qwen2(64, 5120, 40, 8, 27648, 152064, 1e6)},
        {"r1-llama-8b", llama(32, 4096, 32, 8, 14336, 128256)},
        // For tests: every format in a few hundred kilobytes.
        {"tiny-qwen", with(qwen2(3, 256, 4, 2, 512, 512, 1e4), true, 1024)},
        {"tiny-llama", with(llama(2, 256, 4, 2, 288, 512), false, 1024)},
    };
    return all;
}

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

void addTokenizer(GgufOutput& out, const ModelConfig& config) {
    constexpr std::int32_t kNormal = 1, kControl = 3;
    std::vector<std::string> tokens = byteLetters();
    tokens.emplace_back("ab");
    while (tokens.size() + 2 < config.vocabulary)
        tokens.push_back("filler" + std::to_string(tokens.size()));
    tokens.insert(tokens.end(), {"<|begin|>", "<|end|>"});
    std::vector<std::int32_t> types(tokens.size(), kNormal);
    types[types.size() - 2] = types.back() = kControl;
    out.set("tokenizer.ggml.model", "gpt2");
    out.set("tokenizer.ggml.pre", config.architecture() == "llama" ? "llama-bpe" : "deepseek-r1-qwen");
    out.array("tokenizer.ggml.tokens", tokens).array("tokenizer.ggml.token_type", types);
    out.array("tokenizer.ggml.merges", std::vector<std::string>{"a b"});
    out.set("tokenizer.ggml.bos_token_id", config.vocabulary - 2);
    out.set("tokenizer.ggml.eos_token_id", config.vocabulary - 1);
    out.set("tokenizer.ggml.add_bos_token", true);
}

} // namespace

std::span<const SynthShape> synthShapes() { return shapes(); }

std::optional<SynthShape> findShape(std::string_view name) {
    const auto found = std::find_if(shapes().begin(), shapes().end(),
                                    [&](const SynthShape& one) { return one.name == name; });
    if (found != shapes().end()) return *found;
    const auto id = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
    const CatalogueModel* model = ModelCatalogue::builtIn().find(id);
    if (!model) return std::nullopt;
    return SynthShape{name, model->config};
}

SynthShape cutTo(std::uint64_t bytes, SynthShape shape, FileType type) {
    const auto fits = [&] { return ShapeModel(shape.config, type).tensorBytes() <= bytes; };
    // What is left has layers of every kind.
    std::uint32_t least = shape.config.denseLayers + 1;
    while (least < shape.config.layers && shape.config.layer(least - 1).delta())
        ++least;
    while (shape.config.layers > least && !fits())
        --shape.config.layers;
    if (shape.config.hasStates()) shape.config.recurrent.resize(shape.config.layers);
    return shape;
}

GgufOutput planFile(const SynthShape& shape, FileType type) {
    GgufOutput out;
    out.set("general.architecture", std::string(shape.config.architecture()));
    out.set("general.name", "Random weights, shape " + std::string(shape.name));
    out.set("general.file_type", static_cast<std::uint32_t>(type));
    out.set("general.quantization_version", std::uint32_t{2});
    shape.config.write(out);
    addTokenizer(out, shape.config);
    const ShapeModel model(shape.config, type);
    for (const TensorInfo& tensor : model.tensors())
        out.tensor(std::string(tensor.name), {tensor.shape.begin(), tensor.shape.begin() + tensor.dimensions},
                   tensor.type);
    return out;
}

} // namespace ponder
