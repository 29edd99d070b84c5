// A conversation on one device: its KV cache, the tokens that are in it, and the loop that generates.
//
// Owner: the caller; lives shorter than its model. Thread: its model's. Errors: as Executor::run, and
// ContextFull. Next station: reply.h for one reply, many_replies.h for several.
#pragma once

#include "engine/backend/backend.h"
#include "engine/generate/reply.h"

namespace ponder {

class LocalSession final : public Session {
public:
    LocalSession(const ModelFile& file, const ModelConfig& config, const Tokenizer& tokenizer,
                 Executor& executor, std::unique_ptr<KvCache> cache, const std::string& adapters);

    Result<GenerateResult> generate(std::span<const TokenId> prompt, const GenerateSettings& settings,
                                    const OnToken& onToken, std::stop_token stop,
                                    const Progress& prefillProgress) override;
    Result<std::vector<GenerateResult>> generateMany(std::span<const TokenId> prompt,
                                                     std::span<const GenerateSettings> settings,
                                                     const OnManyTokens& onToken, std::stop_token stop,
                                                     const Progress& prefillProgress) override;
    Result<std::vector<float>> logits(std::span<const TokenId> tokens, std::size_t firstLogits,
                                      std::stop_token stop) override;
    Result<void> saveState(const std::filesystem::path& path, std::uint64_t mostBytes) const override;
    Result<std::uint32_t> restoreState(const std::filesystem::path& path,
                                       std::span<const TokenId> tokens) override;
    std::uint32_t contextTokens() const override { return m_cache->capacity(); }
    std::uint32_t usedTokens() const override { return static_cast<std::uint32_t>(cached().size()); }
    void clear() override { m_tokens.clear(); }

private:
    // Runs tokens after those in the cache; appends logits of rows from `firstLogits` (an index into tokens)
    // on.
    Result<void> append(std::span<const TokenId> tokens, std::size_t firstLogits, std::stop_token stop,
                        std::vector<float>& logits, const Progress& progress);
    // The tokens whose keys and values count: none where the model has other adapters now.
    std::span<const TokenId> cached() const;
    void forgetOtherAdapters();
    std::string layoutName() const; // of saved states
    Result<void> checkTokens(std::span<const TokenId> tokens) const;
    // Keeps the part of the cache that `tokens` begin with, at most `most` of them: those after it are run
    // again for their logits. Returns its length, or less where the states of recurrent layers are those of
    // fewer tokens.
    Result<std::size_t> reusePrefix(std::span<const TokenId> tokens, std::size_t most);
    // Where, among tokens to run, it is worth while to keep states, in order: ends of messages, the last ones
    // above all, and before the rows whose logits are wanted.
    std::vector<std::size_t> stateStops(std::span<const TokenId> tokens, std::size_t firstLogits) const;
    // After wrong guesses the states are those of before them once more, and see the right ones again.
    Result<void> catchUp(std::stop_token stop);
    // Runs the part of the prompt that is not in the cache. What it says of that goes into `result`.
    Result<void> prefill(std::span<const TokenId> prompt, std::stop_token stop, const Progress& progress,
                         std::vector<float>& logits, GenerateResult& result);
    // Picks tokens until the reply ends, on the device where it can, else here.
    Result<FinishReason> decode(Reply& reply, std::vector<float>& logits, std::stop_token stop);
    Result<FinishReason> decodeAhead(Reply& reply, std::vector<float>& logits, std::stop_token stop);
    // The tokens that `rows` of logits give, as long as each is the one that was run next. Those in the cache
    // that turn out wrong are dropped. The last token handed out is `id`.
    std::optional<FinishReason> verify(Reply& reply, std::span<const float> logits,
                                       std::span<const TokenId> guesses, TokenId& id);
    Result<FinishReason> decodeOnDevice(Reply& reply, DecodeStream& stream, std::stop_token stop);

    // Tokens that two texts begin with alike.
    static std::size_t commonPrefix(std::span<const TokenId> a, std::span<const TokenId> b);

    const ModelFile& m_file;
    const ModelConfig& m_config;
    const Tokenizer& m_tokenizer;
    Executor& m_executor;
    std::unique_ptr<KvCache> m_cache;
    std::vector<TokenId> m_tokens; // in the cache, by position
    std::size_t m_stateKept = 0;   // the position of the newest state that was kept
    const std::string& m_adapters; // that the model has now (AdapterSet::name())
    std::string m_tokensAdapters;  // with which the tokens in the cache were computed
};

} // namespace ponder
