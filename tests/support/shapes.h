// Configs of models that are known by their numbers alone.
#pragma once

#include "engine/model/shape_model.h"

namespace ponder::test {

// Heads that fill the width; the numbers that are left out are those of Qwen2.5 and Llama 3.
inline ModelConfig qwen2Config(std::uint32_t layers, std::uint32_t width, std::uint32_t heads,
                               std::uint32_t kvHeads, std::uint32_t headSize, std::uint32_t hidden,
                               std::uint32_t vocabulary, bool tied = false) {
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
            .tied = tied};
}

inline ModelConfig llamaConfig(std::uint32_t layers, std::uint32_t width, std::uint32_t heads,
                               std::uint32_t kvHeads, std::uint32_t headSize, std::uint32_t hidden,
                               std::uint32_t vocabulary, bool tied = false) {
    ModelConfig config = qwen2Config(layers, width, heads, kvHeads, headSize, hidden, vocabulary, tied);
    config.family = familyNamed("llama");
    return config;
}

// Two layers, of which the first is dense: four experts, two of them used, beside a shared one with a gate.
inline ModelConfig qwen2MoeConfig() {
    ModelConfig config = qwen2Config(2, 64, 2, 1, 32, 96, 100);
    config.family = familyNamed("qwen2moe");
    config.denseLayers = 1;
    config.mixture = {.experts = 4, .used = 2, .hidden = 32, .sharedHidden = 64, .sharedGate = true};
    return config;
}

// Two layers, of which the first is dense: what a token leaves is 64 values and 16 that RoPE turns.
inline ModelConfig latentConfig() {
    ModelConfig config = qwen2Config(2, 64, 2, 1, 48, 96, 100);
    config.family = familyNamed("deepseek2");
    config.rotary = 16;
    config.latent = {2, 32, 64, 32, 16, 24, 0.125F};
    config.denseLayers = 1;
    config.mixture = {.experts = 4, .used = 2, .hidden = 32, .sharedHidden = 32};
    return config;
}

// Four layers, of which the last one attends; value heads share key heads by twos.
inline ModelConfig deltaConfig() {
    ModelConfig config = qwen2Config(4, 64, 2, 1, 32, 96, 100);
    config.family = familyNamed("qwen35");
    config.rotary = 8;
    config.delta = {.keyHeads = 2, .valueHeads = 4, .headSize = 32, .kernel = 4};
    config.recurrent = {true, true, true, false};
    return config;
}

} // namespace ponder::test
