#include "engine/model/rope_table.h"

#include <cmath>

namespace ponder {

std::vector<float> ropeTable(const ModelConfig& config, std::span<const float> factors,
                             std::uint32_t firstPosition, std::uint32_t positions) {
    const std::uint32_t pairs = config.rotary / 2;
    std::vector<double> frequency(pairs);
    for (std::uint32_t i = 0; i < pairs; ++i) {
        frequency[i] = config.ropeScale * std::pow(config.ropeBase, -2.0 * i / config.rotary);
        if (!factors.empty()) frequency[i] /= static_cast<double>(factors[i]);
    }
    std::vector<float> table;
    table.reserve(std::size_t{positions} * pairs * 2);
    for (std::uint32_t p = 0; p < positions; ++p) {
        for (const double f : frequency) {
            const double angle = (static_cast<double>(firstPosition) + p) * f;
            table.push_back(static_cast<float>(std::cos(angle)));
            table.push_back(static_cast<float>(std::sin(angle)));
        }
    }
    return table;
}

} // namespace ponder
