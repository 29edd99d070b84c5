// The experts of some layers in the computer's memory, multiplied by the processor for a graphics processor
// that is too small for them.
//
// Takes rows of the residual stream as they are before the feed-forward part; norms and routes them, and
// gives what the experts that each row chose add up to. The shared expert is not its business. Owner: the
// executor that asks it. Thread: its device's; it works on its own pool besides. Errors: Cancelled. Previous
// station: plan/expert_split.h; made by Device::loadExperts().
#pragma once

#include "engine/backend/kernel_sums.h"
#include "engine/base/result.h"
#include "engine/plan/memory_use.h"

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

namespace ponder {

class ExpertWorker {
public:
    virtual ~ExpertWorker() = default;
    // x, out: [rows x width], of any number of rows.
    virtual Result<void> run(std::uint32_t layer, std::span<const float> x, std::span<float> out,
                             const std::stop_token& stop) = 0;
    virtual MemoryUse memory() const = 0;
    virtual void profile(bool on) = 0;
    virtual std::vector<KernelTime> kernelTimes() const = 0;
};

} // namespace ponder
