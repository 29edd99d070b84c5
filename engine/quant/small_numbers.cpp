#include "engine/quant/small_numbers.h"

#include "engine/quant/codebook_blocks.h"
#include "engine/quant/half.h"
#include "engine/quant/tabled_blocks.h"

namespace ponder {
namespace {

constexpr std::array<std::int8_t, 8> kSigned3{-4, -3, -2, -1, 0, 1, 2, 3};
constexpr std::array<std::int8_t, 16> kFp4{0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
constexpr std::array<std::int8_t, 6> kIQ2{8, 25, 43, -8, -25, -43};
constexpr std::array<std::int8_t, 16> kIQ3_XXS{4,  12,  20,  28,  36,  44,  52,  62,
                                               -4, -12, -20, -28, -36, -44, -52, -62};
constexpr std::array<std::int8_t, 16> kIQ3_S{1, 3, 5, 7, 9, 11, 13, 15, -1, -3, -5, -7, -9, -11, -13, -15};
constexpr std::array<std::int8_t, 6> kIQ1{-9, -1, 7, -7, 1, 9};
constexpr std::array<std::int8_t, 4> kFromMinusOne{-1, 0, 1, 2};
constexpr std::array<std::int8_t, 2> kSigns{-1, 1};

} // namespace

std::optional<SmallNumberTraits> smallNumberTraits(TensorType type) {
    switch (type) {
    case TensorType::Q3_K:
        return SmallNumberTraits{kSigned3, 1};
    case TensorType::IQ4_NL:
    case TensorType::IQ4_XS:
        return SmallNumberTraits{kFourBitCurve, 1};
    case TensorType::MXFP4:
    case TensorType::NVFP4:
        return SmallNumberTraits{kFp4, 1};
    case TensorType::IQ2_XXS:
    case TensorType::IQ2_XS:
    case TensorType::IQ2_S:
        return SmallNumberTraits{kIQ2, 0.125F};
    case TensorType::IQ3_XXS:
        return SmallNumberTraits{kIQ3_XXS, 0.25F};
    case TensorType::IQ3_S:
        return SmallNumberTraits{kIQ3_S, 1};
    case TensorType::IQ1_S:
    case TensorType::IQ1_M:
        return SmallNumberTraits{kIQ1, 0.125F};
    case TensorType::TQ1_0:
        return SmallNumberTraits{std::span(kFromMinusOne).first(3), 1};
    case TensorType::TQ2_0:
    case TensorType::Q2_0:
        return SmallNumberTraits{kFromMinusOne, 1};
    case TensorType::Q1_0:
        return SmallNumberTraits{kSigns, 1};
    default:
        return std::nullopt;
    }
}

void unpackBlock(TensorType type, const std::byte* block, SmallNumbers& out) {
    switch (type) {
    case TensorType::Q3_K:
        return unpackQ3_K(block, out);
    case TensorType::IQ4_NL:
        return unpackIQ4_NL(block, out);
    case TensorType::IQ4_XS:
        return unpackIQ4_XS(block, out);
    case TensorType::MXFP4:
        return unpackMXFP4(block, out);
    case TensorType::NVFP4:
        return unpackNVFP4(block, out);
    case TensorType::IQ2_XXS:
        return unpackIQ2_XXS(block, out);
    case TensorType::IQ2_XS:
        return unpackIQ2_XS(block, out);
    case TensorType::IQ2_S:
        return unpackIQ2_S(block, out);
    case TensorType::IQ3_XXS:
        return unpackIQ3_XXS(block, out);
    case TensorType::IQ3_S:
        return unpackIQ3_S(block, out);
    case TensorType::IQ1_S:
        return unpackIQ1_S(block, out);
    case TensorType::IQ1_M:
        return unpackIQ1_M(block, out);
    case TensorType::TQ1_0:
        return unpackTQ1_0(block, out);
    case TensorType::TQ2_0:
        return unpackTQ2_0(block, out);
    case TensorType::Q1_0:
        return unpackQ1_0(block, out);
    case TensorType::Q2_0:
        return unpackQ2_0(block, out);
    default: // the caller's promise
        return;
    }
}

void decodeSmallNumbers(TensorType type, const std::byte* blocks, std::span<float> out) {
    const TypeTraits traits = *typeTraits(type);
    const SmallNumberTraits numbers = *smallNumberTraits(type);
    SmallNumbers block;
    for (std::size_t base = 0; base < out.size(); base += traits.blockValues, blocks += traits.blockBytes) {
        unpackBlock(type, blocks, block);
        for (std::size_t i = 0; i < traits.blockValues; ++i) {
            const float scale = block.d[i / 16] * numbers.factor * static_cast<float>(block.whole[i / 16]);
            out[base + i] = scale * static_cast<float>(numbers.table[block.index[i]]);
        }
    }
}

} // namespace ponder
