#include "engine/model/rope_table.h"

#include <cmath>

namespace ponder {

std::vector<float> ropeTable(const ModelConfig& config, std::span<const float> factors,
                             std::uint32_t firstPosition, std::uint32_t positions) {
    const std::uint32_t pairs = config.rotary / 2;
    std::vector<double> frequency(pairs);
    for (std::uint32_t i = 0; i < pairs; ++i) {
        const double kept = config.ropeScaling.kept(i, config.rotary, config.ropeBase);
        const double scale = config.ropeScale * (1 - kept) + kept;
        frequency[i] = scale * std::pow(config.ropeBase, -2.0 * i / config.rotary);
        if (!factors.empty()) frequency[i] /= static_cast<double>(factors[i]);
    }
    const double magnitude = config.ropeScaling.magnitude(config.ropeScale);
    std::vector<float> table;
    table.reserve(std::size_t{positions} * pairs * 2);
    for (std::uint32_t p = 0; p < positions; ++p) {
        for (const double f : frequency) {
            const double angle = (static_cast<double>(firstPosition) + p) * f;
            table.push_back(static_cast<float>(magnitude * std::cos(angle)));
            table.push_back(static_cast<float>(magnitude * std::sin(angle)));
        }
    }
    return table;
}

} // namespace ponder
