// How a token is picked from logits; see sampler.h for the order.
//
// Next station: sampler.h on the host, Executor::startDecode on a device.
#pragma once

#include <cstdint>

namespace ponder {

struct SamplingSettings {
    float temperature = 0.6f;
    std::uint32_t topK = 0;         // 0: off
    float topP = 0.95f;             // 1: off
    float minP = 0.0f;              // 0: off
    float repetitionPenalty = 1.0f; // 1: off; divides positive and multiplies negative logits of seen tokens
    float frequencyPenalty = 0.0f;  // subtracted once for every time a token was seen
    std::uint32_t penaltyWindow = 256; // last tokens that the penalties look at
    std::uint64_t seed = 0;
};

} // namespace ponder
