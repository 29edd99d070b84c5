// Where the processor keeps what adapters add to its weights, every byte of it in one block.
//
// Takes a set and which layers; gives each pair of matrices its place, packed into panels like the weights
// (panel_layout.h), and the numbers it is scaled by. A table's A is looked up by rows and stays as rows.
// Previous station: model/adapter_set.h. Next station: backend/cpu/cpu_adapters.h.
#pragma once

#include "engine/base/result.h"
#include "engine/plan/device_info.h"
#include "engine/plan/memory_use.h"
#include "engine/plan/panel_layout.h"
#include "engine/plan/plan_request.h"

namespace ponder {

struct CpuAddition {
    PanelLayout down; // A
    PanelLayout up;   // B
    std::uint64_t downAt = 0, upAt = 0, scalesAt = 0;
    std::uint32_t rank = 0;  // padded to whole blocks; 0: nothing is added
    std::uint32_t lowAt = 0; // of its values in a row of s ⊙ (A x), beside those with the same x

    explicit operator bool() const { return rank > 0; }
};

struct CpuAdapterPlan {
    Weights<CpuAddition> additions;
    std::uint64_t bytes = 0;
    std::uint32_t lowLength = 0; // values in a row of s ⊙ (A x), of all weights that share an x

    static CpuAdapterPlan make(const AdapterSet& set, const LayerRange& layers, const ModelConfig& config);
};

} // namespace ponder
