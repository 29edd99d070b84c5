// The 32-value block formats Q4_0, Q4_1, Q5_0, Q5_1 and Q8_0 to f32.
//
// Takes whole blocks; gives 32 values for each. Owner: caller's memory. Thread: any. Source: the GGUF file
// format. Next station: decode.h.
#pragma once

#include <cstddef>
#include <span>

namespace ponder {

void decodeQ4_0(const std::byte* blocks, std::span<float> out);
void decodeQ4_1(const std::byte* blocks, std::span<float> out);
void decodeQ5_0(const std::byte* blocks, std::span<float> out);
void decodeQ5_1(const std::byte* blocks, std::span<float> out);
void decodeQ8_0(const std::byte* blocks, std::span<float> out);

} // namespace ponder
