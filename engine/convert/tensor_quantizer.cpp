#include "engine/convert/tensor_quantizer.h"

#include "engine/quant/encode.h"

#include <algorithm>

namespace ponder {
namespace {

constexpr std::uint64_t kPieceValues = std::uint64_t{1} << 18; // that a thread takes at once, about
constexpr std::uint64_t kChunkPieces = 16;                     // that are encoded before they are written

std::uint64_t rowsInPiece(std::uint64_t rowLength) {
    return std::max<std::uint64_t>(1, kPieceValues / std::max<std::uint64_t>(1, rowLength));
}

std::uint64_t rowBytes(TensorType type, std::uint64_t rowLength) {
    const TypeTraits traits = *typeTraits(type);
    return rowLength / traits.blockValues * traits.blockBytes;
}

} // namespace

Result<void> TensorQuantizer::write(GgufOutput& output, const GgufOutputTensor& target,
                                    const TensorSource& source, const std::stop_token& stop,
                                    const Progress& progress) {
    const std::uint64_t bytes = rowBytes(target.type, source.rowLength);
    const std::uint64_t chunk = rowsInPiece(source.rowLength) * kChunkPieces;
    for (std::uint64_t first = 0; first < source.rows; first += chunk) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        const std::uint64_t rows = std::min(chunk, source.rows - first);
        m_blocks.resize(rows * bytes);
        if (const Result<void> encoded = encodeRows(target, source, first, rows); !encoded) return encoded;
        if (const Result<void> written = output.write(m_blocks); !written) return written;
        if (progress) progress((first + rows) * bytes);
    }
    return {};
}

Result<void> TensorQuantizer::encodeRows(const GgufOutputTensor& target, const TensorSource& source,
                                         std::uint64_t first, std::uint64_t rows) {
    const std::uint64_t bytes = rowBytes(target.type, source.rowLength),
                        together = rowsInPiece(source.rowLength);
    for (Worker& worker : m_workers)
        worker.done = {};
    const auto encodePiece = [&](Worker& worker, std::uint64_t piece) -> Result<void> {
        const std::uint64_t start = piece * together, count = std::min(together, rows - start);
        const auto blocks = std::span(m_blocks).subspan(start * bytes, count * bytes);
        if (source.readBlocks) return source.readBlocks(first + start, blocks);
        worker.values.resize(count * source.rowLength);
        if (Result<void> read = source.read(first + start, worker.values); !read) return read;
        return encode(target.type, worker.values, blocks, target.name);
    };
    m_pool.forEach((rows + together - 1) / together, 1,
                   [&](std::size_t piece, std::size_t end, unsigned thread) {
                       Worker& worker = m_workers[thread];
                       for (; piece < end && worker.done; ++piece)
                           worker.done = encodePiece(worker, piece);
                   });
    for (const Worker& worker : m_workers)
        if (!worker.done) return worker.done;
    return {};
}

} // namespace ponder
