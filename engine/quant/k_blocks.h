// The 256-value block formats Q2_K, Q4_K, Q5_K and Q6_K to f32.
//
// Takes whole blocks; gives 256 values for each. Owner: caller's memory. Thread: any. Source: the GGUF file
// format. Next station: decode.h.
#pragma once

#include <cstddef>
#include <span>

namespace ponder {

void decodeQ2_K(const std::byte* blocks, std::span<float> out);
void decodeQ4_K(const std::byte* blocks, std::span<float> out);
void decodeQ5_K(const std::byte* blocks, std::span<float> out);
void decodeQ6_K(const std::byte* blocks, std::span<float> out);

} // namespace ponder
