// Comparing whole-model logits with the reference data.
#pragma once

#include "engine/engine.h"
#include "tests/support/reference_data.h"

#include <cmath>
#include <fstream>
#include <iterator>

namespace ponder::test {

// Σ(a−b)² / Σb²
inline double nmse(std::span<const float> a, std::span<const float> b) {
    double error = 0, power = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
        error += (double(a[i]) - b[i]) * (double(a[i]) - b[i]);
        power += double(b[i]) * b[i];
    }
    return error / power;
}

inline std::vector<float> readFloats(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

// Positions at which the largest logits differ although the reference's two best lie further apart than
// `margin`.
inline int wrongArgmax(std::span<const float> got, std::span<const float> wanted, std::size_t vocabulary,
                       float margin = 1e-3f) {
    int wrong = 0;
    for (std::size_t at = 0; at < wanted.size(); at += vocabulary) {
        const auto g = got.subspan(at, vocabulary), w = wanted.subspan(at, vocabulary);
        const auto best = std::max_element(w.begin(), w.end()) - w.begin();
        const auto found = std::max_element(g.begin(), g.end()) - g.begin();
        if (best != found && w[best] - w[found] > margin) ++wrong;
    }
    return wrong;
}

// The tiny files of the reference data that the engine runs: random weights, every format and shape trap.
inline const QStringList& tinyModels() {
    static const QStringList names{"llama-hd128-q6_k",    "llama-odd-q4_k_m",  "llama-ropefreqs-q4_k_m",
                                   "qwen2-tied-q4_k_m",   "qwen2-untied-bf16", "qwen2-untied-f16",
                                   "qwen2-untied-f32",    "qwen2-untied-q4_0", "qwen2-untied-q4_1",
                                   "qwen2-untied-q4_k_m", "qwen2-untied-q5_0", "qwen2-untied-q5_1",
                                   "qwen2-untied-q5_k_m", "qwen2-untied-q6_k", "qwen2-untied-q8_0"};
    return names;
}

// The 24 token ids that all logits of the tiny files were computed for.
inline std::vector<TokenId> tinyTokens() {
    return {276, 12,  140, 125, 114, 71,  52,  279, 44,  216, 16,  15,
            47,  111, 119, 258, 13,  101, 279, 214, 112, 229, 142, 3};
}

} // namespace ponder::test
