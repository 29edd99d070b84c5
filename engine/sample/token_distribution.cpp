#include "engine/sample/token_distribution.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace ponder {
namespace {

using Candidate = TokenDistribution::Candidate;

bool less(const Candidate& a, const Candidate& b) {
    return a.weight < b.weight || (a.weight == b.weight && a.id > b.id);
}

bool likelier(const Candidate& a, const Candidate& b) { return less(b, a); }

bool hasPenalties(const SamplingSettings& settings) {
    return settings.repetitionPenalty != 1.0f || settings.frequencyPenalty != 0.0f;
}

double sumOf(std::span<const Candidate> candidates) {
    double sum = 0;
    for (const Candidate& candidate : candidates)
        sum += candidate.weight;
    return sum;
}

} // namespace

void TokenDistribution::assign(std::span<const float> logits, std::span<const TokenId> recent,
                               const SamplingSettings& settings) {
    const bool greedy = settings.temperature <= 0.0f;
    if (greedy && !hasPenalties(settings)) {
        const auto best = std::max_element(logits.begin(), logits.end());
        keepOne({static_cast<TokenId>(best - logits.begin()), 1.0f});
        return;
    }
    m_candidates.resize(logits.size());
    for (std::size_t i = 0; i < logits.size(); ++i)
        m_candidates[i] = {static_cast<TokenId>(i), logits[i]};
    penalize(recent, settings);
    const Candidate best = *std::max_element(m_candidates.begin(), m_candidates.end(), less);
    if (greedy) {
        keepOne(best);
        return;
    }
    for (Candidate& candidate : m_candidates)
        candidate.weight = std::exp((candidate.weight - best.weight) / settings.temperature);
    m_sum = sumOf(m_candidates);
    const bool topK = settings.topK > 0 && settings.topK < m_candidates.size();
    if (topK) keepTopK(settings.topK);
    if (settings.topP < 1.0f || settings.minP > 0.0f) keepTopP(settings, topK);
}

void TokenDistribution::penalize(std::span<const TokenId> recent, const SamplingSettings& settings) {
    if (!hasPenalties(settings)) return;
    std::unordered_map<TokenId, std::uint32_t> seen;
    for (const TokenId id : recent.last(std::min<std::size_t>(recent.size(), settings.penaltyWindow)))
        ++seen[id];
    for (const auto& [id, times] : seen) {
        if (id >= m_candidates.size()) continue;
        float& logit = m_candidates[id].weight;
        logit = logit > 0 ? logit / settings.repetitionPenalty : logit * settings.repetitionPenalty;
        logit -= settings.frequencyPenalty * static_cast<float>(times);
    }
}

void TokenDistribution::keepOne(Candidate candidate) {
    m_candidates.assign(1, candidate);
    m_sum = candidate.weight;
}

void TokenDistribution::keepTopK(std::size_t k) {
    const auto end = m_candidates.begin() + static_cast<std::ptrdiff_t>(k);
    std::partial_sort(m_candidates.begin(), end, m_candidates.end(), likelier);
    m_candidates.erase(end, m_candidates.end());
    m_sum = sumOf(m_candidates);
}

// Takes the likeliest until they make up top-p of what top-k left, or the next is too unlikely for min-p. A
// heap gives them up one by one, so that a vocabulary of 150,000 is never sorted as a whole.
void TokenDistribution::keepTopP(const SamplingSettings& settings, bool sorted) {
    const double wanted = settings.topP < 1.0f ? settings.topP * m_sum : m_sum;
    const float floor = settings.minP; // the likeliest weighs 1
    if (!sorted) std::make_heap(m_candidates.begin(), m_candidates.end(), less);
    m_kept.clear();
    double reached = 0;
    for (std::size_t taken = 0; taken < m_candidates.size(); ++taken) {
        if (!sorted)
            std::pop_heap(m_candidates.begin(), m_candidates.end() - static_cast<std::ptrdiff_t>(taken),
                          less);
        const Candidate next = sorted ? m_candidates[taken] : m_candidates[m_candidates.size() - 1 - taken];
        if (taken > 0 && (next.weight < floor || (settings.topP < 1.0f && reached >= wanted))) break;
        reached += next.weight;
        m_kept.push_back(next);
    }
    m_candidates.assign(m_kept.begin(), m_kept.end());
    m_sum = reached;
}

double TokenDistribution::probability(TokenId id) const {
    for (const Candidate& candidate : m_candidates)
        if (candidate.id == id) return candidate.weight / m_sum;
    return 0;
}

TokenId TokenDistribution::at(double share) const {
    double left = share * m_sum;
    for (const Candidate& candidate : m_candidates) {
        left -= candidate.weight;
        if (left < 0) return candidate.id;
    }
    return m_candidates.back().id;
}

} // namespace ponder
