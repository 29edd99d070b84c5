// Rows of tokens that run through a model together, and whether they can.
//
// Takes token ids and where they stand; the caller owns what the spans show for as long as a run lasts.
// Errors: BadArgument, ContextFull, from checkBatch(), which every backend asks before it touches memory.
// Next station: Executor::run.
#pragma once

#include "engine/base/result.h"
#include "engine/text/tokenizer.h"

#include <optional>
#include <span>

namespace ponder {

// Sequences that share the positions before `shared` and go on apart: a run has one row of each that is still
// alive, all at the same position p >= shared. Branch b keeps position p in slot
// shared + b * length + (p - shared) of the cache; its row sees the shared slots and its own.
struct Branches {
    std::uint32_t shared = 0;
    std::uint32_t length = 0;             // slots of each branch
    std::span<const std::uint32_t> ofRow; // the branch of each row, all different
};

// Rows to run: tokens at consecutive positions (slot = position), or one token of each branch at
// firstPosition. Keys and values at earlier positions are in the cache already; those of the rows are
// overwritten.
struct Batch {
    std::span<const TokenId> tokens; // 1 .. Executor::maxBatch()
    std::uint32_t firstPosition = 0;
    // Logits are computed for rows firstLogits .. tokens.size() - 1; tokens.size(): none.
    std::uint32_t firstLogits = 0;
    std::optional<Branches> branches;
    // The residual stream [rows x width] as the layers before this executor's left it; empty where the
    // executor has the first layer.
    std::span<const float> activations;
};

struct BatchLimits {
    std::uint32_t maxRows = 0;
    std::uint32_t capacity = 0; // slots of the cache
    std::uint32_t vocabulary = 0;
    std::uint32_t receives = 0; // values of each row of activations; 0: the executor embeds
};

// A run that would continue after other tokens than those whose states a cache has.
Error cannotContinue(std::uint32_t firstPosition);

Result<void> checkBatch(const Batch& batch, const BatchLimits& limits);

} // namespace ponder
