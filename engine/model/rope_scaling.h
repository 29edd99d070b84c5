// How a model stretches RoPE for contexts beyond the one that it was first trained with.
//
// Linear scaling and YaRN slow the angles of `ropeScale` (config.h); YaRN does so for slow frequencies only
// and makes queries and keys a little longer. Longrope divides angles by one of two tensors of factors,
// chosen by the context in use. Sources: Peng et al. 2023 (YaRN); Ding et al. 2024 (LongRoPE); the GGUF keys
// rope.scaling.*. Next station: rope_table.h.
#pragma once

#include <cstdint>

namespace ponder {

struct RopeScaling {
    std::uint32_t originalContext = 0;  // of the first training
    double yarn = 0;                    // share of YaRN's ramp (yarn_ext_factor); 0: none
    double betaFast = 32, betaSlow = 1; // turns within the original context where the ramp begins and ends
    double logMultiplier = 0;           // 0: not given
    bool inScores = false;              // all of the growth is in the scores' scale
    double attentionFactor = 1;         // multiplies cosines and sines

    // By what queries and keys grow where angles are slowed to `scale`, as the cosines and sines have it.
    // With a multiplier the scores' scale makes up for a part of it, or for all.
    double magnitude(double scale) const;
    // From 1, where frequency i of rotary / 2 turns as it did at first, to 0, where it is slowed in full.
    double kept(std::uint32_t i, std::uint32_t rotary, double base) const;

    friend bool operator==(const RopeScaling&, const RopeScaling&) = default;
};

} // namespace ponder
