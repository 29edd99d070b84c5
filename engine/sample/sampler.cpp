#include "engine/sample/sampler.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace ponder {
namespace {

// 53 random bits as a double in [0, 1): the standard's distributions differ between libraries, this does not.
double uniform(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1.0p-53; }

bool less(const auto& a, const auto& b) { return a.value < b.value || (a.value == b.value && a.id > b.id); }

} // namespace

Sampler::Sampler(const SamplingSettings& settings) : m_settings(settings), m_random(settings.seed) {}

TokenId Sampler::sample(std::span<const float> logits, std::span<const TokenId> recent) {
    m_candidates.resize(logits.size());
    for (std::size_t i = 0; i < logits.size(); ++i)
        m_candidates[i] = {static_cast<TokenId>(i), logits[i]};
    penalize(recent);
    const auto byValue = [](const Candidate& a, const Candidate& b) { return less(a, b); };
    const Candidate best = *std::max_element(m_candidates.begin(), m_candidates.end(), byValue);
    if (m_settings.temperature <= 0.0f) return best.id;

    double sum = 0;
    for (Candidate& candidate : m_candidates) {
        candidate.value = std::exp((candidate.value - best.value) / m_settings.temperature);
        sum += candidate.value;
    }
    const std::size_t kept = keepLikely(sum);
    double keptSum = 0;
    for (std::size_t i = 0; i < kept; ++i)
        keptSum += m_candidates[i].value;
    double draw = uniform(m_random) * keptSum;
    for (std::size_t i = 0; i < kept; ++i) {
        draw -= m_candidates[i].value;
        if (draw < 0) return m_candidates[i].id;
    }
    return m_candidates[kept - 1].id;
}

void Sampler::penalize(std::span<const TokenId> recent) {
    if (m_settings.repetitionPenalty == 1.0f && m_settings.frequencyPenalty == 0.0f) return;
    std::unordered_map<TokenId, std::uint32_t> seen;
    for (const TokenId id : recent.last(std::min<std::size_t>(recent.size(), m_settings.penaltyWindow)))
        ++seen[id];
    for (const auto& [id, times] : seen) {
        if (id >= m_candidates.size()) continue;
        float& value = m_candidates[id].value;
        value = value > 0 ? value / m_settings.repetitionPenalty : value * m_settings.repetitionPenalty;
        value -= m_settings.frequencyPenalty * static_cast<float>(times);
    }
}

// Moves the candidates that top-k, top-p and min-p keep to the front, likeliest first, and returns their
// number. A heap gives them up one by one, so that a vocabulary of 150,000 is never sorted as a whole.
std::size_t Sampler::keepLikely(double sum) {
    const std::size_t all = m_candidates.size();
    const bool limited = m_settings.topK > 0 || m_settings.topP < 1.0f || m_settings.minP > 0.0f;
    if (!limited) return all;
    const auto byValue = [](const Candidate& a, const Candidate& b) { return less(a, b); };
    std::make_heap(m_candidates.begin(), m_candidates.end(), byValue);
    const std::size_t most = m_settings.topK > 0 ? std::min<std::size_t>(m_settings.topK, all) : all;
    const double wanted = m_settings.topP * topKSum(sum, most);
    const double floor = m_settings.minP; // the likeliest has value 1
    std::size_t kept = 0;
    double reached = 0;
    auto end = m_candidates.end();
    while (kept < most) {
        std::pop_heap(m_candidates.begin(), end, byValue);
        --end;
        if (kept > 0 && end->value < floor) break;
        reached += end->value;
        ++kept;
        if (m_settings.topP < 1.0f && reached >= wanted) break;
    }
    // The heap left them at the back in ascending order.
    std::reverse(m_candidates.begin(), m_candidates.end());
    return kept;
}

// What top-p takes its share of: everything, or only what top-k left.
double Sampler::topKSum(double sum, std::size_t most) const {
    if (most == m_candidates.size()) return sum;
    std::vector<Candidate> largest(most);
    std::partial_sort_copy(m_candidates.begin(), m_candidates.end(), largest.begin(), largest.end(),
                           [](const Candidate& a, const Candidate& b) { return less(b, a); });
    double kept = 0;
    for (const Candidate& candidate : largest)
        kept += candidate.value;
    return kept;
}

} // namespace ponder
