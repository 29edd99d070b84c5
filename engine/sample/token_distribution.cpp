#include "engine/sample/token_distribution.h"

#include "engine/sample/logit_kernels.h"

#include <algorithm>
#include <unordered_map>

namespace ponder {
namespace {

using Candidate = TokenDistribution::Candidate;

// Steps of gather(); the likeliest weighs 1.
constexpr float kLikely = 1e-3f, kUnlikely = 1e-12f;

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
    if (hasPenalties(settings)) logits = penalized(logits, recent, settings);
    const std::size_t best = largestLogit(logits);
    if (settings.temperature <= 0.0f) return keepOne(static_cast<TokenId>(best));

    m_weights.resize(logits.size());
    m_sum = softmaxWeights(logits, logits[best], settings.temperature, m_weights);
    const bool topK = settings.topK > 0 && settings.topK < logits.size();
    const bool topP = settings.topP < 1.0f || settings.minP > 0.0f;
    if (topK)
        gather([&] { return m_candidates.size() >= settings.topK; });
    else if (topP)
        gather([&] { return m_floor <= settings.minP || sumOf(m_candidates) >= settings.topP * m_sum; });
    else
        gather([] { return false; });
    if (m_candidates.empty()) return keepOne(static_cast<TokenId>(best)); // logits that are not numbers
    if (topK) keepTopK(settings.topK);
    if (topP) keepTopP(settings, topK);
}

std::span<const float> TokenDistribution::penalized(std::span<const float> logits,
                                                    std::span<const TokenId> recent,
                                                    const SamplingSettings& settings) {
    m_logits.assign(logits.begin(), logits.end());
    std::unordered_map<TokenId, std::uint32_t> seen;
    for (const TokenId id : recent.last(std::min<std::size_t>(recent.size(), settings.penaltyWindow)))
        ++seen[id];
    for (const auto& [id, times] : seen) {
        if (id >= m_logits.size()) continue;
        float& logit = m_logits[id];
        logit = logit > 0 ? logit / settings.repetitionPenalty : logit * settings.repetitionPenalty;
        logit -= settings.frequencyPenalty * static_cast<float>(times);
    }
    return m_logits;
}

// The likely ones, and less and less likely ones until they are enough: of a whole vocabulary nearly none
// are.
template<class Enough>
void TokenDistribution::gather(Enough&& enough) {
    for (m_floor = kLikely; true; m_floor = m_floor > kUnlikely ? m_floor * kLikely : 0.0f) {
        atLeast(m_weights, m_floor, m_indexes);
        m_candidates.clear();
        for (const std::uint32_t index : m_indexes)
            m_candidates.push_back({static_cast<TokenId>(index), m_weights[index]});
        if (m_floor == 0.0f || enough()) return;
    }
}

void TokenDistribution::keepOne(TokenId id) {
    m_candidates.assign(1, {id, 1.0f});
    m_sum = 1;
}

void TokenDistribution::keepTopK(std::size_t k) {
    const auto end = m_candidates.begin() + static_cast<std::ptrdiff_t>(k);
    std::partial_sort(m_candidates.begin(), end, m_candidates.end(), likelier);
    m_candidates.erase(end, m_candidates.end());
    m_sum = sumOf(m_candidates);
}

// Takes the likeliest until they make up top-p of what top-k left, or the next is too unlikely for min-p. A
// heap gives them up one by one.
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
