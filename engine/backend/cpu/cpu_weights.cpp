#include "engine/backend/cpu/cpu_weights.h"

#include "engine/backend/cpu/panel_packer.h"
#include "engine/quant/decode.h"

#include <atomic>

namespace ponder::cpu {
namespace {

constexpr std::size_t kPanelsAtOnce = 8;
// Of the file: packed before its pages are given back, so that they add little to what loading takes.
constexpr std::size_t kBandBytes = std::size_t{16} << 20;

// Several rows become columns: neighbours are read together.
std::vector<float> decodeVector(const TensorInfo& tensor) {
    const std::size_t length = tensor.rowLength(), rows = tensor.rows();
    std::vector<float> values((length * rows + kPanelRows - 1) / kPanelRows * kPanelRows);
    decode(tensor.type, tensor.bytes, std::span(values).first(length * rows));
    if (rows == 1) return values;
    std::vector<float> turned(values.size());
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t i = 0; i < length; ++i)
            turned[i * rows + r] = values[r * length + i];
    return turned;
}

// Of the file, as it lies there.
std::size_t rowBytes(const CpuTensor& tensor) { return tensor.source->bytes.size() / tensor.layout.rows; }

std::span<const std::byte> rowsOf(const CpuTensor& tensor, std::uint64_t first, std::uint64_t count) {
    return tensor.source->bytes.subspan(first * rowBytes(tensor), count * rowBytes(tensor));
}

// Panels first .. end - 1; the last one may be shorter.
std::span<const std::byte> panelsOf(const CpuTensor& tensor, std::uint64_t first, std::uint64_t end) {
    const std::uint64_t row = first * kPanelRows;
    return rowsOf(tensor, row, std::min<std::uint64_t>(end * kPanelRows, tensor.layout.rows) - row);
}

void packOne(const CpuTensor& tensor, std::uint64_t panel, std::byte* out) {
    packPanel(tensor.layout, panelsOf(tensor, panel, panel + 1), out, tensor.source->rowLength());
}

void packMatrix(const CpuTensor& tensor, const ModelFile& file, ThreadPool& pool, std::byte* out,
                const std::stop_token& stop) {
    const std::size_t panels = tensor.layout.panels();
    const std::size_t band = std::max(kBandBytes / (rowBytes(tensor) * kPanelRows), kPanelsAtOnce);
    for (std::size_t at = 0; at < panels && !stop.stop_requested(); at += band) {
        const std::size_t count = std::min(band, panels - at);
        pool.forEach(count, kPanelsAtOnce, [&](std::size_t first, std::size_t end, unsigned) {
            for (std::size_t p = at + first; p < at + end && !stop.stop_requested(); ++p)
                packOne(tensor, p, out + p * tensor.layout.panelBytes());
        });
        file.release(panelsOf(tensor, at, at + count));
    }
}

} // namespace

PanelMatrix CpuWeights::packed(const CpuTensor* tensor, std::uint64_t first, std::uint64_t end,
                               std::byte* out) const {
    const std::size_t bytes = tensor->layout.panelBytes();
    std::fill_n(out, (end - first) * bytes, std::byte{0});
    for (std::uint64_t p = first; p < end; ++p)
        packOne(*tensor, p, out + (p - first) * bytes);
    return {tensor->layout, out};
}

void CpuWeights::fetch(const CpuTensor& tensor, std::uint64_t firstRow, std::uint64_t rows) const {
    m_file->fetch(rowsOf(tensor, firstRow, rows));
}

Result<CpuWeights> CpuWeights::load(const CpuPlan& plan, const ModelFile& file, ThreadPool& pool,
                                    const Progress& progress, const std::stop_token& stop) {
    CpuWeights weights;
    weights.m_file = &file;
    Result<HostBuffer> block = HostBuffer::create(plan.weightBytes);
    if (!block) return block.error();
    weights.m_block = std::move(*block);
    std::uint64_t done = 0, all = 0;
    for (const CpuTensor& tensor : plan.tensors)
        all += tensor.mapped ? 0 : tensor.source->bytes.size();
    for (const CpuTensor& tensor : plan.tensors) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        if (tensor.packed) {
            packMatrix(tensor, file, pool, weights.m_block.data() + tensor.at, stop);
        } else if (tensor.mapped) {
            continue;
        } else if (tensor.decoded) {
            weights.m_vectors.emplace(&tensor, decodeVector(*tensor.source));
        }
        done += tensor.source->bytes.size();
        if (progress) progress(done, all);
    }
    if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
    return weights;
}

} // namespace ponder::cpu
