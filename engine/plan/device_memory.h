// How much memory of a graphics processor a model can have, from what its driver says of heaps and types.
//
// Drivers describe memory in ways that invite mistakes: host memory beside the card's own, a window of 256
// MiB through which the host sees memory that another heap has counted already, one memory cut into several
// heaps, budgets below what is in use. All of that is decided here, on plain numbers, so that descriptions
// recorded on real machines can be tests. Source: Vulkan specification, chapter Memory Allocation;
// VK_EXT_memory_budget. Next station: backend/vulkan/ vulkan_physical.h and vulkan_buffer.h, which allocate
// from `types` in this order.
#pragma once

#include "engine/plan/device_info.h"

#include <optional>
#include <vector>

namespace ponder {

struct MemoryHeap {
    std::uint64_t bytes = 0;
    bool deviceLocal = false;
    std::optional<std::uint64_t> budget; // what this process may use of it now, what it uses included
    std::uint64_t usage = 0;             // of this process; only with a budget
};

struct MemoryKind { // a memory type
    std::uint32_t heap = 0;
    bool deviceLocal = false, hostVisible = false, hostCoherent = false, hostCached = false;
    bool uncached = false; // by the device: never for weights
};

struct MemoryDescription {
    DeviceKind kind = DeviceKind::Discrete;
    std::vector<MemoryHeap> heaps;
    std::vector<MemoryKind> types;
    std::uint64_t maxAllocation = 0; // bytes of one allocation
    std::uint64_t hostTotal = 0;     // the system's own memory, which a carve-out is not part of
    std::uint64_t hostAvailable = 0;
};

struct DeviceMemory {
    std::uint64_t total = 0; // that weights and caches can have
    std::uint64_t free = 0;  // of it now, as far as the driver and the system can tell
    std::uint64_t used = 0;  // of it, by this process; 0 where the driver does not say
    bool freeIsLive = false; // the driver says what other programs use
    bool unified = false;    // the processor's own memory
    bool mapped = false;     // the host writes into it directly
    std::uint64_t largestAllocation = 0;
    std::vector<std::uint32_t> types; // of memory for weights and caches, the best first
};

DeviceMemory deviceMemory(const MemoryDescription& description);

} // namespace ponder
