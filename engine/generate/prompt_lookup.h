// Guesses that a text goes on as it did the last time its latest words were said: names, quotations, code
// that is written out again with small changes.
//
// Source: Saxena 2023 (prompt lookup decoding). Owner: the generation. Thread: any. Next station:
// speculation.h.
#pragma once

#include "engine/generate/proposer.h"

namespace ponder {

class PromptLookup final : public Proposer {
public:
    Result<std::vector<TokenId>> propose(std::span<const TokenId> history, std::size_t most,
                                         const Sampler& sampler, std::stop_token stop) override;
};

} // namespace ponder
