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

// How far ahead of one column's products the weights are fetched: the processor's own guesses end at a page.
constexpr std::size_t kBytesAhead = 1024;

// One tile's records as the kernel reads them, from a column of the tile on.
template<Rounding kRounding>
struct Record {
    const std::byte* at;
    std::size_t width;
    std::size_t first = 0;

    static constexpr std::size_t kQuants = kRounding == Rounding::Fine ? 64 : 32;

    const std::byte* quants(std::size_t column) const { return at + (first + column) * 32; }
    const std::byte* fineQuants(std::size_t column) const { return quants(column) + width * 32; }
    const std::byte* scale(std::size_t column) const { return line(column, 0); }
    const std::byte* sum(std::size_t column) const { return line(column, 1); }
    const std::byte* negated(std::size_t column) const { return line(column, 2); }
    const std::byte* negatedHalf(std::size_t column, std::size_t half) const {
        return at + width * (kQuants + 12) + (first + column) * 8 + half * 4;
    }
    const ActivationTiles::Quad& quad(std::size_t column) const {
        static_assert(kRounding == Rounding::Outliers);
        return reinterpret_cast<const ActivationTiles::Quad*>(at + width * (kQuants + 20))[first + column];
    }
    const std::byte* line(std::size_t column, std::size_t index) const {
        return at + width * (kQuants + 4 * index) + (first + column) * 4;
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

// Sums of products of weight bytes; with several quads together, of pairs in between.
template<class Format>
struct Dot {
    VI sum;
    VS pairs;

    template<int j>
    HWY_INLINE void add(VU weights, const std::byte* four) {
#if PONDER_SUMS_PAIRS
        constexpr int kQuads = kTogether<Format>;
        if constexpr (kQuads > 1) {
            const VS products = pairProducts(weights, broadcastFour(four));
            pairs = j % kQuads == 0 ? products : sumNow(pairs, products);
            if constexpr (j % kQuads == kQuads - 1) sum = addPairs(sum, pairs);
            return;
        }
#endif
        sum = dotFour<Format::kWide>(sum, weights, four);
    }
};

// What a block's share of the results is made of: rows of kVectors vectors times columns.
template<class Format, Rounding kRounding, std::size_t kVectors, std::size_t kColumns>
struct BlockDots {
    Dot<Format> low[kVectors][kColumns], high[kVectors][kColumns];
    SeenQuads<Format> seen[kVectors];

    template<int j>
    HWY_INLINE void addQuad(const Format& format, const Where& at, const Record<kRounding>& record) {
        VU weights[kVectors];
        for (std::size_t v = 0; v < kVectors; ++v) {
            if constexpr (kSigned<Format, kRounding>)
                weights[v] = format.template signedQuad<j>(at.vector(v));
            else
                weights[v] = format.template quad<j>(at.vector(v));
            if constexpr (kRounding == Rounding::Outliers) seen[v].keep(j, weights[v]);
        }
        for (std::size_t c = 0; c < kColumns; ++c)
            for (std::size_t v = 0; v < kVectors; ++v)
                addProducts<j>(v, c, weights[v], record);
    }
    template<int j>
    HWY_INLINE void addProducts(std::size_t v, std::size_t c, VU weights, const Record<kRounding>& record) {
        const std::byte* quants = record.quants(c) + 4 * j;
        if constexpr (kRounding == Rounding::Fine) {
            high[v][c].template add<j>(weights, quants);
            quants = record.fineQuants(c) + 4 * j;
        }
        if constexpr (kSigned<Format, kRounding>)
            low[v][c].sum = dotSigned(low[v][c].sum, weights, quants);
        else
            low[v][c].template add<j>(weights, quants);
    }
    // The quad of each column that has high bytes.
    HWY_INLINE void addOutliers(const Where& at, int half, const Record<kRounding>& record) {
        for (std::size_t c = 0; c < kColumns; ++c) {
            const ActivationTiles::Quad& quad = record.quad(c);
            const bool whole = Format::kHalves == 1;
            const std::size_t j = whole ? quad.index : quad.ofHalf(static_cast<std::uint32_t>(half));
            const auto* four = reinterpret_cast<const std::byte*>(whole ? quad.high : quad.highOfHalf[half]);
            for (std::size_t v = 0; v < kVectors; ++v)
                high[v][c].sum = dotFour<Format::kWide>(high[v][c].sum, seen[v].again(at.vector(v), j), four);
        }
    }
    // Integer products of half a block, or of a whole one where it has one scale.
    HWY_INLINE void addHalf(const Format& format, const Where& at, int half,
                            const Record<kRounding>& record) {
        for (std::size_t v = 0; v < kVectors; ++v)
            for (std::size_t c = 0; c < kColumns; ++c) {
                low[v][c].sum = startOf(format, record, c, half);
                high[v][c].sum = hn::Zero(DI());
            }
        if (Format::kHalves == 1 || half == 0) {
            addQuad<0>(format, at, record);
            addQuad<1>(format, at, record);
            addQuad<2>(format, at, record);
            addQuad<3>(format, at, record);
        }
        if (Format::kHalves == 1 || half == 1) {
            addQuad<4>(format, at, record);
            addQuad<5>(format, at, record);
            addQuad<6>(format, at, record);
            addQuad<7>(format, at, record);
        }
        if constexpr (kRounding == Rounding::Outliers) addOutliers(at, half, record);
    }
    HWY_INLINE VF of(std::size_t v, std::size_t c) const {
        VI sum = low[v][c].sum;
        if constexpr (kRounding != Rounding::Coarse) sum = hn::Add(sum, hn::ShiftLeft<8>(high[v][c].sum));
        return toFloats(sum);
    }
};

// Rows of kVectors vectors times columns of a tile.
template<class Format, Rounding kRounding, std::size_t kVectors, std::size_t kColumns>
struct Sums {
    using Units = typename Format::Unit[kVectors];
    VF sums[kVectors][kColumns];

    // += one block's share.
    HWY_INLINE void addBlock(const Format& format, const Units& units, const Where& at,
                             const Record<kRounding>& record) {
        for (int half = 0; half < Format::kHalves; ++half) {
            BlockDots<Format, kRounding, kVectors, kColumns> dots;
            dots.addHalf(format, at, half, record);
            for (std::size_t v = 0; v < kVectors; ++v) {
                const VF scale = format.scale(units[v], at.vector(v), half);
                for (std::size_t c = 0; c < kColumns; ++c)
                    sums[v][c] = hn::MulAdd(hn::Mul(scale, broadcastFloat(record.scale(c))), dots.of(v, c),
                                            sums[v][c]);
            }
        }
        for (std::size_t v = 0; v < kVectors; ++v)
            subtractMinima(format, units[v], at.vector(v), record, sums[v]);
    }
    static HWY_INLINE void subtractMinima(const Format& format, const typename Format::Unit& unit,
                                          const Where& at, const Record<kRounding>& record,
                                          VF (&sums)[kColumns]) {
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
};

// `record`: the first of its tile. Columns past `columns` are left out of the results.
template<std::size_t kVectors, std::size_t kColumns, Rounding kRounding, class Format>
HWY_INLINE void multiplyRows(const Format& format, const std::byte* panel, std::size_t blocks, Rows rows,
                             Record<kRounding> record, std::size_t columns, float* out, std::size_t stride) {
    Sums<Format, kRounding, kVectors, kColumns> sums;
    for (auto& row : sums.sums)
        for (VF& sum : row)
            sum = hn::Zero(DF());
    const std::size_t recordBytes = record.width * ActivationTiles::columnBytes(kRounding);
    for (std::size_t done = 0; done < blocks; done += Format::kBlocks) {
        typename Format::Unit units[kVectors];
        Where at{panel, panel + Format::kHeadBytes, 0, rows};
        for (std::size_t v = 0; v < kVectors; ++v)
            units[v] = format.open(panel, at.vector(v).rows);
        const std::size_t here = HWY_MIN(Format::kBlocks, blocks - done);
        for (; at.inUnit < here; ++at.inUnit) {
            if constexpr (kColumns == 1)
                for (std::size_t line = 0; line < Format::kBlockBytes; line += kLine)
                    __builtin_prefetch(at.block + kBytesAhead + line);
            sums.addBlock(format, units, at, record);
            at.block += Format::kBlockBytes;
            record.at += recordBytes;
        }
        panel += Format::kHeadBytes + Format::kBlocks * Format::kBlockBytes;
    }
    for (std::size_t v = 0; v < kVectors; ++v)
        for (std::size_t c = 0; c < kColumns && record.first + c < columns; ++c)
            hn::StoreU(sums.sums[v][c], DF(), out + (record.first + c) * stride + rows.first + v * kLanes);
}

// How the rows and columns of a panel and a tile are taken at once: what the registers hold. Both vectors of
// rows where they can be, so that memory is read in one go, and each activation once.
template<Rounding kRounding, std::size_t kColumns, class Format>
HWY_INLINE void multiplyWidth(const Format& format, const std::byte* panel, std::size_t blocks,
                              const std::byte* tile, std::size_t width, std::size_t columns, float* out,
                              std::size_t stride) {
    constexpr std::size_t kVectors = kColumns <= 4 ? HWY_MIN(2, kPanelRows / kLanes) : 1;
    for (std::size_t column = 0; column < width; column += kColumns)
        for (std::size_t row = 0; row < kPanelRows; row += kVectors * kLanes)
            multiplyRows<kVectors, kColumns>(format, panel, blocks, Rows{row},
                                             Record<kRounding>{tile, width, column}, columns, out, stride);
}

// One panel times one tile, kLeast to kMost columns wide. Every width is code of its own, which knows the
// places in a record; but widths of four and eight share theirs where a format takes four columns at once.
template<Rounding kRounding, std::size_t kLeast, std::size_t kMost, class Format>
HWY_INLINE void multiplyTile(const Format& format, const std::byte* panel, const ActivationTiles& in,
                             std::uint32_t tile, float* out, std::size_t stride) {
    constexpr bool kFours = Format::kColumnsAtOnce == 4 && kMost > 4;
    const std::size_t columns = in.columns() - tile * in.width(),
                      width = kLeast == kMost ? kMost : in.width();
    const auto take = [&]<std::size_t kColumns>(std::size_t known) {
        multiplyWidth<kRounding, kColumns>(format, panel, in.blocks(), in.tile(tile), known, columns,
                                           out + std::size_t{tile} * in.width() * stride, stride);
    };
    if constexpr (kLeast <= 1)
        if (width == 1) return take.template operator()<1>(1);
    if constexpr (kLeast <= 2 && kMost >= 2)
        if (width == 2) return take.template operator()<2>(2);
    if constexpr (kFours) {
        take.template operator()<4>(width);
    } else if constexpr (kMost >= 8) {
        if (width == 4) return take.template operator()<4>(4);
        take.template operator()<8>(8);
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
                multiplyTile<kRounding, 1, kMost>(format, matrix.panel(q), in, tile,
                                                  out + (q - first) * kPanelRows, stride);
}

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif // per target
