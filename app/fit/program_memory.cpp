#include "app/fit/program_memory.h"

namespace ponder {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t kProgram = 10 * kMebibyte;
constexpr std::uint64_t kTokenBytes = 175; // a token's text, its place in the tables, its share of the merges
constexpr std::uint64_t kSoftwareDriver = 140 * kMebibyte;

} // namespace

std::uint64_t programBytes(const DeviceInfo& device, const ModelConfig& config) {
    switch (device.kind) {
    case DeviceKind::Discrete:
    case DeviceKind::Integrated:
        return 0;
    case DeviceKind::Processor:
    case DeviceKind::Reference:
        return kProgram + kTokenBytes * config.vocabulary;
    case DeviceKind::Software:
        break;
    }
    return kProgram + kTokenBytes * config.vocabulary + kSoftwareDriver;
}

} // namespace ponder
