// Logits to a token: one number drawn for each token picks it from the distribution.
//
// The same seed and the same logits give the same tokens, however the logits were computed: one after
// another, side by side, or ahead of time by speculation. Owner: the reply it serves. Thread: one. Previous
// station: token_distribution.h.
#pragma once

#include "engine/sample/token_distribution.h"
#include "engine/sample/uniform_draws.h"

namespace ponder {

class Sampler {
public:
    explicit Sampler(const SamplingSettings& settings);

    // `recent` are the tokens of this conversation, oldest first.
    TokenId sample(std::span<const float> logits, std::span<const TokenId> recent);
    // Draws from now on what `other` would draw.
    void follow(const Sampler& other) { m_draws = other.m_draws; }
    const SamplingSettings& settings() const { return m_settings; }

private:
    SamplingSettings m_settings;
    UniformDraws m_draws;
    TokenDistribution m_distribution;
};

} // namespace ponder
