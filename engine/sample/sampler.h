// Logits to a token.
//
// Order: repetition and frequency penalties, temperature, top-k, top-p, min-p, then a draw. Temperature comes
// before top-p because the published R1 figures (temperature 0.6, top-p 0.95) were made so (Hugging Face
// order). Temperature 0 takes the largest logit. The same seed and the same logits give the same tokens.
// Source: Holtzman et al. 2019 (top-p); Keskar et al. 2019 (repetition penalty).
// Owner: the generation it serves. Thread: one.
#pragma once

#include "engine/sample/sampling_settings.h"
#include "engine/text/tokenizer.h"

#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace ponder {

class Sampler {
public:
    explicit Sampler(const SamplingSettings& settings);

    // `recent` are the tokens of this conversation, oldest first. Ties go to the smaller id.
    TokenId sample(std::span<const float> logits, std::span<const TokenId> recent);

private:
    void penalize(std::span<const TokenId> recent);
    std::size_t keepLikely(double sum);
    double topKSum(double sum, std::size_t most) const;

    SamplingSettings m_settings;
    std::mt19937_64 m_random;
    struct Candidate {
        TokenId id;
        float value;
    };
    std::vector<Candidate> m_candidates; // reused between tokens
};

} // namespace ponder
