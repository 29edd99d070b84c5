// Whole-model logits of long texts, some positions at a time: a vocabulary of 150,000 would need 600 kB each.
//
// Takes a session and the ids; calls visit(first position, [positions x vocabulary]) in order. Owner: none.
// Thread: the session's. Errors: the session's, and the first one visit returns. Next station: logits and
// perplexity.
#pragma once

#include "engine/engine.h"

namespace ponder {

using VisitLogits = std::function<Result<void>(std::size_t first, std::span<const float> logits)>;

Result<void> forEachLogits(Session& session, std::span<const TokenId> ids, std::stop_token stop,
                           const VisitLogits& visit);

} // namespace ponder
