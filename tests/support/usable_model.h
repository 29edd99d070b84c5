// A small model that passes every check of a real one: tinyModel() with a vocabulary that has all bytes.
#pragma once

#include "tests/support/small_vocabulary.h"
#include "tests/support/tiny_model.h"

namespace ponder::test {

inline GgufWriter usableModel(const std::string& name, TensorType matrices = TensorType::Q4_0,
                              std::uint32_t width = 32) {
    const SmallVocabulary vocabulary;
    const Metadata& keys = vocabulary.model.metadata();
    const auto tokens = keys.texts("tokenizer.ggml.tokens"), merges = keys.texts("tokenizer.ggml.merges");
    const auto types = keys.integers("tokenizer.ggml.token_type");
    GgufWriter writer = tinyModel("qwen2", matrices, width);
    writer.set("general.name", name).set("tokenizer.ggml.eos_token_id", std::uint32_t{0});
    writer.set("tokenizer.ggml.pre", "qwen2");
    writer.array<std::string>("tokenizer.ggml.tokens", {tokens.begin(), tokens.end()});
    writer.array<std::string>("tokenizer.ggml.merges", {merges.begin(), merges.end()});
    writer.array<std::int32_t>("tokenizer.ggml.token_type", {types.begin(), types.end()});
    writer.removeTensor("token_embd.weight");
    writer.tensor("token_embd.weight", {width, tokens.size()}, matrices);
    return writer;
}

} // namespace ponder::test
