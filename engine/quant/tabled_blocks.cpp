#include "engine/quant/tabled_blocks.h"

#include "engine/quant/half.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace ponder {
namespace {

unsigned byteAt(const std::byte* at) { return std::to_integer<unsigned>(*at); }

// One scale for the whole block.
void putScale(float d, SmallNumbers& out) {
    out.d.fill(d);
    out.whole.fill(1);
}

// Byte j holds value j in its low half and value j + count in its high half.
void putNibbles(const std::byte* nibbles, std::size_t count, std::uint8_t* index) {
    for (std::size_t j = 0; j < count; ++j) {
        index[j] = static_cast<std::uint8_t>(byteAt(nibbles + j) & 15);
        index[j + count] = static_cast<std::uint8_t>(byteAt(nibbles + j) >> 4);
    }
}

// Base-3 digits as fractions of 256: multiplying by a power of three and forgetting what overflows leaves a
// byte whose first digit is the wanted one. The bytes' first digits come first, then their second ones.
void putTernary(const std::byte* bytes, std::size_t count, std::size_t digits, std::uint8_t* index) {
    unsigned power = 1;
    for (std::size_t digit = 0; digit < digits; ++digit, power *= 3)
        for (std::size_t j = 0; j < count; ++j)
            *index++ = static_cast<std::uint8_t>((byteAt(bytes + j) * power & 255) * 3 >> 8);
}

} // namespace

float halvedE8M0(unsigned e) { return std::ldexp(1.0F, static_cast<int>(e) - 128); }

float halvedE4M3(unsigned byte) {
    if (byte == 0x7f) return 0;
    const int exponent = static_cast<int>(byte >> 3 & 15);
    const auto fraction = static_cast<float>(byte & 7);
    if (exponent == 0) return std::ldexp(fraction, -10);
    return std::ldexp(8 + fraction, exponent - 11);
}

// 32 bytes of third bits (clear: 4 less); 64 bytes of 2-bit q; 16 scales of 6 bits; f16 d: d (scale - 32) q.
// Each half of 128 values: value l + 32 t has its low bits in byte l at 2 t, its third bit in byte l at
// 4 half + t, and one scale for 16 values.
void unpackQ3_K(const std::byte* block, SmallNumbers& out) {
    const std::byte* packed = block + 96;
    out.d.fill(loadHalf(block + 108));
    for (std::size_t j = 0; j < 16; ++j) {
        const unsigned low = byteAt(packed + j % 8) >> (j / 8 * 4) & 15;
        const unsigned high = byteAt(packed + 8 + j % 4) >> (j / 4 * 2) & 3;
        out.whole[j] = static_cast<std::int8_t>(static_cast<int>(low | high << 4) - 32);
    }
    for (std::size_t run = 0; run < 8; ++run)
        for (std::size_t l = 0; l < 32; ++l) {
            const unsigned low = byteAt(block + 32 + run / 4 * 32 + l) >> (run % 4 * 2) & 3;
            const unsigned third = byteAt(block + l) >> run & 1;
            out.index[32 * run + l] = static_cast<std::uint8_t>(low | third << 2);
        }
}

// f16 d; 16 bytes of two indices
void unpackIQ4_NL(const std::byte* block, SmallNumbers& out) {
    putScale(loadHalf(block), out);
    putNibbles(block + 2, 16, out.index.data());
}

// f16 d; a word of the high 2 bits of eight scales; 4 bytes of their low 4 bits; 128 bytes of two indices, 16
// for each 32 values.
void unpackIQ4_XS(const std::byte* block, SmallNumbers& out) {
    out.d.fill(loadHalf(block));
    const unsigned high = byteAt(block + 2) | byteAt(block + 3) << 8;
    for (std::size_t group = 0; group < 8; ++group) {
        const unsigned scale =
            (byteAt(block + 4 + group / 2) >> (group % 2 * 4) & 15) | (high >> (2 * group) & 3) << 4;
        out.whole[2 * group] = out.whole[2 * group + 1] =
            static_cast<std::int8_t>(static_cast<int>(scale) - 32);
        putNibbles(block + 8 + 16 * group, 16, &out.index[32 * group]);
    }
}

// E8M0 scale; 16 bytes of two indices
void unpackMXFP4(const std::byte* block, SmallNumbers& out) {
    putScale(halvedE8M0(byteAt(block)), out);
    putNibbles(block + 1, 16, out.index.data());
}

// four E4M3 scales; for each of them 8 bytes of two indices
void unpackNVFP4(const std::byte* block, SmallNumbers& out) {
    out.whole.fill(1);
    for (std::size_t part = 0; part < 4; ++part) {
        out.d[part] = halvedE4M3(byteAt(block + part));
        putNibbles(block + 4 + 8 * part, 8, &out.index[16 * part]);
    }
}

// 48 bytes of five ternary digits, in runs of 32 and of 16 bytes; 4 bytes of four digits; f16 d
void unpackTQ1_0(const std::byte* block, SmallNumbers& out) {
    putScale(loadHalf(block + 52), out);
    putTernary(block, 32, 5, out.index.data());
    putTernary(block + 32, 16, 5, &out.index[160]);
    putTernary(block + 48, 4, 4, &out.index[240]);
}

// 64 bytes of four numbers of 2 bits; f16 d. In each 32 bytes value l + 32 t stands in byte l at 2 t.
void unpackTQ2_0(const std::byte* block, SmallNumbers& out) {
    putScale(loadHalf(block + 64), out);
    for (std::size_t run = 0; run < 8; ++run)
        for (std::size_t l = 0; l < 32; ++l)
            out.index[32 * run + l] =
                static_cast<std::uint8_t>(byteAt(block + run / 4 * 32 + l) >> (run % 4 * 2) & 3);
}

// f16 d; 16 bytes of eight signs, the first value in the lowest bit
void unpackQ1_0(const std::byte* block, SmallNumbers& out) {
    putScale(loadHalf(block), out);
    for (std::size_t i = 0; i < 128; ++i)
        out.index[i] = static_cast<std::uint8_t>(byteAt(block + 2 + i / 8) >> (i % 8) & 1);
}

// f16 d; 16 bytes of four numbers, the first value in the lowest bits
void unpackQ2_0(const std::byte* block, SmallNumbers& out) {
    putScale(loadHalf(block), out);
    for (std::size_t i = 0; i < 64; ++i)
        out.index[i] = static_cast<std::uint8_t>(byteAt(block + 2 + i / 4) >> (i % 4 * 2) & 3);
}

} // namespace ponder
