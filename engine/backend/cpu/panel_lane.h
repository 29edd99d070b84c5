// One row's part of a block in a panel (plan/panel_layout.h): how its numbers are put between those of the
// other rows. Next station: panel_packer.h, small_number_packer.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ponder::cpu {

using Byte = std::uint8_t;

constexpr std::size_t kLine = 64;
constexpr std::size_t kHalfLine = 32; // sixteen halves

// Where one row of one block goes: its lane in every line.
struct Lane {
    Byte* block;
    std::size_t row;

    void put(std::size_t line, const Byte* four) const {
        std::memcpy(block + line * kLine + row * 4, four, 4);
    }
    void put(std::size_t line, std::uint32_t four) const {
        std::memcpy(block + line * kLine + row * 4, &four, 4);
    }
};

inline void putHalf(Byte* head, std::size_t index, std::size_t row, const Byte* half) {
    std::memcpy(head + index * kHalfLine + row * 2, half, 2);
}

// The eight quads of 32 numbers, each four bytes in one word: shifted by less than what the numbers leave
// free, no bit leaves its byte.
using Quads = std::array<std::uint32_t, 8>;
inline Quads quadsOf(const Byte* numbers) {
    Quads quads;
    std::memcpy(quads.data(), numbers, sizeof quads);
    return quads;
}

// numbers: 32 below 16.
inline void putNibbles(const Lane& lane, std::size_t firstLine, const Byte* numbers) {
    const Quads q = quadsOf(numbers);
    for (std::size_t j = 0; j < 4; ++j)
        lane.put(firstLine + j, q[j] | q[j + 4] << 4);
}

// 32 below 2.
inline void putBits(const Lane& lane, const Byte* numbers) {
    const Quads q = quadsOf(numbers);
    std::uint32_t line = 0;
    for (std::size_t j = 0; j < 8; ++j)
        line |= q[j] << j;
    lane.put(0, line);
}

// 32 below 4.
inline void putPairs(const Lane& lane, std::size_t firstLine, const Byte* numbers) {
    const Quads q = quadsOf(numbers);
    for (std::size_t j = 0; j < 8; j += 4)
        lane.put(firstLine + j / 4, q[j] | q[j + 1] << 2 | q[j + 2] << 4 | q[j + 3] << 6);
}

// 32 below 8. Two of the first six quads share a line; the last two are spread over what is left of it.
inline void putTriples(const Lane& lane, const Byte* numbers) {
    const Quads q = quadsOf(numbers);
    const auto low = [&](std::size_t j) { return (q[j] & 0x03030303U) << 6; };
    const auto third = [&](std::size_t j) { return q[j] >> 2 & 0x01010101U; };
    lane.put(0, q[0] | q[1] << 3 | low(6));
    lane.put(1, q[2] | q[3] << 3 | low(7));
    lane.put(2, q[4] | q[5] << 3 | third(6) << 6 | third(7) << 7);
}

} // namespace ponder::cpu
