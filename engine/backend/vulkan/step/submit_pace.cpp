#include "engine/backend/vulkan/step/submit_pace.h"

namespace ponder {

void SubmitPace::measured(double cost, double seconds) {
    // A small part of a slice is mostly overhead and says little about a rate.
    if (cost < 0.3 * costPerSlice() && seconds < 0.3 * kSeconds) return;
    const double rate = cost / seconds;
    // Fall at once, rise slowly.
    m_rate = rate < m_rate ? rate : 0.75 * m_rate + 0.25 * rate;
}

bool SubmitPace::isFarFrom(double costPerSlice) const {
    const double wanted = m_rate * kSeconds;
    return costPerSlice > 1.9 * wanted || costPerSlice < 0.25 * wanted;
}

} // namespace ponder
