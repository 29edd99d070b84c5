// What the next token may be, and how likely each is: logits after penalties, temperature, top-k, top-p and
// min-p, in this order.
//
// Temperature comes before top-p because the published R1 figures (temperature 0.6, top-p 0.95) were made so
// (Hugging Face order). Temperature 0 leaves one candidate, the largest logit; ties go to the smaller id.
// Source: Holtzman et al. 2019 (top-p); Keskar et al. 2019 (repetition penalty).
// Owner: the Sampler, which keeps one for all its tokens, so that memory is asked for once. Thread: one.
// Next station: sampler.h.
#pragma once

#include "engine/sample/sampling_settings.h"
#include "engine/text/tokenizer.h"

#include <span>
#include <vector>

namespace ponder {

class TokenDistribution {
public:
    struct Candidate {
        TokenId id;
        float weight; // in proportion to its probability
    };

    // `recent` are the tokens of this conversation, oldest first.
    void assign(std::span<const float> logits, std::span<const TokenId> recent,
                const SamplingSettings& settings);

    // Those that are left, never none; likeliest first where any of top-k, top-p and min-p is on, else by id.
    std::span<const Candidate> candidates() const { return m_candidates; }
    double probability(TokenId id) const;
    // The token at this share, from 0 to 1, of all probabilities laid end to end.
    TokenId at(double share) const;

private:
    // Logits with the penalties, in memory of this object.
    std::span<const float> penalized(std::span<const float> logits, std::span<const TokenId> recent,
                                     const SamplingSettings& settings);
    template<class Enough>
    void gather(Enough&& enough);
    void keepOne(TokenId id);
    void keepTopK(std::size_t k);
    void keepTopP(const SamplingSettings& settings, bool sorted);

    std::vector<float> m_logits, m_weights; // [vocabulary]
    std::vector<std::uint32_t> m_indexes;   // of the candidates
    float m_floor = 0;                      // what a candidate weighs at least
    std::vector<Candidate> m_candidates;
    std::vector<Candidate> m_kept; // what top-p has taken so far
    double m_sum = 0;              // of the weights
};

} // namespace ponder
