// How many bytes a model takes on a device, by what they are for.
//
// Given by plans before anything is loaded and by executors of what they have allocated; the two must be
// equal. Next station: the fit hint, Executor::memory().
#pragma once

#include <cstdint>

namespace ponder {

// Where the bytes are; each an exact count of what was allocated.
struct MemoryUse {
    std::uint64_t weights = 0;
    std::uint64_t kv = 0;
    std::uint64_t scratch = 0; // activations, tables
    std::uint64_t staging = 0; // host-visible transfer memory
    // Of the weights, beside all that: these stay in the mapped file and are read from the disk as they are
    // used. The system keeps what it has room for.
    std::uint64_t mapped = 0;
    std::uint64_t snapshots = 0; // room for states of recurrent layers as they were (plan/state_room.h)
    std::uint64_t besideWeightsAndCache() const { return scratch + staging + snapshots; }
    std::uint64_t total() const { return weights + kv + besideWeightsAndCache(); }
    friend MemoryUse operator+(const MemoryUse& a, const MemoryUse& b) {
        return {a.weights + b.weights, a.kv + b.kv,         a.scratch + b.scratch,
                a.staging + b.staging, a.mapped + b.mapped, a.snapshots + b.snapshots};
    }
};

} // namespace ponder
