// Whether a batch can run at all, asked by the backends before they touch memory with it.
//
// Owner: plain values. Thread: any. Errors: BadArgument, ContextFull. Next station: Executor::run.
#pragma once

#include "engine/backend/backend.h"

namespace ponder {

struct BatchLimits {
    std::uint32_t maxRows = 0;
    std::uint32_t capacity = 0; // slots of the cache
    std::uint32_t vocabulary = 0;
    std::uint32_t receives = 0; // values of each row of activations; 0: the executor embeds
};

Result<void> checkBatch(const Batch& batch, const BatchLimits& limits);

} // namespace ponder
