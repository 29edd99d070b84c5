#include "engine/sample/sampler.h"

namespace ponder {
namespace {

// 53 random bits as a double in [0, 1): the standard's distributions differ between libraries, this does not.
double uniform(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1.0p-53; }

} // namespace

Sampler::Sampler(const SamplingSettings& settings) : m_settings(settings), m_random(settings.seed) {}

TokenId Sampler::sample(std::span<const float> logits, std::span<const TokenId> recent) {
    m_distribution.assign(logits, recent, m_settings);
    return m_settings.temperature <= 0.0f ? m_distribution.candidates().front().id
                                          : m_distribution.at(uniform(m_random));
}

} // namespace ponder
