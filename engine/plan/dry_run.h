// What loading a model would allocate on a device, part by part, without opening the device or loading
// anything.
//
// The same plans that the loaders follow, whether the memory is there or not: the fit hint subtracts. Devices
// that are not in this machine can be asked about as well; their DeviceInfo needs kind, memory, unified and
// largestAllocation. Errors: DoesNotFit where a tensor or a layer is too large for any buffer of the device,
// UnsupportedModel where the device lacks a number format, BadMetadata, BadArgument; never for lack of
// memory. Next station: app/fit.
#pragma once

#include "engine/base/result.h"
#include "engine/plan/device_info.h"
#include "engine/plan/memory_use.h"
#include "engine/plan/plan_request.h"

#include <functional>

namespace ponder {

class DryRun {
public:
    // Places the weights; request.contextTokens does not matter.
    static Result<DryRun> of(const DeviceInfo& device, const PlanRequest& request);
    // Of the experts of these layers alone, on the processor (plan/expert_split.h).
    static Result<DryRun> ofExperts(const DeviceInfo& processor, const PlanRequest& request);
    // With caches for so many tokens; quick.
    Result<MemoryUse> memory(std::uint32_t contextTokens) const { return m_memory(contextTokens); }

private:
    std::function<Result<MemoryUse>(std::uint32_t)> m_memory;
};

Result<MemoryUse> planMemory(const DeviceInfo& device, const PlanRequest& request);

} // namespace ponder
