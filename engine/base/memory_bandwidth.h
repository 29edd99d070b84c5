// How quickly this machine's memory can be read: the bound of a decode step, which reads every weight once.
//
// measureMemoryBandwidth() reads some memory a few times; steadyMemoryBandwidth() does so until the best
// figure repeats, because a busy machine reads more slowly, and says whether others were at work. Thread:
// any; works on a pool of its own. Errors: OutOfMemory. Next station: bench and the speed hints of the fit
// (app/fit/processor_bandwidth.h).
#pragma once

#include "engine/base/machine_load.h"
#include "engine/base/result.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace ponder {

struct BandwidthTest {
    unsigned threads = 1;
    std::uint64_t bytes = std::uint64_t{1} << 30; // far more than any cache holds
    unsigned reads = 5;
};

struct BandwidthReads {
    std::vector<double> speeds; // bytes a second of each read of `bytes` bytes, shared evenly by the threads
    MachineLoad load;           // meanwhile

    // The bound: what is slower was disturbed.
    double best() const;
};

Result<BandwidthReads> measureMemoryBandwidth(const BandwidthTest& test);

struct MemoryBandwidth {
    double bytesPerSecond = 0; // the best that was reached; 0: it could not be measured
    bool busy = false;         // the computer had other work meanwhile, or the figure never repeated
};

// `measure` gives one round; it is asked until the two best ones are alike, a few times at most.
MemoryBandwidth steadyMemoryBandwidth(const std::function<Result<BandwidthReads>()>& measure);

} // namespace ponder
