// A smaller model that guesses what a larger one says; both have the same vocabulary.
//
// It runs in a session of its own, which follows the conversation. Its guesses are drawn with the very
// numbers that the larger model will draw with, so that equal opinions become equal tokens at any temperature
// (Daliri et al. 2024: coupling by shared randomness). Owner: the caller; the draft's model outlives it. One
// generation at a time. Thread: that of both models. Errors: BadArgument where the vocabularies differ.
// Next station: speculation.h.
#pragma once

#include "engine/generate/session.h"

#include <memory>

namespace ponder {

// A vocabulary, and what its model is called in messages.
struct NamedTokenizer {
    const Tokenizer& tokenizer;
    std::string name;
};

class Draft final : public Proposer {
public:
    // `session` is one of the draft's model.
    static Result<std::unique_ptr<Draft>> create(const NamedTokenizer& target, const NamedTokenizer& draft,
                                                 std::unique_ptr<Session> session);

    // Nothing once the conversation is longer than the draft's context.
    Result<std::vector<TokenId>> propose(std::span<const TokenId> history, std::size_t most,
                                         const Sampler& sampler, std::stop_token stop) override;

private:
    Draft(std::unique_ptr<Session> session, std::size_t tokens)
        : m_session(std::move(session)), m_tokens(tokens) {}

    std::unique_ptr<Session> m_session;
    std::size_t m_tokens; // that both models have
};

} // namespace ponder
