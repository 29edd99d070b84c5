#include "engine/quant/encode.h"

#include "engine/base/translatable.h"
#include "engine/quant/block_fit.h"
#include "engine/quant/float_encode.h"
#include "engine/quant/k_encode.h"
#include "engine/quant/legacy_encode.h"
#include "engine/quant/tabled_encode.h"

#include <cmath>

namespace ponder {
namespace {

constexpr float kLargestHalf = 65504; // scales are half-precision

Result<void> check(TensorType type, std::span<const float> values, std::string_view tensor) {
    if (!canEncode(type)) return readOnly(type, tensor);
    const float largest = largestMagnitude(values);
    const auto wrong = [&](const char* pattern) {
        return Error{ErrorCode::BadWeights, {}, Detail{pattern, {std::string(tensor)}}};
    };
    if (std::isinf(largest))
        return wrong(PONDER_TR_NOOP("ErrorDetail", "%1 has a value that is not a finite number"));
    if (largest > kLargestHalf && type != TensorType::F32 && type != TensorType::BF16)
        return wrong(PONDER_TR_NOOP("ErrorDetail",
                                    "%1 has a value above 65504, which half-precision scales cannot hold"));
    return {};
}

using Encoder = void (*)(std::span<const float> values, std::byte* blocks);

// Null for a format that is only read.
Encoder encoderOf(TensorType type) {
    switch (type) {
    case TensorType::F32:
        return encodeF32;
    case TensorType::F16:
        return encodeF16;
    case TensorType::BF16:
        return encodeBF16;
    case TensorType::Q4_0:
        return encodeQ4_0;
    case TensorType::Q4_1:
        return encodeQ4_1;
    case TensorType::Q5_0:
        return encodeQ5_0;
    case TensorType::Q5_1:
        return encodeQ5_1;
    case TensorType::Q8_0:
        return encodeQ8_0;
    case TensorType::Q2_K:
        return encodeQ2_K;
    case TensorType::Q3_K:
        return encodeQ3_K;
    case TensorType::Q4_K:
        return encodeQ4_K;
    case TensorType::Q5_K:
        return encodeQ5_K;
    case TensorType::Q6_K:
        return encodeQ6_K;
    case TensorType::IQ4_NL:
        return encodeIQ4_NL;
    case TensorType::IQ4_XS:
        return encodeIQ4_XS;
    case TensorType::MXFP4:
        return encodeMXFP4;
    default:
        return nullptr;
    }
}

} // namespace

bool canEncode(TensorType type) { return encoderOf(type) != nullptr; }

Error readOnly(TensorType type, std::string_view tensor) {
    return {ErrorCode::CannotConvert,
            {},
            Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is %2, a format that is only read here"),
                   {std::string(tensor), std::string(typeTraits(type)->name)}}};
}

Result<void> encode(TensorType type, std::span<const float> values, std::span<std::byte> blocks,
                    std::string_view tensor) {
    if (const Result<void> fine = check(type, values, tensor); !fine) return fine;
    encoderOf(type)(values, blocks.data());
    return {};
}

} // namespace ponder
