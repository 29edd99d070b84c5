#include "engine/backend/cpu/cpu_weights.h"

#include "engine/backend/cpu/panel_packer.h"
#include "engine/quant/decode.h"

#include <atomic>

namespace ponder::cpu {
namespace {

constexpr std::size_t kPanelsAtOnce = 8;

std::vector<float> decodeVector(const TensorInfo& tensor) {
    std::vector<float> values((tensor.rowLength() + kPanelRows - 1) / kPanelRows * kPanelRows);
    decode(tensor.type, tensor.bytes, std::span(values).first(tensor.rowLength()));
    return values;
}

void packMatrix(const CpuTensor& tensor, ThreadPool& pool, std::byte* out, const std::stop_token& stop) {
    const std::size_t rowBytes = tensor.source->bytes.size() / tensor.layout.rows;
    pool.forEach(tensor.layout.panels(), kPanelsAtOnce, [&](std::size_t first, std::size_t end, unsigned) {
        for (std::size_t p = first; p < end && !stop.stop_requested(); ++p) {
            const std::size_t row = p * kPanelRows;
            const std::size_t rows = std::min<std::size_t>(kPanelRows, tensor.layout.rows - row);
            packPanel(tensor.layout, tensor.source->bytes.subspan(row * rowBytes, rows * rowBytes),
                      out + p * tensor.layout.panelBytes());
        }
    });
}

} // namespace

Result<CpuWeights> CpuWeights::load(const CpuPlan& plan, const ModelFile& file, ThreadPool& pool,
                                    const Progress& progress, const std::stop_token& stop) {
    CpuWeights weights;
    Result<HostBuffer> block = HostBuffer::create(plan.weightBytes);
    if (!block) return block.error();
    weights.m_block = std::move(*block);
    std::uint64_t done = 0, all = 0;
    for (const CpuTensor& tensor : plan.tensors)
        all += tensor.source->bytes.size();
    for (const CpuTensor& tensor : plan.tensors) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        if (tensor.packed) {
            packMatrix(tensor, pool, weights.m_block.data() + tensor.at, stop);
            file.release(tensor.source->bytes);
        } else if (tensor.source->rows() == 1) {
            weights.m_vectors.emplace(&tensor, decodeVector(*tensor.source));
        }
        done += tensor.source->bytes.size();
        if (progress) progress(done, all);
    }
    if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
    return weights;
}

} // namespace ponder::cpu
