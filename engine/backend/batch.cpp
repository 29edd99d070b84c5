#include "engine/backend/batch.h"

#include "engine/base/translatable.h"

#include <set>

namespace ponder {
namespace {

// How many slots of the cache a batch needs.
Result<std::uint64_t> slotsOf(const Batch& batch) {
    if (!batch.branches) return std::uint64_t{batch.firstPosition} + batch.tokens.size();
    const Branches& branches = *batch.branches;
    const std::set<std::uint32_t> different(branches.ofRow.begin(), branches.ofRow.end());
    if (different.size() != batch.tokens.size() || branches.ofRow.size() != batch.tokens.size() ||
        batch.firstPosition < branches.shared || batch.firstPosition - branches.shared >= branches.length)
        return Error{
            ErrorCode::BadArgument, "branches",
            Detail{PONDER_TR_NOOP("ErrorDetail", "each row needs a branch with room of its own"), {}}};
    return branches.shared + (std::uint64_t{*different.rbegin()} + 1) * branches.length;
}

} // namespace

Error cannotContinue(std::uint32_t firstPosition) {
    return {ErrorCode::BadArgument, "batch",
            Detail{PONDER_TR_NOOP("ErrorDetail", "the state of position %1 is not there"),
                   {std::to_string(firstPosition)}}};
}

Result<void> checkBatch(const Batch& batch, const BatchLimits& limits) {
    const auto rows = static_cast<std::uint32_t>(batch.tokens.size());
    if (rows == 0 || rows > limits.maxRows || batch.firstLogits > rows)
        return Error{
            ErrorCode::BadArgument, "batch",
            Detail{PONDER_TR_NOOP("ErrorDetail", "1 to %1 tokens"), {std::to_string(limits.maxRows)}}};
    const auto slots = slotsOf(batch);
    if (!slots) return slots.error();
    if (*slots > limits.capacity)
        return Error{ErrorCode::ContextFull, std::to_string(*slots), std::to_string(limits.capacity)};
    for (const TokenId token : batch.tokens)
        if (static_cast<std::uint32_t>(token) >= limits.vocabulary)
            return Error{ErrorCode::BadArgument, "token",
                         Detail{PONDER_TR_NOOP("ErrorDetail", "it must be below %1"),
                                {std::to_string(limits.vocabulary)}}};
    const std::size_t received = std::size_t{rows} * limits.receives;
    if (batch.activations.size() != received)
        return Error{ErrorCode::BadArgument, "activations",
                     Detail{PONDER_TR_NOOP("ErrorDetail", "%1 values instead of %2"),
                            {std::to_string(batch.activations.size()), std::to_string(received)}}};
    return {};
}

} // namespace ponder
