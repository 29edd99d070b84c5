// The products of quantized panels (panel_multiply.h), packed or unpacked, for every rounding of activations.
// Included once for every target by Highway's foreach_target.
#if defined(PONDER_PANEL_MULTIPLY_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PONDER_PANEL_MULTIPLY_INL_H
#undef PONDER_PANEL_MULTIPLY_INL_H
#else
#define PONDER_PANEL_MULTIPLY_INL_H
#endif

#include "engine/backend/cpu/panel_formats-inl.h"
#include "engine/backend/cpu/panel_multiply.h"

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

// Packed panels that a tile meets before the next tile: two of them and a tile leave the first cache least
// often.
constexpr std::uint32_t kPanelsATile = 2;

// One tile's records as the kernel reads them.
template<Rounding kRounding>
struct Record {
    const std::byte* at;
    std::size_t width;

    static constexpr std::size_t kQuants = kRounding == Rounding::Fine ? 64 : 32;

    const std::byte* quants(std::size_t column) const { return at + column * 32; }
    const std::byte* fineQuants(std::size_t column) const { return at + width * 32 + column * 32; }
    const std::byte* scale(std::size_t column) const { return at + width * kQuants + column * 4; }
    const std::byte* sum(std::size_t column) const { return at + width * (kQuants + 4) + column * 4; }
    const std::byte* negated(std::size_t column) const { return at + width * (kQuants + 8) + column * 4; }
    const std::byte* negatedHalf(std::size_t column, std::size_t half) const {
        return at + width * (kQuants + 12) + column * 8 + half * 4;
    }
    const ActivationTiles::Quad& quad(std::size_t column) const {
        static_assert(kRounding == Rounding::Outliers);
        return reinterpret_cast<const ActivationTiles::Quad*>(at + width * (kQuants + 20))[column];
    }
};

HWY_INLINE VF broadcastFloat(const std::byte* at) { return hn::BitCast(DF(), broadcastFour(at)); }

// Whether the weights are multiplied as signed bytes: AVX2 and SSE4 have only unsigned times signed, and sums
// of two such products that saturate, so above 127 it is quicker to give the weight's sign to the activation.
// Activations of -128, which have no negative, exist in fine and outlying ones only.
template<class Format, Rounding kRounding>
inline constexpr bool kSigned = Format::kWide&& kRounding == Rounding::Coarse&& kCanMoveSigns;

// What a format's offset adds to a dot product: -2^offset * sum(q).
template<Rounding kRounding, class Format>
HWY_INLINE VI startOf(const Format& format, const Record<kRounding>& record, std::size_t column, int half) {
    if constexpr (Format::kOffset < 0 || kSigned<Format, kRounding>) return hn::Zero(DI());
    const std::byte* negated = Format::kHalves == 1
                                   ? record.negated(column)
                                   : record.negatedHalf(column, static_cast<std::size_t>(half));
    return hn::ShiftLeftSame(broadcastFour(negated), format.offset());
}

// The quads of a block, kept for the one that each column wants once more. Where they lie in memory as they
// are wanted, they are read again.
template<class Format>
struct SeenQuads {
    HWY_ALIGN std::uint8_t quads[Format::kPlain ? 1 : 8 * kLanes * 4];

    HWY_INLINE void keep(std::size_t j, VU weights) {
        if constexpr (!Format::kPlain) hn::StoreU(weights, DU(), quads + j * kLanes * 4);
    }
    HWY_INLINE VU again(const Where& at, std::size_t j) const {
        if constexpr (Format::kPlain) return at.line(j);
        return hn::LoadU(DU(), quads + j * kLanes * 4);
    }
};

template<int j, class Format, Rounding kRounding, std::size_t kColumns>
HWY_INLINE void addQuad(const Format& format, const Where& at, const Record<kRounding>& record,
                        VI (&dots)[kColumns], VI (&high)[kColumns], SeenQuads<Format>& seen) {
    VU weights;
    if constexpr (kSigned<Format, kRounding>)
        weights = format.template signedQuad<j>(at);
    else
        weights = format.template quad<j>(at);
    if constexpr (kRounding == Rounding::Outliers) seen.keep(j, weights);
    for (std::size_t c = 0; c < kColumns; ++c) {
        const std::byte* quants = record.quants(c) + 4 * j;
        if constexpr (kRounding == Rounding::Fine) {
            high[c] = dotFour<Format::kWide>(high[c], weights, quants);
            quants = record.fineQuants(c) + 4 * j;
        }
        if constexpr (kSigned<Format, kRounding>)
            dots[c] = dotSigned(dots[c], weights, quants);
        else
            dots[c] = dotFour<Format::kWide>(dots[c], weights, quants);
    }
}

// Integer products of half a block, or of a whole one where it has one scale.
template<class Format, Rounding kRounding, std::size_t kColumns>
HWY_INLINE void dotBlock(const Format& format, const Where& at, int half, const Record<kRounding>& record,
                         VI (&dots)[kColumns]) {
    VI high[kColumns];
    SeenQuads<Format> seen;
    for (std::size_t c = 0; c < kColumns; ++c) {
        dots[c] = startOf(format, record, c, half);
        high[c] = hn::Zero(DI());
    }
    if (Format::kHalves == 1 || half == 0) {
        addQuad<0>(format, at, record, dots, high, seen);
        addQuad<1>(format, at, record, dots, high, seen);
        addQuad<2>(format, at, record, dots, high, seen);
        addQuad<3>(format, at, record, dots, high, seen);
    }
    if (Format::kHalves == 1 || half == 1) {
        addQuad<4>(format, at, record, dots, high, seen);
        addQuad<5>(format, at, record, dots, high, seen);
        addQuad<6>(format, at, record, dots, high, seen);
        addQuad<7>(format, at, record, dots, high, seen);
    }
    for (std::size_t c = 0; c < kColumns; ++c) {
        if constexpr (kRounding == Rounding::Outliers) {
            const ActivationTiles::Quad& quad = record.quad(c);
            const bool whole = Format::kHalves == 1;
            const std::size_t j = whole ? quad.index : quad.ofHalf(static_cast<std::uint32_t>(half));
            high[c] = dotFour<Format::kWide>(
                high[c], seen.again(at, j),
                reinterpret_cast<const std::byte*>(whole ? quad.high : quad.highOfHalf[half]));
        }
        if constexpr (kRounding != Rounding::Coarse) dots[c] = hn::Add(dots[c], hn::ShiftLeft<8>(high[c]));
    }
}

// sums[c] += one block's share.
template<class Format, Rounding kRounding, std::size_t kColumns>
HWY_INLINE void addBlock(const Format& format, const typename Format::Unit& unit, const Where& at,
                         const Record<kRounding>& record, VF (&sums)[kColumns]) {
    for (int half = 0; half < Format::kHalves; ++half) {
        VI dots[kColumns];
        dotBlock(format, at, half, record, dots);
        const VF scale = format.scale(unit, at, half);
        for (std::size_t c = 0; c < kColumns; ++c)
            sums[c] = hn::MulAdd(hn::Mul(scale, broadcastFloat(record.scale(c))),
                                 hn::ConvertTo(DF(), dots[c]), sums[c]);
    }
    if constexpr (Format::kMins == 1) {
        const VF min = format.min(unit, at, 0);
        for (std::size_t c = 0; c < kColumns; ++c)
            sums[c] = hn::NegMulAdd(min, broadcastFloat(record.sum(c)), sums[c]);
    }
    if constexpr (Format::kMins == 2)
        for (int half = 0; half < 2; ++half) {
            const VF min = format.min(unit, at, half);
            for (std::size_t c = 0; c < kColumns; ++c)
                sums[c] = hn::MulAdd(hn::Mul(min, broadcastFloat(record.scale(c))),
                                     toFloats(broadcastFour(record.negatedHalf(c, half))), sums[c]);
        }
}

// One vector of rows times one tile.
template<std::size_t kColumns, Rounding kRounding, class Format>
HWY_INLINE void multiplyRows(const Format& format, const std::byte* panel, std::size_t blocks, Rows rows,
                             const std::byte* tile, std::size_t columns, float* out, std::size_t stride) {
    VF sums[kColumns];
    for (VF& sum : sums)
        sum = hn::Zero(DF());
    Record<kRounding> record{tile, kColumns};
    for (std::size_t done = 0; done < blocks; done += Format::kBlocks) {
        const auto unit = format.open(panel, rows);
        Where at{panel, panel + Format::kHeadBytes, 0, rows};
        const std::size_t here = HWY_MIN(Format::kBlocks, blocks - done);
        for (; at.inUnit < here; ++at.inUnit) {
            addBlock(format, unit, at, record, sums);
            at.block += Format::kBlockBytes;
            record.at += kColumns * ActivationTiles::columnBytes(kRounding);
        }
        panel += Format::kHeadBytes + Format::kBlocks * Format::kBlockBytes;
    }
    for (std::size_t c = 0; c < HWY_MIN(columns, kColumns); ++c)
        hn::StoreU(sums[c], DF(), out + c * stride + rows.first);
}

// One panel times one tile of at most kMost columns: one or eight.
template<Rounding kRounding, std::size_t kMost = kTileColumns, class Format>
HWY_INLINE void multiplyTile(const Format& format, const std::byte* panel, const ActivationTiles& in,
                             std::uint32_t tile, float* out, std::size_t stride) {
    const std::size_t columns = in.columns() - tile * in.width();
    float* at = out + std::size_t{tile} * in.width() * stride;
    for (std::size_t first = 0; first < kPanelRows; first += kLanes) {
        const auto rows = [&]<std::size_t kColumns>() {
            multiplyRows<kColumns, kRounding>(format, panel, in.blocks(), Rows{first}, in.tile(tile), columns,
                                              at, stride);
        };
        if (in.width() == 1) rows.template operator()<1>();
        if constexpr (kMost > 1) {
            if (in.width() == 2) rows.template operator()<2>();
            if (in.width() == 4) rows.template operator()<4>();
            if (in.width() == 8) rows.template operator()<8>();
        }
    }
}

// Packed panels first .. end - 1 times all tiles.
template<Rounding kRounding, std::size_t kMost = kTileColumns, class Format>
HWY_NOINLINE void multiplyPacked(const Format& format, const PanelMatrix& matrix, std::uint64_t first,
                                 std::uint64_t end, const ActivationTiles& in, float* out,
                                 std::size_t stride) {
    for (std::uint64_t p = first; p < end; p += kPanelsATile)
        for (std::uint32_t tile = 0; tile < in.tiles(); ++tile)
            for (std::uint64_t q = p; q < HWY_MIN(end, p + kPanelsATile); ++q)
                multiplyTile<kRounding, kMost>(format, matrix.panel(q), in, tile,
                                               out + (q - first) * kPanelRows, stride);
}

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif // per target
