// Guessing ahead (speculative decoding): several tokens are guessed, one run gives the logits behind each,
// and the sampler picks from these as it would have without guesses. As far as its picks are the guesses, the
// run has made several tokens; the first that is not ends the round and is itself a token of the reply.
//
// So a reply is the same token for token, at any temperature, with or without guesses; only its speed
// differs. On the processor that is so bit by bit; a GPU adds up a row alone in another order than among
// others, and that rounding may turn a near tie of two tokens. For a fixed guess this accepts with the
// probability that the model gives it and draws a rejected token from the rest: the rule of Leviathan et al.
// 2023. Owner: the generation. Thread: its session's. Errors: those of the proposers. Next station:
// LocalSession, which runs the guesses and compares.
#pragma once

#include "engine/generate/prompt_lookup.h"
#include "engine/generate/reply.h"
#include "engine/generate/speculation_pace.h"

namespace ponder {

class Speculation {
public:
    explicit Speculation(const SpeculationSettings& settings);

    // The guesses of one round, at most `room`; maybe none.
    Result<std::vector<TokenId>> propose(const Reply& reply, std::size_t room, std::stop_token stop);
    // How the round ended; `seconds` from propose() on.
    void record(std::size_t proposed, std::size_t accepted, double seconds, GenerateResult& result);

private:
    SpeculationSettings m_settings;
    PromptLookup m_lookup;
    SpeculationPace m_pace;
};

} // namespace ponder
