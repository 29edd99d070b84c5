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

bool canEncode(TensorType type) {
    switch (type) {
    case TensorType::F32:
    case TensorType::F16:
    case TensorType::BF16:
    case TensorType::Q4_0:
    case TensorType::Q4_1:
    case TensorType::Q5_0:
    case TensorType::Q5_1:
    case TensorType::Q8_0:
    case TensorType::Q4_K:
    case TensorType::Q5_K:
    case TensorType::Q2_K:
    case TensorType::Q3_K:
    case TensorType::IQ4_NL:
    case TensorType::IQ4_XS:
    case TensorType::MXFP4:
    case TensorType::Q6_K:
        return true;
    default:
        return false;
    }
}

Result<void> check(TensorType type, std::span<const float> values, std::string_view tensor) {
    if (!canEncode(type))
        return Error{ErrorCode::CannotConvert,
                     {},
                     Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is %2, a format that is only read here"),
                            {std::string(tensor), std::string(typeTraits(type)->name)}}};
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

void encodeChecked(TensorType type, std::span<const float> values, std::byte* blocks) {
    switch (type) {
    case TensorType::F32:
        return encodeF32(values, blocks);
    case TensorType::F16:
        return encodeF16(values, blocks);
    case TensorType::BF16:
        return encodeBF16(values, blocks);
    case TensorType::Q4_0:
        return encodeQ4_0(values, blocks);
    case TensorType::Q4_1:
        return encodeQ4_1(values, blocks);
    case TensorType::Q5_0:
        return encodeQ5_0(values, blocks);
    case TensorType::Q5_1:
        return encodeQ5_1(values, blocks);
    case TensorType::Q8_0:
        return encodeQ8_0(values, blocks);
    case TensorType::Q4_K:
        return encodeQ4_K(values, blocks);
    case TensorType::Q5_K:
        return encodeQ5_K(values, blocks);
    case TensorType::Q6_K:
        return encodeQ6_K(values, blocks);
    case TensorType::Q2_K:
        return encodeQ2_K(values, blocks);
    case TensorType::Q3_K:
        return encodeQ3_K(values, blocks);
    case TensorType::IQ4_NL:
        return encodeIQ4_NL(values, blocks);
    case TensorType::IQ4_XS:
        return encodeIQ4_XS(values, blocks);
    case TensorType::MXFP4:
        return encodeMXFP4(values, blocks);
    default: // refused before
        return;
    }
}

} // namespace

Result<void> encode(TensorType type, std::span<const float> values, std::span<std::byte> blocks,
                    std::string_view tensor) {
    if (const Result<void> fine = check(type, values, tensor); !fine) return fine;
    encodeChecked(type, values, blocks.data());
    return {};
}

} // namespace ponder
