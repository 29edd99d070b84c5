#include "engine/backend/vulkan/device/device_file.h"

#include "shaders/embedded.h"

namespace ponder {
namespace {

std::string hex(std::uint64_t value, int digits) {
    std::string out;
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
        out += "0123456789abcdef"[value >> shift & 15];
    return out;
}

} // namespace

std::filesystem::path deviceFile(const std::filesystem::path& folder, const std::string& what,
                                 const VulkanPhysical& physical, const std::string& ending) {
    std::string name = what + '-';
    for (const std::uint8_t byte : physical.uuid)
        name += hex(byte, 2);
    name += '-' + hex(physical.driverVersion, 8) + '-' + hex(embeddedShadersHash(), 16) + '.' + ending;
    return folder / name;
}

} // namespace ponder
