// The products of quantized panels (panel_multiply.h), for coarse and for fine activations. Included once for
// every target by Highway's foreach_target.
#if defined(PONDER_PANEL_MULTIPLY_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PONDER_PANEL_MULTIPLY_INL_H
#undef PONDER_PANEL_MULTIPLY_INL_H
#else
#define PONDER_PANEL_MULTIPLY_INL_H
#endif

#include "engine/backend/cpu/panel_formats-inl.h"
#include "engine/backend/cpu/panel_multiply.h"

#include <utility>

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

// Columns from which unpacking a panel first is quicker: below, what it costs is more than it saves, and an
// unpacked panel beside several tiles no longer fits the first cache.
constexpr std::uint32_t kUnpackFrom = 33;
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

// What a format's offset adds to a dot product: -2^kOffset * sum(q).
template<class Format, Rounding kRounding>
HWY_INLINE VI startOf(const Record<kRounding>& record, std::size_t column, int half) {
    if constexpr (Format::kOffset < 0) return hn::Zero(DI());
    const std::byte* negated = Format::kHalves == 1
                                   ? record.negated(column)
                                   : record.negatedHalf(column, static_cast<std::size_t>(half));
    return hn::ShiftLeft < Format::kOffset < 0 ? 0 : Format::kOffset > (broadcastFour(negated));
}

// The quads of a block, kept for the one that each column wants once more. Where they lie in memory as they
// are wanted, they are read again.
template<class Format>
struct SeenQuads {
    HWY_ALIGN std::uint8_t quads[Format::kPlain ? 1 : 8 * kLanes * 4];

    HWY_INLINE void keep(std::size_t j, VU weights) {
        if constexpr (!Format::kPlain) hn::StoreU(weights, DU(), quads + j * kLanes * 4);
    }
    HWY_INLINE VU again(const std::byte* block, std::size_t j, Rows rows) const {
        if constexpr (Format::kPlain) return loadLine(block + j * kLine + rows.inLine());
        return hn::LoadU(DU(), quads + j * kLanes * 4);
    }
};

template<class Format, int j, Rounding kRounding, std::size_t kColumns>
HWY_INLINE void addQuad(const std::byte* block, Rows rows, const Record<kRounding>& record,
                        VI (&dots)[kColumns], VI (&high)[kColumns], SeenQuads<Format>& seen) {
    const VU weights = Format::template quad<j>(block, rows);
    if constexpr (kRounding == Rounding::Outliers) seen.keep(j, weights);
    for (std::size_t c = 0; c < kColumns; ++c) {
        const std::byte* quants = record.quants(c) + 4 * j;
        if constexpr (kRounding == Rounding::Fine) {
            high[c] = dotFour<Format::kWide>(high[c], weights, quants);
            quants = record.fineQuants(c) + 4 * j;
        }
        dots[c] = dotFour<Format::kWide>(dots[c], weights, quants);
    }
}

// Integer products of half a block, or of a whole one where it has one scale.
template<class Format, Rounding kRounding, std::size_t kColumns>
HWY_INLINE void dotBlock(const std::byte* block, int half, Rows rows, const Record<kRounding>& record,
                         VI (&dots)[kColumns]) {
    VI high[kColumns];
    SeenQuads<Format> seen;
    for (std::size_t c = 0; c < kColumns; ++c) {
        dots[c] = startOf<Format>(record, c, half);
        high[c] = hn::Zero(DI());
    }
    if (Format::kHalves == 1 || half == 0) {
        addQuad<Format, 0>(block, rows, record, dots, high, seen);
        addQuad<Format, 1>(block, rows, record, dots, high, seen);
        addQuad<Format, 2>(block, rows, record, dots, high, seen);
        addQuad<Format, 3>(block, rows, record, dots, high, seen);
    }
    if (Format::kHalves == 1 || half == 1) {
        addQuad<Format, 4>(block, rows, record, dots, high, seen);
        addQuad<Format, 5>(block, rows, record, dots, high, seen);
        addQuad<Format, 6>(block, rows, record, dots, high, seen);
        addQuad<Format, 7>(block, rows, record, dots, high, seen);
    }
    for (std::size_t c = 0; c < kColumns; ++c) {
        if constexpr (kRounding == Rounding::Outliers) {
            const ActivationTiles::Quad& quad = record.quad(c);
            const bool whole = Format::kHalves == 1;
            const std::size_t j = whole ? quad.index : quad.ofHalf(static_cast<std::uint32_t>(half));
            high[c] = dotFour<Format::kWide>(
                high[c], seen.again(block, j, rows),
                reinterpret_cast<const std::byte*>(whole ? quad.high : quad.highOfHalf[half]));
        }
        if constexpr (kRounding != Rounding::Coarse) dots[c] = hn::Add(dots[c], hn::ShiftLeft<8>(high[c]));
    }
}

// sums[c] += one block's share.
template<class Format, Rounding kRounding, std::size_t kColumns, class Unit>
HWY_INLINE void addBlock(const Unit& unit, const std::byte* head, const std::byte* block, std::size_t inUnit,
                         Rows rows, const Record<kRounding>& record, VF (&sums)[kColumns]) {
    for (int half = 0; half < Format::kHalves; ++half) {
        VI dots[kColumns];
        dotBlock<Format>(block, half, rows, record, dots);
        const VF scale = Format::scale(unit, head, inUnit, half, rows);
        for (std::size_t c = 0; c < kColumns; ++c)
            sums[c] = hn::MulAdd(hn::Mul(scale, broadcastFloat(record.scale(c))),
                                 hn::ConvertTo(DF(), dots[c]), sums[c]);
    }
    if constexpr (Format::kMin) {
        const VF min = Format::min(unit, head, inUnit, rows);
        for (std::size_t c = 0; c < kColumns; ++c)
            sums[c] = hn::NegMulAdd(min, broadcastFloat(record.sum(c)), sums[c]);
    }
}

// One vector of rows times one tile.
template<class Format, Rounding kRounding, std::size_t kColumns>
HWY_INLINE void multiplyRows(const std::byte* panel, std::size_t blocks, Rows rows, const std::byte* tile,
                             std::size_t columns, float* out, std::size_t stride) {
    VF sums[kColumns];
    for (VF& sum : sums)
        sum = hn::Zero(DF());
    Record<kRounding> record{tile, kColumns};
    for (std::size_t done = 0; done < blocks; done += Format::kBlocks) {
        const auto unit = Format::open(panel, rows);
        const std::byte* block = panel + Format::kHeadBytes;
        const std::size_t here = HWY_MIN(Format::kBlocks, blocks - done);
        for (std::size_t b = 0; b < here; ++b) {
            addBlock<Format>(unit, panel, block, b, rows, record, sums);
            block += Format::kBlockBytes;
            record.at += kColumns * ActivationTiles::columnBytes(kRounding);
        }
        panel += Format::kHeadBytes + Format::kBlocks * Format::kBlockBytes;
    }
    for (std::size_t c = 0; c < HWY_MIN(columns, kColumns); ++c)
        hn::StoreU(sums[c], DF(), out + c * stride + rows.first);
}

template<class Format, Rounding kRounding>
HWY_INLINE void multiplyTile(const std::byte* panel, const ActivationTiles& in, std::uint32_t tile,
                             float* out, std::size_t stride) {
    const std::size_t columns = in.columns() - tile * in.width();
    float* at = out + std::size_t{tile} * in.width() * stride;
    for (std::size_t first = 0; first < kPanelRows; first += kLanes) {
        const Rows rows{first};
        switch (in.width()) {
        case 1:
            multiplyRows<Format, kRounding, 1>(panel, in.blocks(), rows, in.tile(tile), columns, at, stride);
            break;
        case 2:
            multiplyRows<Format, kRounding, 2>(panel, in.blocks(), rows, in.tile(tile), columns, at, stride);
            break;
        case 4:
            multiplyRows<Format, kRounding, 4>(panel, in.blocks(), rows, in.tile(tile), columns, at, stride);
            break;
        default:
            multiplyRows<Format, kRounding, 8>(panel, in.blocks(), rows, in.tile(tile), columns, at, stride);
        }
    }
}

template<class Format, std::size_t... j>
HWY_INLINE void unpackBlock(const std::byte* block, Rows rows, std::byte* out, std::index_sequence<j...>) {
    const DU du;
    (hn::StoreU(Format::template quad<static_cast<int>(j)>(block, rows), du,
                reinterpret_cast<std::uint8_t*>(out + j * kLine + rows.inLine())),
     ...);
}

template<class Format>
void unpack(const std::byte* panel, std::size_t blocks, std::byte* out) {
    for (std::size_t done = 0; done < blocks; ++done, out += Unpacked<Format>::kBlockBytes) {
        const std::size_t inUnit = done % Format::kBlocks;
        const std::byte* block = panel + Format::kHeadBytes + inUnit * Format::kBlockBytes;
        auto* floats = reinterpret_cast<float*>(out + 8 * kLine);
        for (std::size_t first = 0; first < kPanelRows; first += kLanes) {
            const Rows rows{first};
            unpackBlock<Format>(block, rows, out, std::make_index_sequence<8>());
            const auto unit = Format::open(panel, rows);
            for (int half = 0; half < Format::kHalves; ++half)
                hn::StoreU(Format::scale(unit, panel, inUnit, half, rows), DF(), floats + half * 16 + first);
            if constexpr (Format::kMin)
                hn::StoreU(Format::min(unit, panel, inUnit, rows), DF(),
                           floats + Format::kHalves * 16 + first);
        }
        if (inUnit + 1 == Format::kBlocks)
            panel += Format::kHeadBytes + Format::kBlocks * Format::kBlockBytes;
    }
}

template<class Format, Rounding kRounding>
void multiplyFormat(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                    const ActivationTiles& in, std::byte* scratch, float* out, std::size_t stride) {
    if (in.columns() < kUnpackFrom) {
        for (std::uint64_t p = first; p < end; p += kPanelsATile)
            for (std::uint32_t tile = 0; tile < in.tiles(); ++tile)
                for (std::uint64_t q = p; q < HWY_MIN(end, p + kPanelsATile); ++q)
                    multiplyTile<Format, kRounding>(matrix.panel(q), in, tile, out + (q - first) * kPanelRows,
                                                    stride);
        return;
    }
    for (std::uint64_t p = first; p < end; ++p, out += kPanelRows) {
        unpack<Format>(matrix.panel(p), in.blocks(), scratch);
        for (std::uint32_t tile = 0; tile < in.tiles(); ++tile)
            multiplyTile<Unpacked<Format>, kRounding>(scratch, in, tile, out, stride);
    }
}

template<Rounding kRounding>
void multiplyPanels(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end,
                    const ActivationTiles& in, std::byte* scratch, float* out, std::size_t stride) {
    switch (matrix.layout.type) {
    case TensorType::Q4_0:
        return multiplyFormat<LegacyFormat<4, false>, kRounding>(matrix, first, end, in, scratch, out,
                                                                 stride);
    case TensorType::Q4_1:
        return multiplyFormat<LegacyFormat<4, true>, kRounding>(matrix, first, end, in, scratch, out, stride);
    case TensorType::Q5_0:
        return multiplyFormat<LegacyFormat<5, false>, kRounding>(matrix, first, end, in, scratch, out,
                                                                 stride);
    case TensorType::Q5_1:
        return multiplyFormat<LegacyFormat<5, true>, kRounding>(matrix, first, end, in, scratch, out, stride);
    case TensorType::Q8_0:
        return multiplyFormat<LegacyFormat<8, false>, kRounding>(matrix, first, end, in, scratch, out,
                                                                 stride);
    case TensorType::Q4_K:
        return multiplyFormat<SuperMinFormat<4>, kRounding>(matrix, first, end, in, scratch, out, stride);
    case TensorType::Q5_K:
        return multiplyFormat<SuperMinFormat<5>, kRounding>(matrix, first, end, in, scratch, out, stride);
    case TensorType::Q6_K:
        return multiplyFormat<SixBitFormat, kRounding>(matrix, first, end, in, scratch, out, stride);
    default:
        return;
    }
}

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif // per target
