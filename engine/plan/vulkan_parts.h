// What any part of a model takes on a Vulkan device, for those who ask about many parts of one model.
//
// Every layer is measured once; the weights of a part are differences of sums, all else is planned by
// VulkanPlan itself. The answers are those of VulkanPlan::make(). Owner: the caller; the weights outlive it.
// Thread: one at a time. Errors: those of VulkanPlan::make(). Next station: dry_run.h.
#pragma once

#include "engine/plan/plan_part.h"
#include "engine/plan/vulkan_plan.h"

namespace ponder {

class VulkanParts {
public:
    static Result<VulkanParts> of(const PlanRequest& request, const PlanLimits& limits);
    Result<MemoryUse> memory(std::uint32_t contextTokens, const PlanPart& part);

private:
    struct Sums {
        std::uint64_t bytes = 0, expertBytes = 0;
        std::uint64_t vectorPieces = 0;
        std::uint32_t mixtures = 0, withExperts = 0;     // layers
        std::uint32_t tooLarge = 0, expertsTooLarge = 0; // for any buffer
    };
    // A table that is cut by rows.
    struct Table {
        std::uint64_t bytes = 0;
        bool tooLarge = false;
    };

    VulkanParts(const PlanRequest& request, VulkanPlan plan);
    void measure(std::uint32_t layer);
    Table measure(const TensorInfo* table) const;
    Sums sumsOf(const LayerRange& layers) const;
    Error whyNot(const PlanPart& part) const;

    const FileWeights* m_weights;
    KvType m_kvType;
    VulkanPlan m_plan;          // of the part that was asked about last, without places
    std::vector<Sums> m_before; // of all layers before this one
    Table m_embedding, m_output;
};

} // namespace ponder
