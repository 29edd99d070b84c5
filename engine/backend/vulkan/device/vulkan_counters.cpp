#include "engine/backend/vulkan/device/vulkan_counters.h"

#include <atomic>

namespace ponder {
namespace {

std::atomic<std::int64_t> liveObjects{0};
std::atomic<std::int64_t> liveBytes{0};

} // namespace

VulkanCounters VulkanCounters::live() { return {liveObjects.load(), liveBytes.load()}; }
void VulkanCounters::addObjects(std::int64_t change) { liveObjects += change; }
void VulkanCounters::addBytes(std::int64_t change) { liveBytes += change; }

} // namespace ponder
