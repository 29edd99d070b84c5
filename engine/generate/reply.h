// One reply while it is made: how its tokens are picked, what text they are, and what ends it.
//
// Takes logits, gives tokens and their text to the caller's OnToken; keeps count and time. Where the logits
// come from is the caller's matter: one sequence (local_session.h) or many (many_replies.h).
// Owner: the generation; it keeps references to the tokenizer and the settings. Thread: its session's.
// Next station: StreamDecoder and StopStrings, then OnToken.
#pragma once

#include "engine/generate/session.h"
#include "engine/sample/stop_strings.h"
#include "engine/text/stream_decoder.h"

#include <chrono>
#include <optional>

namespace ponder {

class Reply {
public:
    using Clock = std::chrono::steady_clock;

    // `vocabulary`: rows of the model's output; those after it the tokenizer's last token are never picked.
    Reply(const Tokenizer& tokenizer, std::uint32_t vocabulary, const GenerateSettings& settings,
          std::span<const TokenId> prompt, OnToken onToken);

    // The next token, from logits [vocabulary].
    TokenId pick(std::span<const float> logits);
    // Hands one token out; says why the reply ends with it, if it does. `full`: the cache has no place for
    // it.
    std::optional<FinishReason> deliver(TokenId id, bool full);
    // The numbers of the reply, which ended just now.
    GenerateResult finish(FinishReason reason);

    const GenerateSettings& settings() const { return m_settings; }
    std::span<const TokenId> history() const { return m_history; } // prompt and reply
    std::uint32_t tokensLeft() const { return m_settings.maxTokens - m_result.replyTokens; }
    const Sampler& sampler() const { return m_sampler; }
    GenerateResult& result() { return m_result; }
    double seconds() const; // since it was made

private:
    const Tokenizer& m_tokenizer;
    const GenerateSettings& m_settings;
    OnToken m_onToken;
    std::size_t m_pickable; // logits that stand for a token
    Sampler m_sampler;
    StreamDecoder m_decoder;
    StopStrings m_stops;
    std::vector<TokenId> m_history;
    GenerateResult m_result;
    Clock::time_point m_started = Clock::now();
    Clock::time_point m_firstToken;
};

} // namespace ponder
