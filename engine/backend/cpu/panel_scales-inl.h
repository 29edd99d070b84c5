// How the scales and minima of each format of plan/panel_layout.h are read, for the rows in one vector.
// Included once for every target by Highway's foreach_target.
//
// Such a class says: kHalves (scales of a block), kMins (minima of a block: value = scale * q - min), kBlocks
// (in a unit), kHeadBytes.
#if defined(PONDER_PANEL_SCALES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PONDER_PANEL_SCALES_INL_H
#undef PONDER_PANEL_SCALES_INL_H
#else
#define PONDER_PANEL_SCALES_INL_H
#endif

#include "engine/backend/cpu/panel_quants-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

HWY_INLINE VF loadHalvesOf(const std::byte* head, std::size_t index, Rows rows) {
    return loadHalves(reinterpret_cast<const std::uint16_t*>(head) + index * 16 + rows.inHalves());
}
HWY_INLINE VI loadBytesOf(const std::byte* bytes, Rows rows) {
    using D8 = hn::Rebind<std::uint8_t, DI>;
    return hn::PromoteTo(DI(),
                         hn::LoadU(D8(), reinterpret_cast<const std::uint8_t*>(bytes) + rows.inBytes()));
}
HWY_INLINE VI loadSignedBytesOf(const std::byte* bytes, Rows rows) {
    using D8 = hn::Rebind<std::int8_t, DI>;
    return hn::PromoteTo(DI(), hn::LoadU(D8(), reinterpret_cast<const std::int8_t*>(bytes) + rows.inBytes()));
}
HWY_INLINE VF toFloats(VI whole) { return hn::ConvertTo(DF(), whole); }

// A half for every kShared blocks.
template<std::size_t kShared, std::size_t kUnitBlocks>
struct HalfScales {
    static constexpr int kHalves = 1, kMins = 0;
    static constexpr std::size_t kBlocks = kUnitBlocks;
    static constexpr std::size_t kHeadBytes = (kUnitBlocks / kShared * 32 + kLine - 1) / kLine * kLine;
    struct Unit {};

    HWY_INLINE Unit open(const std::byte*, Rows) const { return {}; }
    HWY_INLINE VF scale(Unit, const Where& at, int) const {
        return loadHalvesOf(at.head, at.inUnit / kShared, at.rows);
    }
    HWY_INLINE VF min(Unit, const Where&, int) const { return hn::Zero(DF()); }
};

// Q4_1, Q5_1: halves d and m; d q + m, where the others subtract.
struct HalfMins {
    static constexpr int kHalves = 1, kMins = 1;
    static constexpr std::size_t kBlocks = 1, kHeadBytes = kLine;
    struct Unit {};

    HWY_INLINE Unit open(const std::byte*, Rows) const { return {}; }
    HWY_INLINE VF scale(Unit, const Where& at, int) const { return loadHalvesOf(at.head, 0, at.rows); }
    HWY_INLINE VF min(Unit, const Where& at, int) const { return hn::Neg(loadHalvesOf(at.head, 1, at.rows)); }
};

// Q4_K, Q5_K: halves d and dmin of eight blocks, and a whole number times each for every block.
struct WholeMins {
    static constexpr int kHalves = 1, kMins = 1;
    static constexpr std::size_t kBlocks = 8, kHeadBytes = kLine + 256;
    struct Unit {
        VF d, dmin;
    };

    HWY_INLINE Unit open(const std::byte* head, Rows rows) const {
        return {loadHalvesOf(head, 0, rows), loadHalvesOf(head, 1, rows)};
    }
    HWY_INLINE VF scale(const Unit& unit, const Where& at, int) const {
        return hn::Mul(unit.d, toFloats(loadBytesOf(at.head + kLine + at.inUnit * 32, at.rows)));
    }
    HWY_INLINE VF min(const Unit& unit, const Where& at, int) const {
        return hn::Mul(unit.dmin, toFloats(loadBytesOf(at.head + kLine + at.inUnit * 32 + 16, at.rows)));
    }
};

// Q2_K: the same for every half of a block, with both whole numbers in one byte.
struct NibbleMins {
    static constexpr int kHalves = 2, kMins = 2;
    static constexpr std::size_t kBlocks = 8, kHeadBytes = kLine + 256;
    using Unit = WholeMins::Unit;

    HWY_INLINE Unit open(const std::byte* head, Rows rows) const {
        return {loadHalvesOf(head, 0, rows), loadHalvesOf(head, 1, rows)};
    }
    static HWY_INLINE VI bytes(const Where& at, int half) {
        return loadBytesOf(at.head + kLine + at.inUnit * 32 + half * 16, at.rows);
    }
    HWY_INLINE VF scale(const Unit& unit, const Where& at, int half) const {
        return hn::Mul(unit.d, toFloats(hn::And(bytes(at, half), hn::Set(DI(), 15))));
    }
    HWY_INLINE VF min(const Unit& unit, const Where& at, int half) const {
        return hn::Mul(unit.dmin, toFloats(hn::ShiftRight<4>(bytes(at, half))));
    }
};

// A half d of eight blocks, times a power of two, and a signed whole number times it for every block or half.
template<int kHalvesOfBlock>
struct WholeScales {
    static constexpr int kHalves = kHalvesOfBlock, kMins = 0;
    static constexpr std::size_t kBlocks = 8, kHeadBytes = kLine + 128 * kHalves;
    float factor = 1;
    struct Unit {
        VF d;
    };

    HWY_INLINE Unit open(const std::byte* head, Rows rows) const {
        return {hn::Mul(loadHalvesOf(head, 0, rows), hn::Set(DF(), factor))};
    }
    HWY_INLINE VF scale(const Unit& unit, const Where& at, int half) const {
        const std::size_t index = at.inUnit * kHalves + static_cast<std::size_t>(half);
        return hn::Mul(unit.d, toFloats(loadSignedBytesOf(at.head + kLine + index * 16, at.rows)));
    }
    HWY_INLINE VF min(const Unit&, const Where&, int) const { return hn::Zero(DF()); }
};

// IQ1_M: whole numbers in the low four bits, beside what DirectedPairQuants reads.
struct DirectedScales : WholeScales<2> {
    HWY_INLINE VF scale(const Unit& unit, const Where& at, int half) const {
        const VI byte = loadBytesOf(at.head + kLine + at.inUnit * 32 + half * 16, at.rows);
        return hn::Mul(unit.d, toFloats(hn::And(byte, hn::Set(DI(), 15))));
    }
};

// IQ1_S: d and a byte for every block, its whole number in the low four bits. Above it 9 or 7: how many
// eighths of the scale the weights 0, 1 and 2 are lowered by.
struct LoweredScales {
    static constexpr int kHalves = 1, kMins = 1;
    static constexpr std::size_t kBlocks = 8, kHeadBytes = kLine + 128;
    struct Unit {
        VF d, eighth;
    };

    HWY_INLINE Unit open(const std::byte* head, Rows rows) const {
        const VF d = loadHalvesOf(head, 0, rows);
        return {d, hn::Mul(d, hn::Set(DF(), 0.125F))};
    }
    HWY_INLINE VF scale(const Unit& unit, const Where& at, int) const {
        const VI byte = loadBytesOf(at.head + kLine + at.inUnit * 16, at.rows);
        return hn::Mul(unit.d, toFloats(hn::And(byte, hn::Set(DI(), 15))));
    }
    HWY_INLINE VF min(const Unit& unit, const Where& at, int) const {
        const VI byte = loadBytesOf(at.head + kLine + at.inUnit * 16, at.rows);
        return hn::Mul(hn::Mul(unit.eighth, toFloats(hn::And(byte, hn::Set(DI(), 15)))),
                       toFloats(hn::ShiftRight<4>(byte)));
    }
};

// MXFP4: a byte for every block, the exponent of an f32.
struct ExponentScales {
    static constexpr int kHalves = 1, kMins = 0;
    static constexpr std::size_t kBlocks = 4, kHeadBytes = kLine;
    struct Unit {};

    HWY_INLINE Unit open(const std::byte*, Rows) const { return {}; }
    HWY_INLINE VF scale(Unit, const Where& at, int) const {
        return hn::BitCast(DF(), hn::ShiftLeft<23>(loadBytesOf(at.head + at.inUnit * 16, at.rows)));
    }
    HWY_INLINE VF min(Unit, const Where&, int) const { return hn::Zero(DF()); }
};

// NVFP4: a byte for every half of a block, with an exponent of four bits and a mantissa of three: seven bits
// further up it is a half, 2^-8 times as large.
struct SmallFloatScales {
    static constexpr int kHalves = 2, kMins = 0;
    static constexpr std::size_t kBlocks = 2, kHeadBytes = kLine;
    struct Unit {};

    HWY_INLINE Unit open(const std::byte*, Rows) const { return {}; }
    HWY_INLINE VF scale(Unit, const Where& at, int half) const {
        const hn::Rebind<std::uint8_t, DI> d8;
        const hn::Rebind<std::uint16_t, DI> d16;
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(at.head + at.inUnit * 32 + half * 16);
        const auto wide = hn::PromoteTo(d16, hn::LoadU(d8, bytes + at.rows.inBytes()));
        const VF small = hn::PromoteTo(DF(), hn::BitCast(DH(), hn::ShiftLeft<7>(wide)));
        return hn::Mul(small, hn::Set(DF(), 128.0F)); // the table holds doubled numbers
    }
    HWY_INLINE VF min(Unit, const Where&, int) const { return hn::Zero(DF()); }
};

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif // per target
