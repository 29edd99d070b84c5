// How quickly this machine's memory can be read: the bound of a decode step, which reads every weight once.
//
// Owner: plain value. Thread: any; works on a pool of its own. Errors: OutOfMemory.
// Next station: bench and the speed hints of the fit.
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <vector>

namespace ponder {

struct BandwidthTest {
    unsigned threads = 1;
    std::uint64_t bytes = std::uint64_t{1} << 30; // far more than any cache holds
    unsigned reads = 5;
};

// Bytes a second of each read of `bytes` bytes, shared evenly by the threads. The best one is the bound: what
// is slower was disturbed.
Result<std::vector<double>> measureMemoryBandwidth(const BandwidthTest& test);

} // namespace ponder
