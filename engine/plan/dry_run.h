// What loading a model would allocate on a device, part by part, without opening the device or loading
// anything.
//
// The same plans that the loaders follow, whether the memory is there or not: the fit hint subtracts. Each
// layer is measured once, however many parts and contexts are asked about. Devices that are not in this
// machine can be asked about as well; their DeviceInfo needs kind, memory, unified and largestAllocation.
// Owner: the caller; the request's config and weights outlive it. Thread: one at a time. Errors: DoesNotFit
// where a tensor or a layer is too large for any buffer of the device, UnsupportedModel where the device
// lacks a number format, BadMetadata, BadArgument; never for lack of memory. Next station: app/fit.
#pragma once

#include "engine/base/result.h"
#include "engine/plan/device_info.h"
#include "engine/plan/memory_use.h"
#include "engine/plan/plan_part.h"
#include "engine/plan/plan_request.h"

#include <functional>

namespace ponder {

class DryRun {
public:
    // request.contextTokens does not matter, and nothing stays in the file.
    static Result<DryRun> of(const DeviceInfo& device, const PlanRequest& request);
    // Of the experts of layers alone, on the processor (plan/expert_split.h).
    static Result<DryRun> ofExperts(const DeviceInfo& processor, const PlanRequest& request);
    // With caches for so many tokens: of the request's layers, or of any other part.
    Result<MemoryUse> memory(std::uint32_t contextTokens) const { return memory(contextTokens, {m_layers}); }
    Result<MemoryUse> memory(std::uint32_t contextTokens, const PlanPart& part) const {
        return m_memory(contextTokens, part);
    }

private:
    using Memory = std::function<Result<MemoryUse>(std::uint32_t, const PlanPart&)>;

    DryRun(const LayerRange& layers, Memory memory) : m_layers(layers), m_memory(std::move(memory)) {}

    LayerRange m_layers;
    Memory m_memory;
};

Result<MemoryUse> planMemory(const DeviceInfo& device, const PlanRequest& request);

} // namespace ponder
