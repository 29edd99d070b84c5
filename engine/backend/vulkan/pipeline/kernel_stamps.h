// Timestamps before and after each kernel of one command buffer, while profiling is on.
//
// Takes kernels as they are recorded, and what each reads; gives their times once the commands have ended.
// Owner: CommandSlice. Thread: one at a time. Errors: OutOfMemory, DeviceLost. Next station:
// vulkan_executor.h (adds them up).
#pragma once

#include "engine/backend/kernel_sums.h"
#include "engine/backend/vulkan/device/vulkan_context.h"

#include <string_view>

namespace ponder {

// What one call of a kernel has to do.
struct KernelWork {
    // Most kernels are named with their cost alone.
    KernelWork(double multiplyAdds, std::uint64_t weightBytes = 0, std::uint64_t positionBytes = 0)
        : cost(multiplyAdds), bytes(weightBytes), bytesPerPosition(positionBytes) {}

    double cost;                    // multiply-adds
    std::uint64_t bytes;            // of weights
    std::uint64_t bytesPerPosition; // of keys and values, for each position in the cache when it runs
};

class KernelStamps {
public:
    explicit KernelStamps(VulkanContext& context) : m_context(&context) {}

    // Around the commands of a kernel (its name a literal). The commands may be submitted again, but not
    // before the times of the submit before were read.
    Result<void> before(VkCommandBuffer commands);
    void after(VkCommandBuffer commands, std::string_view kernel, const KernelWork& work);
    // Adds the times of the last submit, which has ended and left so many positions in the cache.
    Result<void> addTo(KernelSums& sums, std::uint32_t positions) const;

private:
    static constexpr std::uint32_t kKernelsOfPool = 128;

    struct Kernel {
        std::string_view name;
        std::uint64_t bytes;
        std::uint64_t bytesPerPosition;
    };

    VulkanContext* m_context;
    std::vector<QueryPoolHandle> m_pools;
    std::vector<Kernel> m_kernels;
};

} // namespace ponder
