#include "engine/model/rope_scaling.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ponder {

double RopeScaling::magnitude(double scale) const {
    if (yarn == 0 || scale >= 1 || inScores) return attentionFactor;
    const double grown = 0.1 * std::log(1 / scale);
    return attentionFactor * (1 + grown) / (1 + grown * logMultiplier);
}

// The dimension whose wave turns beta times within the original context, rounded outwards.
double RopeScaling::kept(std::uint32_t i, std::uint32_t rotary, double base) const {
    if (yarn == 0) return 0;
    const auto dimension = [&](double beta) {
        return rotary * std::log(originalContext / (beta * 2 * std::numbers::pi)) / (2 * std::log(base));
    };
    const double low = std::max(0.0, std::floor(dimension(betaFast)));
    const double high = std::min(rotary - 1.0, std::ceil(dimension(betaSlow)));
    const double along = (i - low) / std::max(0.001, high - low);
    return yarn * (1 - std::clamp(along, 0.0, 1.0));
}

} // namespace ponder
