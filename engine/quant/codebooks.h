// The codebooks of the IQ1, IQ2 and IQ3 formats: which runs of eight (or four) small numbers may stand in a
// block. An entry holds a digit for each value, the first value in the lowest bits; what a digit stands for
// is said beside each table. IQ1_M uses the table of IQ1_S.
//
// The tables are part of these file formats and cannot be computed. Source: the common tables of ggml
// (https://github.com/ggml-org/ggml), MIT licence, Copyright (c) 2023-2026 The ggml authors; only the way of
// writing them down is ours. Next station: codebook_blocks.h.
#pragma once

#include <array>
#include <cstdint>

namespace ponder::codebook {

extern const std::array<std::uint16_t, 256> kIQ2_XXS; // eight of 2 bits
extern const std::array<std::uint16_t, 512> kIQ2_XS;
extern const std::array<std::uint16_t, 1024> kIQ2_S;
extern const std::array<std::uint16_t, 256> kIQ3_XXS; // four of 3 bits
extern const std::array<std::uint16_t, 512> kIQ3_S;
extern const std::array<std::uint16_t, 2048> kIQ1_S; // eight of 2 bits

} // namespace ponder::codebook
