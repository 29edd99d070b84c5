// Quantized blocks to f32: the truth that every kernel is compared with.
//
// Source of the block layouts: the GGUF file format; shapes and formulas stand beside each
// decoder, one file per family: legacy_blocks.cpp, k_blocks.cpp, float_values.cpp; tabled_blocks.cpp and
// codebook_blocks.cpp by way of small_numbers.cpp. Owner: caller's memory on
// both sides. Thread: any. Next station: backend/reference, importer, tests.
#pragma once

#include "engine/quant/half.h"
#include "engine/quant/tensor_type.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace ponder {

// Decodes out.size() values. out.size() is a multiple of the type's blockValues and `blocks` holds at least
// out.size() / blockValues * blockBytes bytes; both are the caller's promise (file/ has checked them).
void decode(TensorType type, std::span<const std::byte> blocks, std::span<float> out);

} // namespace ponder
