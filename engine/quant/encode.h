// f32 to quantized blocks: the way back from decode.h.
//
// Takes whole blocks of one or more rows; gives the blocks that come nearest in the sense of least squares,
// as far as a bounded search finds them; no other knowledge of the weights is used. The same values give the
// same blocks on the same machine, however rows are cut. Owner: caller's memory on both sides; nothing is
// allocated. Thread: any, many at once. Errors: BadWeights where a value is not a finite number or larger
// than the format can hold (65,504 for all but F32 and BF16), CannotConvert where canEncode() says no; the
// blocks are then undefined. One file per
// family: legacy_encode.cpp, k_encode.cpp, tabled_encode.cpp, float_encode.cpp. Next station:
// convert/tensor_quantizer.h.
#pragma once

#include "engine/base/result.h"
#include "engine/quant/tensor_type.h"

#include <cstddef>
#include <span>
#include <string_view>

namespace ponder {

// Not the codebook formats, the ternary and binary ones and NVFP4: those are only read.
bool canEncode(TensorType type);
// What is said of a tensor that would have such a format; its subject, the file, is left to the caller.
Error readOnly(TensorType type, std::string_view tensor);

// values.size() is a multiple of the type's blockValues and `blocks` has exactly room for them; both are the
// caller's promise. An error names the tensor; its subject, the file, is left to the caller.
Result<void> encode(TensorType type, std::span<const float> values, std::span<std::byte> blocks,
                    std::string_view tensor = {});

} // namespace ponder
