// Matrices of random blocks, as a file would hold them, for comparing kernels with their plain twins.
#pragma once

#include "engine/file/model_file.h"
#include "engine/quant/decode.h"

#include <cstring>
#include <random>

namespace ponder::test {

inline constexpr std::array kAllTypes{TensorType::F32,  TensorType::F16,  TensorType::BF16, TensorType::Q4_0,
                                      TensorType::Q4_1, TensorType::Q5_0, TensorType::Q5_1, TensorType::Q8_0,
                                      TensorType::Q4_K, TensorType::Q5_K, TensorType::Q6_K};

// A matrix of random blocks with sensible scales, as a file would hold it.
struct RandomMatrix {
    std::vector<std::byte> bytes;
    TensorInfo info;

    RandomMatrix(TensorType type, std::uint64_t length, std::uint64_t rows, std::mt19937& random) {
        const TypeTraits traits = *typeTraits(type);
        const std::uint64_t blocks = length / traits.blockValues * rows;
        bytes.resize(blocks * traits.blockBytes);
        std::uniform_real_distribution<float> value(-1.0F, 1.0F);
        for (std::uint64_t block = 0; block < blocks; ++block)
            fill(type, bytes.data() + block * traits.blockBytes, traits.blockBytes, value, random);
        info.name = "random";
        info.shape = {length, rows, 1, 1};
        info.dimensions = 2;
        info.type = type;
        info.bytes = bytes;
    }
    RandomMatrix(const RandomMatrix&) = delete;

private:
    template<class Value>
    static void fill(TensorType type, std::byte* at, std::size_t size, Value& value, std::mt19937& random) {
        for (std::size_t i = 0; i < size; ++i)
            at[i] = static_cast<std::byte>(random());
        for (const HalfScale& scale : kHalfScales)
            if (scale.type == type) putHalf(at + scale.at, value(random) * scale.most);
        switch (type) {
        case TensorType::F32: {
            const float f = value(random);
            std::memcpy(at, &f, 4);
            break;
        }
        case TensorType::BF16: {
            const float f = value(random);
            std::memcpy(at, reinterpret_cast<const std::byte*>(&f) + 2, 2);
            break;
        }
        case TensorType::MXFP4: // from 2^-7 to 1
            at[0] = static_cast<std::byte>(120 + std::to_integer<int>(at[0]) % 8);
            break;
        case TensorType::IQ1_M: { // its half is spread over the highest bits of four words
            const std::uint16_t bits = floatToHalf(value(random) * 0.1F);
            for (std::size_t i = 0; i < 4; ++i) {
                std::byte& high = at[48 + 2 * i + 1];
                high = (high & std::byte{15}) | static_cast<std::byte>((bits >> (4 * i) & 15) << 4);
            }
            break;
        }
        case TensorType::NVFP4: // from 0 to 2^-2; the highest bit means nothing, 0x7f no number
            for (std::size_t i = 0; i < 4; ++i) {
                const auto byte = std::to_integer<int>(at[i]);
                at[i] = static_cast<std::byte>(byte % 64 == 0 ? 0x7f : byte & 0xaf);
            }
            break;
        default:
            break;
        }
    }
    static void putHalf(std::byte* at, float value) {
        const std::uint16_t bits = floatToHalf(value);
        std::memcpy(at, &bits, 2);
    }

    // Where a block has a scale in half precision, and the most that it is here.
    struct HalfScale {
        TensorType type;
        std::size_t at;
        float most;
    };
    static constexpr HalfScale kHalfScales[] = {
        {TensorType::F16, 0, 1.0F},       {TensorType::Q4_0, 0, 0.1F},      {TensorType::Q4_1, 0, 0.1F},
        {TensorType::Q4_1, 2, 1.0F},      {TensorType::Q5_0, 0, 0.1F},      {TensorType::Q5_1, 0, 0.1F},
        {TensorType::Q5_1, 2, 1.0F},      {TensorType::Q8_0, 0, 0.01F},     {TensorType::Q4_K, 0, 0.002F},
        {TensorType::Q4_K, 2, 0.02F},     {TensorType::Q5_K, 0, 0.002F},    {TensorType::Q5_K, 2, 0.02F},
        {TensorType::Q6_K, 208, 0.0005F}, {TensorType::Q2_K, 80, 0.01F},    {TensorType::Q2_K, 82, 0.02F},
        {TensorType::Q3_K, 108, 0.002F},  {TensorType::TQ1_0, 52, 0.1F},    {TensorType::TQ2_0, 64, 0.1F},
        {TensorType::IQ4_NL, 0, 0.005F},  {TensorType::IQ4_XS, 0, 0.0002F}, {TensorType::IQ3_S, 0, 0.002F},
        {TensorType::IQ3_XXS, 0, 0.002F}, {TensorType::IQ2_S, 0, 0.005F},   {TensorType::IQ2_XS, 0, 0.005F},
        {TensorType::IQ2_XXS, 0, 0.005F}, {TensorType::IQ1_S, 0, 0.1F},     {TensorType::Q1_0, 0, 0.1F},
        {TensorType::Q2_0, 0, 0.1F}};
};

} // namespace ponder::test
