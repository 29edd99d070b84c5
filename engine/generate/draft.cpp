#include "engine/generate/draft.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"

#include <algorithm>

namespace ponder {
namespace {

// Sizes differ between models of one family, whose tables are padded: only what both have must agree.
Result<void> checkVocabulary(const NamedTokenizer& target, const NamedTokenizer& draft) {
    const Tokenizer &ours = target.tokenizer, &theirs = draft.tokenizer;
    const auto common = static_cast<TokenId>(std::min(ours.size(), theirs.size()));
    for (TokenId id = 0; id < common; ++id) {
        if (ours.piece(id) == theirs.piece(id)) continue;
        return Error{ErrorCode::BadArgument, draft.name,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "a draft needs the vocabulary of %1, but token %2 "
                                                          "is \"%3\" there and \"%4\" here"),
                            {target.name, std::to_string(id), printable(ours.piece(id)),
                             printable(theirs.piece(id))}}};
    }
    return {};
}

} // namespace

Result<std::unique_ptr<Draft>> Draft::create(const NamedTokenizer& target, const NamedTokenizer& draft,
                                             std::unique_ptr<Session> session) {
    if (const Result<void> same = checkVocabulary(target, draft); !same) return same.error();
    return std::unique_ptr<Draft>(
        new Draft(std::move(session), std::min(target.tokenizer.size(), draft.tokenizer.size())));
}

Result<std::vector<TokenId>> Draft::propose(std::span<const TokenId> history, std::size_t most,
                                            const Sampler& sampler, std::stop_token stop) {
    std::vector<TokenId> guess;
    const bool known = std::all_of(history.begin(), history.end(), [&](TokenId id) { return id < m_tokens; });
    if (!known) return guess;
    Sampler own(sampler.settings());
    own.follow(sampler);
    std::vector<TokenId> text(history.begin(), history.end());
    while (guess.size() < most && text.size() <= m_session->contextTokens()) {
        const auto logits = m_session->logits(text, text.size() - 1, stop);
        if (!logits) return logits.error();
        const TokenId id = own.sample(std::span(*logits).first(m_tokens), text);
        guess.push_back(id);
        text.push_back(id);
    }
    return guess;
}

} // namespace ponder
