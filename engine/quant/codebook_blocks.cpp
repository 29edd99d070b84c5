#include "engine/quant/codebook_blocks.h"

#include "engine/quant/codebooks.h"
#include "engine/quant/half.h"

#include <cstring>

namespace ponder {
namespace {

unsigned byteAt(const std::byte* at) { return std::to_integer<unsigned>(*at); }

template<class Word>
Word load(const std::byte* at) {
    Word word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

// Seven sign bits; the eighth makes their number even.
unsigned evenSigns(unsigned seven) {
    constexpr unsigned kOddOf16 = 0x6996; // whether the number of ones in a number of four bits is odd
    return seven | (kOddOf16 >> ((seven ^ seven >> 4) & 15) & 1) << 7;
}

// The lowest eight bits, eight pairs or four triples, each in a byte of its own, the first in the lowest: the
// halves of every part are moved apart, until each part is a group.
std::uint64_t spreadBits(std::uint64_t x) {
    x = (x | x << 28) & 0x0000000F0000000F;
    x = (x | x << 14) & 0x0003000300030003;
    return (x | x << 7) & 0x0101010101010101;
}
std::uint64_t spreadPairs(std::uint64_t x) {
    x = (x | x << 24) & 0x000000FF000000FF;
    x = (x | x << 12) & 0x000F000F000F000F;
    return (x | x << 6) & 0x0303030303030303;
}
std::uint32_t spreadTriples(std::uint32_t x) {
    x = (x | x << 10) & 0x003F003F;
    return (x | x << 5) & 0x07070707;
}

// Runs from an entry of a codebook: the table's second half holds the negatives of its first.
void putEight(unsigned entry, unsigned signs, std::uint8_t* index) { // of IQ2
    const std::uint64_t bytes = spreadPairs(entry) + 3 * spreadBits(signs & 255);
    std::memcpy(index, &bytes, sizeof bytes);
}
void putFour(unsigned entry, unsigned signs, std::uint8_t* index) { // of IQ3
    const std::uint32_t bytes = spreadTriples(entry) + 8 * static_cast<std::uint32_t>(spreadBits(signs & 15));
    std::memcpy(index, &bytes, sizeof bytes);
}

std::int8_t odd(unsigned s) { return static_cast<std::int8_t>(2 * s + 1); }

// Of 32 values in two halves.
void putWholes(SmallNumbers& out, std::size_t group, unsigned first, unsigned second) {
    out.whole[2 * group] = odd(first);
    out.whole[2 * group + 1] = odd(second);
}

constexpr std::size_t kGroups = 8; // of 32 values in a block

} // namespace

// f16 d; for each 32 values four bytes that choose runs of eight, and a word of four times 7 signs with the
// scale above them.
void unpackIQ2_XXS(const std::byte* block, SmallNumbers& out) {
    out.d.fill(loadHalf(block));
    for (std::size_t group = 0; group < kGroups; ++group) {
        const std::byte* runs = block + 2 + 8 * group;
        const auto signs = load<std::uint32_t>(runs + 4);
        putWholes(out, group, signs >> 28, signs >> 28);
        for (std::size_t l = 0; l < 4; ++l)
            putEight(codebook::kIQ2_XXS[byteAt(runs + l)], evenSigns(signs >> (7 * l) & 127),
                     &out.index[32 * group + 8 * l]);
    }
}

// f16 d; for each eight values a word: 9 bits choose the run, 7 are signs; 8 bytes of two scales.
void unpackIQ2_XS(const std::byte* block, SmallNumbers& out) {
    out.d.fill(loadHalf(block));
    for (std::size_t group = 0; group < kGroups; ++group) {
        const unsigned scales = byteAt(block + 66 + group);
        putWholes(out, group, scales & 15, scales >> 4);
        for (std::size_t run = 4 * group; run < 4 * group + 4; ++run) {
            const unsigned word = load<std::uint16_t>(block + 2 + 2 * run);
            putEight(codebook::kIQ2_XS[word & 511], evenSigns(word >> 9), &out.index[8 * run]);
        }
    }
}

// f16 d; 32 bytes that choose runs of eight; 32 bytes of signs; 8 bytes with two more bits of each choice; 8
// bytes of two scales.
void unpackIQ2_S(const std::byte* block, SmallNumbers& out) {
    out.d.fill(loadHalf(block));
    for (std::size_t group = 0; group < kGroups; ++group) {
        const unsigned more = byteAt(block + 66 + group), scales = byteAt(block + 74 + group);
        putWholes(out, group, scales & 15, scales >> 4);
        for (std::size_t l = 0; l < 4; ++l) {
            const std::size_t run = 4 * group + l;
            putEight(codebook::kIQ2_S[byteAt(block + 2 + run) | (more >> (2 * l) & 3) << 8],
                     byteAt(block + 34 + run), &out.index[8 * run]);
        }
    }
}

// f16 d; 64 bytes that choose runs of four; for each 32 values a word of four times 7 signs with the scale
// above them.
void unpackIQ3_XXS(const std::byte* block, SmallNumbers& out) {
    out.d.fill(loadHalf(block));
    for (std::size_t group = 0; group < kGroups; ++group) {
        const auto word = load<std::uint32_t>(block + 66 + 4 * group);
        putWholes(out, group, word >> 28, word >> 28);
        for (std::size_t l = 0; l < 4; ++l) {
            const unsigned signs = evenSigns(word >> (7 * l) & 127);
            const std::size_t run = 8 * group + 2 * l;
            putFour(codebook::kIQ3_XXS[byteAt(block + 2 + run)], signs, &out.index[4 * run]);
            putFour(codebook::kIQ3_XXS[byteAt(block + 3 + run)], signs >> 4, &out.index[4 * run + 4]);
        }
    }
}

// f16 d; 64 bytes that choose runs of four; 8 bytes with one more bit of each choice; 32 bytes of signs; 4
// bytes of two scales.
void unpackIQ3_S(const std::byte* block, SmallNumbers& out) {
    out.d.fill(loadHalf(block));
    for (std::size_t group = 0; group < kGroups; ++group) {
        const unsigned more = byteAt(block + 66 + group);
        const unsigned scale = byteAt(block + 106 + group / 2) >> (group % 2 * 4) & 15;
        putWholes(out, group, scale, scale);
        for (std::size_t l = 0; l < 8; ++l) {
            const std::size_t run = 8 * group + l;
            putFour(codebook::kIQ3_S[byteAt(block + 2 + run) | (more >> l & 1) << 8],
                    byteAt(block + 74 + run / 2) >> (run % 2 * 4), &out.index[4 * run]);
        }
    }
}

namespace {

// The table holds the numbers that are shifted downwards, then those upwards.
void putShifted(unsigned entry, bool downwards, std::uint8_t* index) {
    const std::uint64_t bytes = spreadPairs(entry) + (downwards ? 0 : 0x0303030303030303);
    std::memcpy(index, &bytes, sizeof bytes);
}

} // namespace

// f16 d; 32 bytes that choose runs of eight; for each 32 values a word with three more bits of each choice,
// the scale and the direction of the shift.
void unpackIQ1_S(const std::byte* block, SmallNumbers& out) {
    out.d.fill(loadHalf(block));
    for (std::size_t group = 0; group < kGroups; ++group) {
        const unsigned word = load<std::uint16_t>(block + 34 + 2 * group);
        putWholes(out, group, word >> 12 & 7, word >> 12 & 7);
        for (std::size_t l = 0; l < 4; ++l) {
            const std::size_t run = 4 * group + l;
            putShifted(codebook::kIQ1_S[byteAt(block + 2 + run) | (word >> (3 * l) & 7) << 8],
                       (word & 0x8000) != 0, &out.index[8 * run]);
        }
    }
}

// 32 bytes that choose runs of eight; 16 bytes of two times three more bits and the direction of the shift;
// four words of four scales of 3 bits, in whose highest four bits the f16 d is spread.
void unpackIQ1_M(const std::byte* block, SmallNumbers& out) {
    unsigned d = 0;
    for (std::size_t i = 0; i < 4; ++i)
        d |= (load<std::uint16_t>(block + 48 + 2 * i) >> 12U) << (4 * i);
    out.d.fill(halfToFloat(static_cast<std::uint16_t>(d)));
    for (std::size_t group = 0; group < kGroups; ++group) {
        const unsigned scales = load<std::uint16_t>(block + 48 + group / 2 * 2) >> (group % 2 * 6);
        putWholes(out, group, scales & 7, scales >> 3 & 7);
        for (std::size_t run = 4 * group; run < 4 * group + 4; ++run) {
            const unsigned more = byteAt(block + 32 + run / 2) >> (run % 2 * 4);
            putShifted(codebook::kIQ1_S[byteAt(block + run) | (more & 7) << 8], (more & 8) != 0,
                       &out.index[8 * run]);
        }
    }
}

} // namespace ponder
