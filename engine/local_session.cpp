#include "engine/local_session.h"

#include "engine/base/translatable.h"
#include "engine/sample/stop_strings.h"
#include "engine/text/stream_decoder.h"

#include <algorithm>

namespace ponder {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

} // namespace

double GenerateResult::decodeTokensPerSecond() const {
    return replyTokens > 1 && decodeSeconds > 0 ? (replyTokens - 1) / decodeSeconds : 0.0;
}

struct LocalSession::Reply {
    Reply(const Tokenizer& tokenizer, const GenerateSettings& given, const OnToken& callback,
          std::span<const TokenId> prompt)
        : settings(given), onToken(callback), sampler(given.sampling), decoder(tokenizer), stops(given.stop),
          history(prompt.begin(), prompt.end()) {}

    const GenerateSettings& settings;
    const OnToken& onToken;
    Sampler sampler;
    StreamDecoder decoder;
    StopStrings stops;
    std::vector<TokenId> history; // prompt and reply: what the penalties look at
    std::vector<float> logits;
    GenerateResult result;
    Clock::time_point started = Clock::now();
    Clock::time_point firstToken;
};

LocalSession::LocalSession(const ModelConfig& config, const Tokenizer& tokenizer, Executor& executor,
                           std::unique_ptr<KvCache> cache)
    : m_config(config), m_tokenizer(tokenizer), m_executor(executor), m_cache(std::move(cache)) {}

Result<GenerateResult> LocalSession::generate(std::span<const TokenId> prompt,
                                              const GenerateSettings& settings, const OnToken& onToken,
                                              std::stop_token stop, const Progress& prefillProgress) {
    if (const Result<void> good = checkTokens(prompt); !good) return good.error();
    Reply reply(m_tokenizer, settings, onToken, prompt);
    reply.result.promptTokens = static_cast<std::uint32_t>(prompt.size());
    reply.result.reusedTokens = static_cast<std::uint32_t>(reusePrefix(prompt, prompt.size() - 1));
    const auto rest = prompt.subspan(reply.result.reusedTokens);

    const Result<void> ran = append(rest, rest.size() - 1, stop, reply.logits, prefillProgress);
    reply.result.prefillSeconds = secondsSince(reply.started);
    Result<FinishReason> reason = FinishReason::Cancelled;
    if (ran)
        reason = settings.maxTokens == 0 ? Result(FinishReason::MaxTokens) : decode(reply, stop);
    else if (ran.error().code != ErrorCode::Cancelled)
        return ran.error();
    if (!reason) return reason.error();
    reply.result.reason = *reason;
    if (reply.result.replyTokens > 0) reply.result.decodeSeconds = secondsSince(reply.firstToken);
    return reply.result;
}

Result<FinishReason> LocalSession::decode(Reply& reply, std::stop_token stop) {
    const std::size_t vocabulary = std::min<std::size_t>(m_config.vocabulary, m_tokenizer.size());
    while (true) {
        if (stop.stop_requested()) return FinishReason::Cancelled;
        const TokenId id = reply.sampler.sample(std::span(reply.logits).first(vocabulary), reply.history);
        if (const auto reason = deliver(reply, id)) return *reason;
        reply.logits.clear();
        const Result<void> ran = append(std::span(&id, 1), 0, stop, reply.logits, {});
        if (!ran && ran.error().code == ErrorCode::Cancelled) return FinishReason::Cancelled;
        if (!ran) return ran.error();
    }
}

std::optional<FinishReason> LocalSession::deliver(Reply& reply, TokenId id) {
    GenerateResult& result = reply.result;
    if (result.replyTokens++ == 0) {
        reply.firstToken = Clock::now();
        result.secondsToFirstToken = secondsSince(reply.started);
    }
    reply.history.push_back(id);

    std::optional<FinishReason> reason;
    if (m_tokenizer.isEndOfGeneration(id) && !reply.settings.ignoreEndOfText)
        reason = FinishReason::EndOfText;
    else if (result.replyTokens >= reply.settings.maxTokens)
        reason = FinishReason::MaxTokens;
    else if (m_tokens.size() >= m_cache->capacity())
        reason = FinishReason::ContextFull;

    std::string text = reply.stops.push(reply.decoder.push(id));
    if (reason) text += reply.stops.push(reply.decoder.finish()) + reply.stops.finish();
    if (reply.stops.stopped()) reason = FinishReason::StopString;
    if (reply.onToken && !reply.onToken({id, std::move(text)}))
        return reason ? reason : FinishReason::Callback;
    return reason;
}

Result<std::vector<float>> LocalSession::logits(std::span<const TokenId> tokens, std::size_t firstLogits,
                                                std::stop_token stop) {
    if (const Result<void> good = checkTokens(tokens); !good) return good.error();
    const std::size_t kept = reusePrefix(tokens, firstLogits);
    std::vector<float> logits;
    if (const Result<void> ran = append(tokens.subspan(kept), firstLogits - kept, stop, logits, {}); !ran)
        return ran.error();
    return logits;
}

Result<void> LocalSession::append(std::span<const TokenId> tokens, std::size_t firstLogits,
                                  std::stop_token stop, std::vector<float>& logits,
                                  const Progress& progress) {
    std::vector<float> some;
    for (std::size_t done = 0; done < tokens.size();) {
        const std::size_t n = std::min<std::size_t>(tokens.size() - done, m_executor.maxBatch());
        Batch batch;
        batch.tokens = tokens.subspan(done, n);
        batch.firstPosition = static_cast<std::uint32_t>(m_tokens.size());
        batch.firstLogits = static_cast<std::uint32_t>(std::clamp(firstLogits, done, done + n) - done);
        if (const Result<void> ran = m_executor.run(batch, *m_cache, stop, some); !ran) return ran.error();
        m_tokens.insert(m_tokens.end(), batch.tokens.begin(), batch.tokens.end());
        if (batch.firstLogits < n) logits.insert(logits.end(), some.begin(), some.end());
        done += n;
        if (progress) progress(done, tokens.size());
    }
    return {};
}

Result<void> LocalSession::checkTokens(std::span<const TokenId> tokens) const {
    if (tokens.empty())
        return Error{ErrorCode::BadArgument, "An empty prompt",
                     Detail{PONDER_TR_NOOP("ErrorDetail", "give at least one token"), {}}};
    for (const TokenId id : tokens)
        if (id >= m_config.vocabulary)
            return Error{ErrorCode::BadArgument, "Token " + std::to_string(id),
                         Detail{PONDER_TR_NOOP("ErrorDetail", "ids of this model end at %1"),
                                {std::to_string(m_config.vocabulary - 1)}}};
    if (tokens.size() > m_cache->capacity())
        return Error{ErrorCode::ContextFull, std::to_string(tokens.size()),
                     std::to_string(m_cache->capacity())};
    return {};
}

std::size_t LocalSession::reusePrefix(std::span<const TokenId> tokens, std::size_t most) {
    const auto [inCache, inPrompt] =
        std::mismatch(m_tokens.begin(), m_tokens.end(), tokens.begin(), tokens.end());
    std::size_t kept = static_cast<std::size_t>(inCache - m_tokens.begin());
    kept = std::min(kept, most);
    m_tokens.resize(kept);
    return kept;
}

} // namespace ponder
