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
};

inline void putHalf(Byte* head, std::size_t index, std::size_t row, const Byte* half) {
    std::memcpy(head + index * kHalfLine + row * 2, half, 2);
}

// values: 32 numbers below 16.
inline void putNibbles(const Lane& lane, std::size_t firstLine, const Byte* values) {
    std::array<Byte, 16> packed;
    for (std::size_t i = 0; i < 16; ++i)
        packed[i] = static_cast<Byte>(values[i] | values[i + 16] << 4);
    for (std::size_t j = 0; j < 4; ++j)
        lane.put(firstLine + j, &packed[4 * j]);
}

// bits: 32 numbers below 2.
inline void putBits(const Lane& lane, const Byte* bits) {
    std::array<Byte, 4> plane{};
    for (std::size_t j = 0; j < 8; ++j)
        for (std::size_t i = 0; i < 4; ++i)
            plane[i] = static_cast<Byte>(plane[i] | bits[4 * j + i] << j);
    lane.put(0, plane.data());
}

// numbers: 32 below 8. Two of every six quads share a line; the last two are spread over what is left of it.
inline void putTriples(const Lane& lane, const Byte* numbers) {
    std::array<std::array<Byte, 4>, 3> lines;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto number = [&](std::size_t quad) { return unsigned{numbers[4 * quad + i]}; };
        lines[0][i] = static_cast<Byte>(number(0) | number(1) << 3 | (number(6) & 3) << 6);
        lines[1][i] = static_cast<Byte>(number(2) | number(3) << 3 | (number(7) & 3) << 6);
        lines[2][i] =
            static_cast<Byte>(number(4) | number(5) << 3 | number(6) >> 2 << 6 | number(7) >> 2 << 7);
    }
    for (std::size_t line = 0; line < 3; ++line)
        lane.put(line, lines[line].data());
}

// bits: 32 numbers below 4.
inline void putPairs(const Lane& lane, std::size_t firstLine, const Byte* bits) {
    for (std::size_t half = 0; half < 2; ++half) {
        std::array<Byte, 4> plane{};
        for (std::size_t j = 0; j < 4; ++j)
            for (std::size_t i = 0; i < 4; ++i)
                plane[i] = static_cast<Byte>(plane[i] | bits[16 * half + 4 * j + i] << (2 * j));
        lane.put(firstLine + half, plane.data());
    }
}

} // namespace ponder::cpu
