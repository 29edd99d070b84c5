// Guesses what a reply goes on with, so that one run can check several tokens at once (speculative decoding).
//
// A guess costs time at most, never correctness: whether it was right is decided by the model's own logits
// (speculation.h). Two kinds: prompt_lookup.h, which needs no model, and draft.h, a smaller model.
// Owner: whoever generates. Thread: the session's. Errors: DeviceLost and the like; no idea is an empty
// guess.
#pragma once

#include "engine/base/result.h"
#include "engine/sample/sampler.h"

#include <stop_token>

namespace ponder {

class Proposer {
public:
    virtual ~Proposer() = default;
    // At most `most` tokens that may follow `history`, which is prompt and reply so far. `sampler` is about
    // to pick them; who can foresee what it draws, guesses better.
    virtual Result<std::vector<TokenId>> propose(std::span<const TokenId> history, std::size_t most,
                                                 const Sampler& sampler, std::stop_token stop) = 0;
};

} // namespace ponder
