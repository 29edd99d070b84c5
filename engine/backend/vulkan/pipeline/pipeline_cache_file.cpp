#include "engine/backend/vulkan/pipeline/pipeline_cache_file.h"

#include "engine/backend/vulkan/device/device_file.h"
#include "engine/base/checksum.h"
#include "engine/file/atomic_file.h"

#include <array>
#include <cstring>
#include <fstream>

namespace ponder {
namespace {

constexpr std::uint64_t kMagic = 0x31'65'70'69'70'72'64'70; // "pdrpipe1"
constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;

// Before the driver's bytes, as this machine writes numbers: no other reads the file.
struct Head {
    std::uint64_t magic = kMagic;
    std::uint64_t length = 0;
    std::uint64_t checksum = 0;
};

std::uint64_t checksumOf(std::span<const std::byte> data) {
    Checksum sum;
    sum.add(data);
    return sum.value();
}

bool isFor(const VulkanPhysical& physical, std::span<const std::byte> data) {
    VkPipelineCacheHeaderVersionOne header{};
    if (data.size() < sizeof(header)) return false;
    std::memcpy(&header, data.data(), sizeof(header));
    return header.headerSize >= sizeof(header) && header.headerSize <= data.size() &&
           header.headerVersion == VK_PIPELINE_CACHE_HEADER_VERSION_ONE &&
           header.vendorID == physical.vendorId && header.deviceID == physical.deviceId &&
           std::equal(physical.cacheUuid.begin(), physical.cacheUuid.end(), header.pipelineCacheUUID);
}

} // namespace

std::filesystem::path pipelineCacheFile(const std::filesystem::path& folder, const VulkanPhysical& physical) {
    return deviceFile(folder, "pipelines", physical, "bin");
}

std::vector<std::byte> readPipelineCache(const std::filesystem::path& file, const VulkanPhysical& physical) {
    std::ifstream in(file, std::ios::binary);
    Head head;
    if (!in.read(reinterpret_cast<char*>(&head), sizeof(head))) return {};
    if (head.magic != kMagic || head.length > kMostBytes) return {};
    std::error_code failed;
    if (std::filesystem::file_size(file, failed) != sizeof(head) + head.length || failed) return {};
    std::vector<std::byte> data(head.length);
    if (!in.read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(data.size()))) return {};
    if (checksumOf(data) != head.checksum || !isFor(physical, data)) return {};
    return data;
}

void writePipelineCache(const std::filesystem::path& file, std::span<const std::byte> data) {
    if (data.empty() || data.size() > kMostBytes) return;
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    auto out = AtomicFile::create(file);
    if (!out) return;
    const Head head{kMagic, data.size(), checksumOf(data)};
    if (out->write(std::as_bytes(std::span(&head, 1))) && out->write(data)) (void)out->commit();
}

} // namespace ponder
