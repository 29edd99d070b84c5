// How the weights of each format of plan/panel_layout.h become vectors of unsigned bytes, a quad (four
// weights of each row) at a time. Included once for every target by Highway's foreach_target.
//
// Such a class says: kBlockBytes; kOffset (a byte is the weight + 2^kOffset; -1: it is the weight); kMost (no
// byte is larger; a class of bytes above 127 gives signed quads as well); kPlain (quads lie in memory as
// lines). Those with a table of their own hold it.
#if defined(PONDER_PANEL_QUANTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PONDER_PANEL_QUANTS_INL_H
#undef PONDER_PANEL_QUANTS_INL_H
#else
#define PONDER_PANEL_QUANTS_INL_H
#endif

#include "engine/backend/cpu/simd_types-inl.h"

#include <array>
#include <span>

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

inline constexpr std::size_t kLine = 64;

// Where a vector's rows are in a panel: the kernels take the rows of a panel in steps of a vector.
struct Rows {
    std::size_t first = 0;

    std::size_t inLine() const { return first * 4; } // bytes into a line of quads
    std::size_t inHalves() const { return first; }   // into sixteen halves
    std::size_t inBytes() const { return first; }    // into sixteen bytes
};

// Where a vector's share of a block lies.
struct Where {
    const std::byte* head;  // of its unit
    const std::byte* block; // its planes and quants
    std::size_t inUnit;
    Rows rows;

    HWY_INLINE Where vector(std::size_t index) const {
        return {head, block, inUnit, {rows.first + index * kLanes}};
    }
    HWY_INLINE VU line(std::size_t index) const {
        return hn::LoadU(DU(), reinterpret_cast<const std::uint8_t*>(block + index * kLine + rows.inLine()));
    }
};

template<int kBits>
HWY_INLINE VU shiftLeft(VU v) {
    const hn::Repartition<std::uint16_t, DU> d16;
    return hn::BitCast(DU(), hn::ShiftLeft<kBits>(hn::BitCast(d16, v)));
}
template<int kBits>
HWY_INLINE VU shiftRight(VU v) {
    const hn::Repartition<std::uint16_t, DU> d16;
    return hn::BitCast(DU(), hn::ShiftRight<kBits>(hn::BitCast(d16, v)));
}
// Moves bit kFrom to bit kTo; its neighbours come along.
template<int kFrom, int kTo>
HWY_INLINE VU moveBit(VU v) {
    if constexpr (kFrom < kTo) return shiftLeft<kTo - kFrom>(v);
    if constexpr (kFrom > kTo) return shiftRight<kFrom - kTo>(v);
    return v;
}
HWY_INLINE VU masked(VU v, std::uint8_t bits) { return hn::And(v, hn::Set(DU(), bits)); }
HWY_INLINE VU orMasked(VU v, VU more, std::uint8_t bits) { return hn::OrAnd(v, more, hn::Set(DU(), bits)); }

// Quad j of a block of nibbles, the lines of which begin at `first`.
template<int j>
HWY_INLINE VU nibbles(const Where& at, std::size_t first) {
    const VU line = at.line(first + j % 4);
    return masked(j < 4 ? line : shiftRight<4>(line), 15);
}
// Of pairs of bits.
template<int j>
HWY_INLINE VU pairs(const Where& at) {
    return masked(moveBit<2 * (j % 4), 0>(at.line(j / 4)), 3);
}
// Of numbers of three bits: two of them in a byte of each of three lines, the last two in what is left over.
template<int j>
HWY_INLINE VU triples(const Where& at) {
    if constexpr (j < 6)
        return masked(j % 2 ? shiftRight<3>(at.line(j / 2)) : at.line(j / 2), 7);
    else
        return orMasked(masked(shiftRight<6>(at.line(j - 6)), 3), moveBit<j, 2>(at.line(2)), 4);
}

template<int kOffsetBits>
struct NibbleQuants {
    static constexpr int kOffset = kOffsetBits, kMost = 15;
    static constexpr bool kPlain = false;
    static constexpr std::size_t kBlockBytes = 256;
    template<int j>
    HWY_INLINE VU quad(const Where& at) const {
        return nibbles<j>(at, 0);
    }
};
template<int kOffsetBits>
struct FiveBitQuants {
    static constexpr int kOffset = kOffsetBits, kMost = 31;
    static constexpr bool kPlain = false;
    static constexpr std::size_t kBlockBytes = 320;
    template<int j>
    HWY_INLINE VU quad(const Where& at) const {
        return orMasked(nibbles<j>(at, 1), moveBit<j, 4>(at.line(0)), 16);
    }
};
struct SixBitQuants {
    static constexpr int kOffset = 5, kMost = 63;
    static constexpr bool kPlain = false;
    static constexpr std::size_t kBlockBytes = 384;
    template<int j>
    HWY_INLINE VU quad(const Where& at) const {
        return orMasked(nibbles<j>(at, 2), moveBit<2 * (j % 4), 4>(at.line(j / 4)), 48);
    }
};
struct ByteQuants {
    static constexpr int kOffset = 7, kMost = 255;
    static constexpr bool kPlain = true;
    static constexpr std::size_t kBlockBytes = 512;
    template<int j>
    HWY_INLINE VU quad(const Where& at) const {
        return at.line(j);
    }
    template<int j>
    HWY_INLINE VU signedQuad(const Where& at) const {
        return hn::Xor(at.line(j), hn::Set(DU(), 128));
    }
};
template<int kOffsetBits>
struct TripleQuants {
    static constexpr int kOffset = kOffsetBits, kMost = 7;
    static constexpr bool kPlain = false;
    static constexpr std::size_t kBlockBytes = 192;
    template<int j>
    HWY_INLINE VU quad(const Where& at) const {
        return triples<j>(at);
    }
};
template<int kOffsetBits>
struct PairQuants {
    static constexpr int kOffset = kOffsetBits, kMost = 3;
    static constexpr bool kPlain = false;
    static constexpr std::size_t kBlockBytes = 128;
    template<int j>
    HWY_INLINE VU quad(const Where& at) const {
        return pairs<j>(at);
    }
};
// -1 and 1, as 0 and 2.
struct BitQuants {
    static constexpr int kOffset = 0, kMost = 2;
    static constexpr bool kPlain = false;
    static constexpr std::size_t kBlockBytes = 64;
    template<int j>
    HWY_INLINE VU quad(const Where& at) const {
        return masked(moveBit<j, 1>(at.line(0)), 2);
    }
};

// A format's table of at most sixteen numbers, each with something added, where bytes are looked up.
HWY_INLINE VU tableOf(std::span<const std::int8_t> numbers, int added) {
    HWY_ALIGN std::uint8_t table[16] = {};
    for (std::size_t i = 0; i < numbers.size(); ++i)
        table[i] = static_cast<std::uint8_t>(numbers[i] + added);
    return hn::LoadDup128(DU(), table);
}

template<int kOffsetBits>
struct TabledNibbleQuants {
    static constexpr int kOffset = kOffsetBits, kMost = (2 << kOffset) - 1;
    static constexpr bool kPlain = false;
    static constexpr std::size_t kBlockBytes = 256;
    VU table, signedTable;

    explicit HWY_INLINE TabledNibbleQuants(std::span<const std::int8_t> numbers)
        : table(tableOf(numbers, 1 << kOffset)), signedTable(tableOf(numbers, 0)) {}
    template<int j>
    HWY_INLINE VU quad(const Where& at) const {
        return hn::TableLookupBytes(table, nibbles<j>(at, 0));
    }
    template<int j>
    HWY_INLINE VU signedQuad(const Where& at) const {
        return hn::TableLookupBytes(signedTable, nibbles<j>(at, 0));
    }
};
template<int kOffsetBits>
struct TabledTripleQuants {
    static constexpr int kOffset = kOffsetBits, kMost = (2 << kOffset) - 1;
    static constexpr bool kPlain = false;
    static constexpr std::size_t kBlockBytes = 192;
    VU table;

    explicit HWY_INLINE TabledTripleQuants(std::span<const std::int8_t> numbers)
        : table(tableOf(numbers, 1 << kOffset)) {}
    template<int j>
    HWY_INLINE VU quad(const Where& at) const {
        return hn::TableLookupBytes(table, triples<j>(at));
    }
};
// IQ1_M: 8 t - 1 or 8 t + 1, with t in pairs of bits and the direction, which eight weights share, beside the
// scale of their half.
struct DirectedPairQuants {
    static constexpr int kOffset = 4, kMost = 31;
    static constexpr bool kPlain = false;
    static constexpr std::size_t kBlockBytes = 128;
    VU table;

    // The second half of the format's table has the direction upwards.
    explicit HWY_INLINE DirectedPairQuants(std::span<const std::int8_t> numbers)
        : table(tableOf(std::array<std::int8_t, 7>{numbers[0], numbers[1], numbers[2], 0, numbers[3],
                                                   numbers[4], numbers[5]},
                        1 << kOffset)) {}
    template<int j>
    HWY_INLINE VU quad(const Where& at) const {
        const hn::Rebind<std::uint8_t, DI> d8;
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(at.head + kLine + at.inUnit * 32 +
                                                                  j / 4 * 16 + at.rows.inBytes());
        const VU one = hn::BitCast(DU(), hn::PromoteTo(DI(), hn::LoadU(d8, bytes)));
        HWY_ALIGN static constexpr std::uint8_t kFirst[16] = {0, 0, 0, 0, 4,  4,  4,  4,
                                                              8, 8, 8, 8, 12, 12, 12, 12};
        const VU four = hn::TableLookupBytes(one, hn::LoadDup128(DU(), kFirst));
        constexpr int kShift = j % 4 < 2 ? 2 : 3;
        return hn::TableLookupBytes(table, orMasked(pairs<j>(at), shiftRight<kShift>(four), 4));
    }
};

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif // per target
