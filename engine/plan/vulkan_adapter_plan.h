// Where a Vulkan device keeps what adapters add to its weights, every byte of it.
//
// Takes a set, the device's limits and which layers; gives each pair of matrices its place in chunks of their
// own (device_layout.h) and the adapters' own scratch memory:
//
//     low     [rows x ranks]          s ⊙ (A x) of the weights that share an x
//     delta   [rows x 2 * hidden]     what is added to gate and up, or to an embedding, before it is used
//     unread  [rows x ranks]          what a kernel leaves besides
//     scales  s of every weight
//
// Offsets count pieces of 16 bytes. Errors: DoesNotFit. Previous station: model/adapter_set.h. Next station:
// backend/vulkan/step/vulkan_adapters.h.
#pragma once

#include "engine/plan/vulkan_plan.h"

namespace ponder {

struct VulkanAddition {
    WeightSlice down, up;
    std::uint32_t rank = 0;     // padded to whole blocks; 0: nothing is added
    std::uint32_t lowAt = 0;    // in a row of low
    std::uint32_t scalesAt = 0; // in scratch

    explicit operator bool() const { return rank > 0; }
};

struct VulkanAdapterPlan {
    Weights<VulkanAddition> additions;
    std::vector<std::uint64_t> chunks; // bytes
    ScratchRegion low, delta, unread;
    std::uint64_t scratchPieces = 0;

    std::uint64_t weightBytes() const;
    std::uint64_t scratchBytes() const { return scratchPieces * 16; }
    static Result<VulkanAdapterPlan> make(const AdapterSet& set, const ModelConfig& config,
                                          const PlanLimits& limits, const LayerRange& layers);
};

} // namespace ponder
