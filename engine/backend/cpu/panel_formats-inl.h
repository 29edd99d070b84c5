// How each quantized format of plan/panel_layout.h is read into vectors: quads of unsigned weights, scales
// and minima of the rows in one vector. Included once for every target by Highway's foreach_target.
//
// A format says: kHalves (scales of a block), kMin (value = scale * q - min), kOffset (value = scale *
// (q - 2^kOffset); -1: none), kWide (weights above 127), kPlain (quads lie in memory as lines), kBlocks (in a
// unit), kBlockBytes. `at` is the first
// byte of this vector's rows in a line: the kernels take the rows of a panel in steps of a vector.
#if defined(PONDER_PANEL_FORMATS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PONDER_PANEL_FORMATS_INL_H
#undef PONDER_PANEL_FORMATS_INL_H
#else
#define PONDER_PANEL_FORMATS_INL_H
#endif

#include "engine/backend/cpu/simd_types-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

inline constexpr std::size_t kLine = 64;

// Where a vector's rows are in a panel: row r0 = index * kLanes.
struct Rows {
    std::size_t first = 0;

    std::size_t inLine() const { return first * 4; } // bytes into a line of quads
    std::size_t inHalves() const { return first; }   // into sixteen halves
    std::size_t inBytes() const { return first; }    // into sixteen bytes
};

HWY_INLINE VU loadLine(const std::byte* at) {
    return hn::LoadU(DU(), reinterpret_cast<const std::uint8_t*>(at));
}
HWY_INLINE VF loadHalvesOf(const std::byte* head, std::size_t index, Rows rows) {
    return loadHalves(reinterpret_cast<const std::uint16_t*>(head) + index * 16 + rows.inHalves());
}
HWY_INLINE VF loadBytesOf(const std::byte* scales, Rows rows) {
    using D8 = hn::Rebind<std::uint8_t, DI>;
    const auto bytes = hn::LoadU(D8(), reinterpret_cast<const std::uint8_t*>(scales) + rows.inBytes());
    return hn::ConvertTo(DF(), hn::PromoteTo(DI(), bytes));
}
HWY_INLINE VF loadSignedBytesOf(const std::byte* scales, Rows rows) {
    using D8 = hn::Rebind<std::int8_t, DI>;
    const auto bytes = hn::LoadU(D8(), reinterpret_cast<const std::int8_t*>(scales) + rows.inBytes());
    return hn::ConvertTo(DF(), hn::PromoteTo(DI(), bytes));
}

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

// Quad j of a block of nibbles.
template<int j>
HWY_INLINE VU nibbles(const std::byte* lines, Rows rows) {
    const VU line = loadLine(lines + j % 4 * kLine + rows.inLine());
    return hn::And(j < 4 ? line : shiftRight<4>(line), hn::Set(DU(), 15));
}

// Bit 4 of quad j from a plane of fifth bits.
template<int j>
HWY_INLINE VU fifthBit(const std::byte* plane, Rows rows) {
    const VU bits = loadLine(plane + rows.inLine());
    VU moved = bits;
    if constexpr (j < 4) moved = shiftLeft<4 - j>(bits);
    if constexpr (j > 4) moved = shiftRight<j - 4>(bits);
    return hn::And(moved, hn::Set(DU(), 16));
}

// Bits 4 and 5 of quad j from two planes of pairs.
template<int j>
HWY_INLINE VU highPair(const std::byte* planes, Rows rows) {
    const VU bits = loadLine(planes + j / 4 * kLine + rows.inLine());
    VU moved = bits;
    if constexpr (j % 4 < 2) moved = shiftLeft<4 - 2 * (j % 4)>(bits);
    if constexpr (j % 4 == 3) moved = shiftRight<2>(bits);
    return hn::And(moved, hn::Set(DU(), 48));
}

template<int kBits, bool kHasMin>
struct LegacyFormat {
    static constexpr int kHalves = 1, kOffset = kHasMin ? -1 : kBits - 1;
    static constexpr bool kMin = kHasMin, kWide = kBits == 8, kPlain = kBits == 8;
    static constexpr std::size_t kBlocks = kHasMin ? 1 : 2, kHeadBytes = kLine;
    static constexpr std::size_t kBlockBytes = kBits == 8 ? 512 : kBits == 5 ? 320 : 256;
    struct Unit {};

    static HWY_INLINE Unit open(const std::byte*, Rows) { return {}; }
    static HWY_INLINE VF scale(Unit, const std::byte* head, std::size_t block, int, Rows rows) {
        return loadHalvesOf(head, block, rows);
    }
    static HWY_INLINE VF min(Unit, const std::byte* head, std::size_t, Rows rows) {
        return hn::Neg(loadHalvesOf(head, 1, rows)); // d q + m: the others subtract
    }
    template<int j>
    static HWY_INLINE VU quad(const std::byte* block, Rows rows) {
        if constexpr (kBits == 8) return loadLine(block + j * kLine + rows.inLine());
        if constexpr (kBits == 5) return hn::Or(nibbles<j>(block + kLine, rows), fifthBit<j>(block, rows));
        return nibbles<j>(block, rows);
    }
};

template<int kBits>
struct SuperMinFormat {
    static constexpr int kHalves = 1, kOffset = -1;
    static constexpr bool kMin = true, kWide = false, kPlain = false;
    static constexpr std::size_t kBlocks = 8, kHeadBytes = kLine + 256;
    static constexpr std::size_t kBlockBytes = kBits == 5 ? 320 : 256;
    struct Unit {
        VF d, dmin;
    };

    static HWY_INLINE Unit open(const std::byte* head, Rows rows) {
        return {loadHalvesOf(head, 0, rows), loadHalvesOf(head, 1, rows)};
    }
    static HWY_INLINE VF scale(const Unit& unit, const std::byte* head, std::size_t block, int, Rows rows) {
        return hn::Mul(unit.d, loadBytesOf(head + kLine + block * 32, rows));
    }
    static HWY_INLINE VF min(const Unit& unit, const std::byte* head, std::size_t block, Rows rows) {
        return hn::Mul(unit.dmin, loadBytesOf(head + kLine + block * 32 + 16, rows));
    }
    template<int j>
    static HWY_INLINE VU quad(const std::byte* block, Rows rows) {
        if constexpr (kBits == 5) return hn::Or(nibbles<j>(block + kLine, rows), fifthBit<j>(block, rows));
        return nibbles<j>(block, rows);
    }
};

struct SixBitFormat {
    static constexpr int kHalves = 2, kOffset = 5;
    static constexpr bool kMin = false, kWide = false, kPlain = false;
    static constexpr std::size_t kBlocks = 8, kHeadBytes = kLine + 256, kBlockBytes = 384;
    struct Unit {
        VF d;
    };

    static HWY_INLINE Unit open(const std::byte* head, Rows rows) { return {loadHalvesOf(head, 0, rows)}; }
    static HWY_INLINE VF scale(const Unit& unit, const std::byte* head, std::size_t block, int half,
                               Rows rows) {
        return hn::Mul(unit.d, loadSignedBytesOf(head + kLine + block * 32 + half * 16, rows));
    }
    static HWY_INLINE VF min(const Unit&, const std::byte*, std::size_t, Rows) { return hn::Zero(DF()); }
    template<int j>
    static HWY_INLINE VU quad(const std::byte* block, Rows rows) {
        return hn::Or(nibbles<j>(block + 2 * kLine, rows), highPair<j>(block, rows));
    }
};

// A panel that was unpacked for many columns: quads, then scales and minima as f32.
template<class Packed>
struct Unpacked {
    static constexpr int kHalves = Packed::kHalves, kOffset = Packed::kOffset;
    static constexpr bool kMin = Packed::kMin, kWide = Packed::kWide, kPlain = true;
    static constexpr std::size_t kBlocks = 1, kHeadBytes = 0;
    static constexpr std::size_t kBlockBytes = 8 * kLine + (kHalves + (kMin ? 1 : 0)) * kLine;
    struct Unit {};

    static HWY_INLINE Unit open(const std::byte*, Rows) { return {}; }
    static HWY_INLINE VF scale(Unit, const std::byte* head, std::size_t, int half, Rows rows) {
        return hn::LoadU(DF(), floats(head) + half * 16 + rows.first);
    }
    static HWY_INLINE VF min(Unit, const std::byte* head, std::size_t, Rows rows) {
        return hn::LoadU(DF(), floats(head) + kHalves * 16 + rows.first);
    }
    template<int j>
    static HWY_INLINE VU quad(const std::byte* block, Rows rows) {
        return loadLine(block + j * kLine + rows.inLine());
    }
    static HWY_INLINE const float* floats(const std::byte* block) {
        return reinterpret_cast<const float*>(block + 8 * kLine);
    }
};

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif // per target
