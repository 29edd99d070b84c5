#include "engine/backend/vulkan/weights/device_block.h"

#include "engine/plan/device_layout.h"
#include "engine/quant/half.h"

#include <cstring>

namespace ponder {
namespace {

std::uint16_t half(const std::uint8_t* at) {
    return static_cast<std::uint16_t>(at[0] | static_cast<std::uint16_t>(at[1]) << 8);
}

// Legacy types: byte j of the nibbles holds weight j (low) and j + 16 (high).
DeviceBlock legacyBlock(TensorType type, const std::uint8_t* at) {
    DeviceBlock block;
    const bool hasMin = type == TensorType::Q4_1 || type == TensorType::Q5_1;
    const bool fiveBits = type == TensorType::Q5_0 || type == TensorType::Q5_1;
    block.d = half(at);
    at += 2;
    if (hasMin) {
        block.m = half(at);
        at += 2;
    }
    if (type == TensorType::Q8_0) {
        std::memcpy(block.quants.data(), at, 32);
        return block;
    }
    std::uint32_t high = 0;
    if (fiveBits) {
        std::memcpy(&high, at, 4);
        at += 4;
    }
    for (int j = 0; j < 16; ++j) {
        block.quants[j] = static_cast<std::uint8_t>((at[j] & 15) | (high >> j & 1) << 4);
        block.quants[j + 16] = static_cast<std::uint8_t>(at[j] >> 4 | (high >> (j + 16) & 1) << 4);
    }
    return block;
}

// Q4_K, Q5_K: 256 weights; the 12 bytes of scales hold eight 6-bit pairs.
DeviceBlock minBlock(TensorType type, const std::uint8_t* at, std::uint32_t index) {
    DeviceBlock block;
    block.d = half(at);
    block.m = half(at + 2);
    const std::uint8_t* s = at + 4;
    const std::uint32_t j = index;
    if (j < 4) {
        block.firstScale = s[j] & 63;
        block.nextScale = s[j + 4] & 63;
    } else {
        block.firstScale = static_cast<std::uint8_t>((s[j + 4] & 15) | (s[j - 4] >> 6) << 4);
        block.nextScale = static_cast<std::uint8_t>(s[j + 4] >> 4 | (s[j] >> 6) << 4);
    }
    const bool fiveBits = type == TensorType::Q5_K;
    const std::uint8_t* high = at + 16;
    const std::uint8_t* low = at + (fiveBits ? 48 : 16) + (j / 2) * 32;
    for (int l = 0; l < 32; ++l) {
        const int nibble = j % 2 == 0 ? low[l] & 15 : low[l] >> 4;
        const int bit = fiveBits ? high[l] >> j & 1 : 0;
        block.quants[l] = static_cast<std::uint8_t>(nibble | bit << 4);
    }
    return block;
}

// Q6_K: value l + 32t of a 128-half uses ql[l + 32(t & 1)], nibble t >> 1, and qh[l] >> 2t.
DeviceBlock sixBitBlock(const std::uint8_t* at, std::uint32_t index) {
    DeviceBlock block;
    const std::uint32_t h = index / 4;
    const std::uint32_t t = index % 4;
    const std::uint8_t* low = at + h * 64 + 32 * (t & 1);
    const std::uint8_t* high = at + 128 + h * 32;
    for (int l = 0; l < 32; ++l) {
        const int nibble = t < 2 ? low[l] & 15 : low[l] >> 4;
        block.quants[l] = static_cast<std::uint8_t>(nibble | (high[l] >> (2 * t) & 3) << 4);
    }
    block.firstScale = at[192 + 8 * h + 2 * t];
    block.nextScale = at[192 + 8 * h + 2 * t + 1];
    block.d = half(at + 208);
    return block;
}

// Q2_K: value l + 32t of a 128-half is in byte l at 2t; 16 bytes of (scale, minimum) before, d and dmin
// after.
DeviceBlock twoBitBlock(const std::uint8_t* at, std::uint32_t index) {
    DeviceBlock block;
    const std::uint8_t* low = at + 16 + index / 4 * 32;
    for (std::size_t l = 0; l < 32; ++l)
        block.quants[l] = static_cast<std::uint8_t>(low[l] >> (2 * (index % 4)) & 3);
    block.firstScale = at[2 * index];
    block.nextScale = at[2 * index + 1];
    block.d = half(at + 80);
    block.m = half(at + 82);
    return block;
}

// An index into a table as the device has it: without the sign of zero, and with signs and shifts in bit 2.
using Codes = std::array<std::uint8_t, 16>;
constexpr Codes kWithoutZeroSign{0, 1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 15};
constexpr Codes kThrees{0, 1, 2, 4, 5, 6};

const Codes* codesOf(TensorType type) {
    switch (type) {
    case TensorType::MXFP4:
    case TensorType::NVFP4:
        return &kWithoutZeroSign;
    case TensorType::IQ2_S:
    case TensorType::IQ2_XS:
    case TensorType::IQ2_XXS:
    case TensorType::IQ1_S:
    case TensorType::IQ1_M:
        return &kThrees;
    default:
        return nullptr;
    }
}

// The shifts of IQ1 go beside the scales: of the whole block, or of each eight weights.
void moveShifts(TensorType type, DeviceBlock& block) {
    const auto upwards = [&](std::size_t weight) { return block.quants[weight] >> 2; };
    if (type == TensorType::IQ1_S) {
        if (!upwards(0)) block.firstScale = static_cast<std::uint8_t>(-block.firstScale);
    } else {
        block.firstScale = static_cast<std::uint8_t>(block.firstScale | upwards(0) << 4 | upwards(8) << 5);
        block.nextScale = static_cast<std::uint8_t>(block.nextScale | upwards(16) << 4 | upwards(24) << 5);
    }
    for (std::uint8_t& quant : block.quants)
        quant &= 3;
}

// Floats of eight bits without a sign: one byte is no number and counts as 0, the highest bit says nothing.
std::uint8_t smallFloat(std::uint8_t bits) { return bits == 0x7f ? 0 : bits & 0x7f; }

} // namespace

DeviceBlocks::DeviceBlocks(TensorType type, const std::byte* row)
    : m_type(type), m_traits(*typeTraits(type)), m_row(row), m_numbered(smallNumberTraits(type).has_value()) {
}

DeviceBlock DeviceBlocks::at(std::uint32_t index) {
    const std::uint32_t parts = m_traits.blockValues / 32;
    const std::size_t number = index / parts;
    const std::byte* block = m_row + number * m_traits.blockBytes;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(block);
    if (!m_numbered) {
        switch (m_type) {
        case TensorType::Q2_K:
            return twoBitBlock(bytes, index % parts);
        case TensorType::Q4_K:
        case TensorType::Q5_K:
            return minBlock(m_type, bytes, index % parts);
        case TensorType::Q6_K:
            return sixBitBlock(bytes, index % parts);
        default:
            return legacyBlock(m_type, bytes);
        }
    }
    if (number != m_unpacked) unpackBlock(m_type, block, m_numbers);
    m_unpacked = number;
    DeviceBlock out = fromNumbers(index % parts);
    if (m_type == TensorType::MXFP4) out.firstScale = bytes[0];
    if (m_type == TensorType::NVFP4) {
        out.firstScale = smallFloat(bytes[2 * (index % parts)]);
        out.nextScale = smallFloat(bytes[2 * (index % parts) + 1]);
    }
    return out;
}

DeviceBlock DeviceBlocks::fromNumbers(std::uint32_t part) const {
    DeviceBlock out;
    std::memcpy(out.quants.data(), &m_numbers.index[part * std::size_t{32}], 32);
    if (const Codes* codes = codesOf(m_type))
        for (std::uint8_t& quant : out.quants)
            quant = (*codes)[quant];
    const std::size_t first = std::size_t{2} * part;
    out.d = floatToHalf(m_numbers.d[first]);
    out.firstScale = static_cast<std::uint8_t>(m_numbers.whole[first]);
    out.nextScale = static_cast<std::uint8_t>(m_numbers.whole[first + 1]);
    if (m_type == TensorType::IQ1_S || m_type == TensorType::IQ1_M) moveShifts(m_type, out);
    return out;
}

} // namespace ponder
