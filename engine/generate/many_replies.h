// Several replies to one prompt, made side by side: each step is one run with a row for every reply that goes
// on, and the weights and the prompt's keys and values are read once for all of them.
//
// Takes the logits after the prompt, whose keys and values are slots 0 .. prompt - 1 of the cache; puts
// those of reply b into `length` slots of its own after the prompt, as backend.h's Branches says. What the
// cache holds after the prompt afterwards is of no use to anybody else. A reply is the one that is made
// alone: on the processor bit by bit, on a GPU but for near ties, as with guesses (speculation.h). Owner:
// LocalSession::generateMany. Thread: its session's. Errors: as Executor::run; a stop is a result. Next
// station: reply.h.
#pragma once

#include "engine/backend/backend.h"
#include "engine/generate/reply.h"

namespace ponder {

class ManyReplies {
public:
    ManyReplies(const ModelConfig& config, const Tokenizer& tokenizer, Executor& executor, KvCache& cache,
                std::span<const TokenId> prompt);

    // One more reply; `settings` must outlive this object.
    void add(const GenerateSettings& settings, OnToken onToken);
    // Until all have ended. The results are in the order of add(); what `prompt` says of the prompt's time
    // and reuse goes into each.
    Result<std::vector<GenerateResult>> run(std::span<const float> promptLogits, const GenerateResult& prompt,
                                            std::stop_token stop);
    // The results where the prompt itself was given up.
    std::vector<GenerateResult> cancelled(const GenerateResult& prompt);

private:
    struct Living {
        std::uint32_t index; // of its reply, and of its branch
        TokenId last;        // handed out, not in the cache yet
    };
    void begin(const GenerateResult& prompt);
    std::vector<GenerateResult> endAll(); // as cancelled
    std::uint32_t branchLength() const;
    // Each takes its row of logits, `stride` values apart; those that end are gone from m_living afterwards.
    void deliver(std::span<const float> logits, std::size_t stride, bool full);
    Result<void> step(std::uint32_t position, std::uint32_t length, std::stop_token stop,
                      std::vector<float>& logits);

    const ModelConfig& m_config;
    const Tokenizer& m_tokenizer;
    Executor& m_executor;
    KvCache& m_cache;
    std::span<const TokenId> m_prompt;
    std::vector<Reply> m_replies;
    std::vector<GenerateResult> m_results;
    std::vector<Living> m_living;
    std::vector<float> m_part; // logits of as many replies as the device takes at once
};

} // namespace ponder
