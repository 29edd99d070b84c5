#include "engine/backend/vulkan/tuning/tuning_file.h"

#include "engine/backend/vulkan/device/device_file.h"

#include <fstream>

namespace ponder {
namespace {

constexpr const char* kFirstLine = "ponder-tuning 1";

void write(std::ostream& out, const MatrixShape& shape) {
    out << static_cast<int>(shape.variant) << ' ' << shape.workgroup << ' ' << shape.groups << '\n';
}

bool read(std::istream& in, const VulkanPhysical& physical, MatrixShape& shape) {
    int variant = -1;
    if (!(in >> variant >> shape.workgroup >> shape.groups)) return false;
    if (variant < 0 || variant > static_cast<int>(MatrixVariant::Cooperative)) return false;
    shape.variant = static_cast<MatrixVariant>(variant);
    if (shape.variant == MatrixVariant::Cooperative) shape = MatrixShape::cooperative(physical);
    return true;
}

} // namespace

std::filesystem::path tuningFile(const std::filesystem::path& cacheFolder, const VulkanPhysical& physical) {
    return deviceFile(cacheFolder, "tuning", physical, "txt");
}

std::optional<MatrixTuning> readTuning(const std::filesystem::path& file, const VulkanPhysical& physical) {
    std::ifstream in(file);
    std::string line;
    if (!std::getline(in, line) || line != kFirstLine) return std::nullopt;
    MatrixTuning tuning;
    for (MatrixShape* shape : {&tuning.single, &tuning.few, &tuning.many})
        if (!read(in, physical, *shape) || !shape->runsOn(physical)) return std::nullopt;
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
