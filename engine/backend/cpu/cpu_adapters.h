// What adapters add to a model's weights, in host memory beside them.
//
// Takes a set; packs its matrices into one block as planned (plan/cpu_adapter_plan.h). Another strength of
// the same adapters rewrites the scales alone. Owner: CpuExecutor. Thread: its device's. Errors: OutOfMemory.
// Next station: cpu_ops.h.
#pragma once

#include "engine/backend/cpu/host_buffer.h"
#include "engine/backend/cpu/panel_multiply.h"
#include "engine/base/thread_pool.h"
#include "engine/plan/cpu_adapter_plan.h"

namespace ponder::cpu {

class CpuAdapters {
public:
    static Result<CpuAdapters> load(const AdapterSet& set, const LayerRange& layers,
                                    const ModelConfig& config, ThreadPool& pool);
    void setStrengths(const AdapterSet& set);

    bool any() const { return m_active; }
    const Weights<CpuAddition>& additions() const { return m_plan.additions; }
    std::uint32_t lowLength() const { return m_plan.lowLength; }
    PanelMatrix down(const CpuAddition& addition) const {
        return {addition.down, m_block.data() + addition.downAt};
    }
    PanelMatrix up(const CpuAddition& addition) const {
        return {addition.up, m_block.data() + addition.upAt};
    }
    const float* scales(const CpuAddition& addition) const {
        return reinterpret_cast<const float*>(m_block.data() + addition.scalesAt);
    }
    // A row of a table's A.
    void look(const CpuAddition& table, std::uint64_t row, std::span<float> out) const;
    std::uint64_t bytes() const { return m_block.size(); }

private:
    CpuAdapterPlan m_plan;
    LayerRange m_layers;
    HostBuffer m_block;
    bool m_active = false;
};

} // namespace ponder::cpu
