#include "engine/backend/vulkan/tuning_file.h"

#include "shaders/embedded.h"

#include <array>
#include <fstream>

namespace ponder {
namespace {

constexpr const char* kFirstLine = "ponder-tuning 1";

std::string hex(std::uint64_t value, int digits) {
    std::string out;
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
        out += "0123456789abcdef"[value >> shift & 15];
    return out;
}

void write(std::ostream& out, const MatrixShape& shape) {
    out << static_cast<int>(shape.variant) << ' ' << shape.workgroup << ' ' << shape.groups << '\n';
}

bool read(std::istream& in, MatrixShape& shape) {
    int variant = -1;
    if (!(in >> variant >> shape.workgroup >> shape.groups)) return false;
    if (variant < 0 || variant > static_cast<int>(MatrixVariant::Tile)) return false;
    shape.variant = static_cast<MatrixVariant>(variant);
    return true;
}

} // namespace

std::filesystem::path tuningFile(const std::filesystem::path& cacheFolder, const VulkanPhysical& physical) {
    std::string name = "tuning-";
    for (const std::uint8_t byte : physical.uuid)
        name += hex(byte, 2);
    name += '-' + hex(physical.driverVersion, 8) + '-' + hex(embeddedShadersHash(), 16) + ".txt";
    return cacheFolder / name;
}

std::optional<MatrixTuning> readTuning(const std::filesystem::path& file, const VulkanPhysical& physical) {
    std::ifstream in(file);
    std::string line;
    if (!std::getline(in, line) || line != kFirstLine) return std::nullopt;
    MatrixTuning tuning;
    for (MatrixShape* shape : {&tuning.single, &tuning.few, &tuning.many})
        if (!read(in, *shape) || !shape->runsOn(physical)) return std::nullopt;
    if (!(in >> tuning.integer) || (tuning.integer && !physical.hasIntegerDot)) return std::nullopt;
    return tuning;
}

void writeTuning(const std::filesystem::path& file, const MatrixTuning& tuning) {
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    std::filesystem::path part = file;
    part += ".part";
    {
        std::ofstream out(part, std::ios::trunc);
        out << kFirstLine << '\n';
        for (const MatrixShape* shape : {&tuning.single, &tuning.few, &tuning.many})
            write(out, *shape);
        out << tuning.integer << '\n';
        if (!out.flush()) return;
    }
    std::filesystem::rename(part, file, ignored);
}

} // namespace ponder
