// A model's weights in host memory, packed into panels (plan/panel_layout.h).
//
// Takes the plan and the mapped file; allocates one block of the planned size and packs on all threads. The
// file's pages are given back as soon as they are packed, so the weights are in memory once. Owner:
// CpuExecutor. Thread: load() on the device's, progress is called there. Errors: OutOfMemory, Cancelled.
// Next station: cpu_ops.h.
#pragma once

#include "engine/backend/cpu/host_buffer.h"
#include "engine/backend/cpu/panel_multiply.h"
#include "engine/base/progress.h"
#include "engine/base/thread_pool.h"
#include "engine/plan/cpu_plan.h"

#include <unordered_map>

namespace ponder::cpu {

class CpuWeights {
public:
    static Result<CpuWeights> load(const CpuPlan& plan, const ModelFile& file, ThreadPool& pool,
                                   const Progress& progress, const std::stop_token& stop);

    PanelMatrix matrix(const CpuTensor* tensor) const {
        return {tensor->layout, m_block.data() + tensor->at};
    }
    // Panels first .. end - 1 of a matrix that stays in the file, packed into `out` as panels 0 and so on.
    PanelMatrix packed(const CpuTensor* tensor, std::uint64_t first, std::uint64_t end, std::byte* out) const;
    // Rows of such a matrix that will be wanted soon.
    void fetch(const CpuTensor& tensor, std::uint64_t firstRow, std::uint64_t rows) const;
    // A norm or bias as f32, padded with zeros to whole panels; null where the model has none. Of several
    // rows [row length x rows].
    const float* vector(const CpuTensor* tensor) const {
        return tensor ? m_vectors.at(tensor).data() : nullptr;
    }
    std::uint64_t bytes() const { return m_block.size(); }
    // Of a table that stays in the file: its pages are given back, and read again with the next look.
    void release(const CpuTensor* table) const { m_file->release(table->source->bytes); }

private:
    const ModelFile* m_file = nullptr; // the load's
    HostBuffer m_block;
    std::unordered_map<const CpuTensor*, std::vector<float>> m_vectors;
};

} // namespace ponder::cpu
