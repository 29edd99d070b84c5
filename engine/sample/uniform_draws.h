// The random numbers that tokens are drawn with: one for every token, on the host, for all backends.
//
// Owner: the generation it serves. Thread: one. Next station: sampler.h, or a DecodeStream.
#pragma once

#include <cstdint>
#include <random>

namespace ponder {

class UniformDraws {
public:
    explicit UniformDraws(std::uint64_t seed) : m_random(seed) {}
    // 53 random bits as a double in [0, 1): the standard's distributions differ between libraries, this does
    // not.
    double next() { return static_cast<double>(m_random() >> 11) * 0x1.0p-53; }

private:
    std::mt19937_64 m_random;
};

} // namespace ponder
