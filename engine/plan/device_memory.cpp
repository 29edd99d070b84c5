#include "engine/plan/device_memory.h"

#include <algorithm>

namespace ponder {
namespace {

// One allocation just over 2 GiB succeeds on some drivers and fails when used.
constexpr std::uint64_t kLargestAllocation = std::uint64_t{2} << 30;
// A window onto a card's memory has at most 256 MiB, a little less with some drivers.
constexpr std::uint64_t kLargestWindow = std::uint64_t{256} << 20;

struct Amount {
    std::uint64_t total = 0, free = 0;
};

bool isMapped(const MemoryKind& type) { return type.hostVisible && type.hostCoherent; }

// Whether the host merely sees through this heap what lies in a larger one.
bool isWindow(const MemoryDescription& device, std::uint32_t heap) {
    if (device.kind != DeviceKind::Discrete || device.heaps[heap].bytes > kLargestWindow) return false;
    const bool seen = std::all_of(device.types.begin(), device.types.end(), [&](const MemoryKind& type) {
        return type.heap != heap || type.hostVisible;
    });
    return seen && std::any_of(device.heaps.begin(), device.heaps.end(), [&](const MemoryHeap& other) {
               return other.deviceLocal && other.bytes > kLargestWindow;
           });
}

// Heaps that the device reads at its full speed. An integrated one reads all of the machine's memory alike.
bool isUsable(const MemoryDescription& device, std::uint32_t heap) {
    if (device.kind == DeviceKind::Integrated) return true;
    return device.heaps[heap].deviceLocal && !isWindow(device, heap);
}

std::uint64_t freeOf(const MemoryHeap& heap) {
    const std::uint64_t most = std::min(heap.budget.value_or(heap.bytes), heap.bytes);
    return most > heap.usage ? most - heap.usage : 0;
}

std::vector<std::uint32_t> typesInOrder(const MemoryDescription& device, bool mapped) {
    const auto rank = [&](std::uint32_t type) {
        const MemoryKind& kind = device.types[type];
        return (kind.deviceLocal ? 0 : 2) + (isMapped(kind) == mapped ? 0 : 1);
    };
    std::vector<std::uint32_t> order;
    for (std::uint32_t type = 0; type < device.types.size(); ++type) {
        const MemoryKind& kind = device.types[type];
        // Where the host writes directly, there is no staging for what it cannot see.
        if (!kind.uncached && isUsable(device, kind.heap) && (mapped ? isMapped(kind) : kind.deviceLocal))
            order.push_back(type);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return rank(a) < rank(b); });
    return order;
}

} // namespace

DeviceMemory deviceMemory(const MemoryDescription& device) {
    DeviceMemory out;
    out.largestAllocation = std::min(device.maxAllocation, kLargestAllocation);
    out.freeIsLive = true;
    Amount own, host; // device-local, or not
    for (std::uint32_t heap = 0; heap < device.heaps.size(); ++heap) {
        if (!isUsable(device, heap)) continue;
        const MemoryHeap& memory = device.heaps[heap];
        Amount& amount = memory.deviceLocal ? own : host;
        amount.total += memory.bytes;
        amount.free += freeOf(memory);
        out.used += memory.usage;
        out.freeIsLive = out.freeIsLive && memory.budget.has_value();
    }
    out.unified = device.kind != DeviceKind::Discrete;
    out.mapped = out.unified && std::any_of(device.types.begin(), device.types.end(), [](const auto& type) {
                     return type.deviceLocal && isMapped(type);
                 });
    if (out.unified && device.hostTotal > 0) {
        // A device whose own memory is larger than the system's has it apart (a carve-out): what programs
        // leave of the system's memory then says nothing about it.
        Amount shared = host;
        const bool carved = device.kind == DeviceKind::Integrated && own.total > device.hostTotal;
        if (!carved) shared = {own.total + host.total, own.free + host.free};
        shared = {std::min(shared.total, device.hostTotal), std::min(shared.free, device.hostAvailable)};
        out.total = shared.total + (carved ? own.total : 0);
        out.free = shared.free + (carved ? own.free : 0);
    } else {
        out.total = own.total + host.total;
        out.free = own.free + host.free;
    }
    out.types = typesInOrder(device, out.mapped);
    return out;
}

} // namespace ponder
