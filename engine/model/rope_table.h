// Cosine and sine of every RoPE angle, made on the host in f64 and stored as f32, because a GPU's own sine
// and cosine promise only 2^-11.
//
//     angle(pos, i) = pos · (scale + kept[i] (1 - scale)) · base^(-2i / rotary) / factor[i]
//
// `kept` is YaRN's (rope_scaling.h), whose magnitude is in cosines and sines. Source: Su et al. 2021; the
// factors are GGUF's rope_freqs.weight, or longrope's.
#pragma once

#include "engine/model/config.h"

#include <span>
#include <vector>

namespace ponder {

// [positions x rotary/2] pairs of (cos, sin), interleaved. `factors` is empty or rotary/2 long.
std::vector<float> ropeTable(const ModelConfig& config, std::span<const float> factors,
                             std::uint32_t firstPosition, std::uint32_t positions);

} // namespace ponder
