#include "engine/sample/sampler.h"

namespace ponder {

Sampler::Sampler(const SamplingSettings& settings) : m_settings(settings), m_draws(settings.seed) {}

TokenId Sampler::sample(std::span<const float> logits, std::span<const TokenId> recent) {
    m_distribution.assign(logits, recent, m_settings);
    return m_settings.temperature <= 0.0f ? m_distribution.candidates().front().id
                                          : m_distribution.at(m_draws.next());
}

} // namespace ponder
