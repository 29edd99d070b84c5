#include "engine/quant/legacy_blocks.h"

#include "engine/quant/half.h"

#include <cstdint>
#include <cstring>

namespace ponder {
namespace {

constexpr std::size_t kValues = 32; // in a block
constexpr std::size_t kHalf = 16;   // byte j holds value j (low bits) and value j + 16 (high bits)

int low(std::byte b) { return std::to_integer<int>(b) & 15; }
int high(std::byte b) { return std::to_integer<int>(b) >> 4; }

// The fifth bits of a block: bit e belongs to value e.
class FifthBits {
public:
    explicit FifthBits(const std::byte* at) { std::memcpy(&m_bits, at, sizeof m_bits); }
    int of(std::size_t value) const { return static_cast<int>((m_bits >> value & 1) << 4); }

private:
    std::uint32_t m_bits;
};

} // namespace

// f16 d; 16 bytes of 4-bit q: (q - 8) d
void decodeQ4_0(const std::byte* block, std::span<float> out) {
    for (std::size_t base = 0; base < out.size(); base += kValues, block += 18) {
        const float d = loadHalf(block);
        const std::byte* q = block + 2;
        float* y = out.data() + base;
        for (std::size_t j = 0; j < kHalf; ++j) {
            y[j] = static_cast<float>(low(q[j]) - 8) * d;
            y[j + kHalf] = static_cast<float>(high(q[j]) - 8) * d;
        }
    }
}

// f16 d, m; 16 bytes of 4-bit q: q d + m
void decodeQ4_1(const std::byte* block, std::span<float> out) {
    for (std::size_t base = 0; base < out.size(); base += kValues, block += 20) {
        const float d = loadHalf(block), m = loadHalf(block + 2);
        const std::byte* q = block + 4;
        float* y = out.data() + base;
        for (std::size_t j = 0; j < kHalf; ++j) {
            y[j] = static_cast<float>(low(q[j])) * d + m;
            y[j + kHalf] = static_cast<float>(high(q[j])) * d + m;
        }
    }
}

// f16 d; 32 fifth bits; 16 bytes of 4-bit q: (q + fifth bit - 16) d
void decodeQ5_0(const std::byte* block, std::span<float> out) {
    for (std::size_t base = 0; base < out.size(); base += kValues, block += 22) {
        const float d = loadHalf(block);
        const FifthBits fifth(block + 2);
        const std::byte* q = block + 6;
        float* y = out.data() + base;
        for (std::size_t j = 0; j < kHalf; ++j) {
            y[j] = static_cast<float>((low(q[j]) | fifth.of(j)) - 16) * d;
            y[j + kHalf] = static_cast<float>((high(q[j]) | fifth.of(j + kHalf)) - 16) * d;
        }
    }
}

// f16 d, m; 32 fifth bits; 16 bytes of 4-bit q: (q + fifth bit) d + m
void decodeQ5_1(const std::byte* block, std::span<float> out) {
    for (std::size_t base = 0; base < out.size(); base += kValues, block += 24) {
        const float d = loadHalf(block), m = loadHalf(block + 2);
        const FifthBits fifth(block + 4);
        const std::byte* q = block + 8;
        float* y = out.data() + base;
        for (std::size_t j = 0; j < kHalf; ++j) {
            y[j] = static_cast<float>(low(q[j]) | fifth.of(j)) * d + m;
            y[j + kHalf] = static_cast<float>(high(q[j]) | fifth.of(j + kHalf)) * d + m;
        }
    }
}

// f16 d; 32 signed bytes q: q d
void decodeQ8_0(const std::byte* block, std::span<float> out) {
    for (std::size_t base = 0; base < out.size(); base += kValues, block += 34) {
        const float d = loadHalf(block);
        for (std::size_t j = 0; j < kValues; ++j)
            out[base + j] = static_cast<float>(static_cast<std::int8_t>(block[2 + j])) * d;
    }
}

} // namespace ponder
