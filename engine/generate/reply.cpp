#include "engine/generate/reply.h"

#include <algorithm>
#include <utility>

namespace ponder {
namespace {

double secondsSince(Reply::Clock::time_point start) {
    return std::chrono::duration<double>(Reply::Clock::now() - start).count();
}

} // namespace

double GenerateResult::decodeTokensPerSecond() const {
    return replyTokens > 1 && decodeSeconds > 0 ? (replyTokens - 1) / decodeSeconds : 0.0;
}

Reply::Reply(const Tokenizer& tokenizer, std::uint32_t vocabulary, const GenerateSettings& settings,
             std::span<const TokenId> prompt, OnToken onToken)
    : m_tokenizer(tokenizer), m_settings(settings), m_onToken(std::move(onToken)),
      m_pickable(std::min<std::size_t>(vocabulary, tokenizer.size())), m_sampler(settings.sampling),
      m_decoder(tokenizer), m_stops(settings.stop), m_history(prompt.begin(), prompt.end()) {
    m_result.promptTokens = static_cast<std::uint32_t>(prompt.size());
}

TokenId Reply::pick(std::span<const float> logits) {
    return m_sampler.sample(logits.first(m_pickable), m_history);
}

std::optional<FinishReason> Reply::deliver(TokenId id, bool full) {
    if (m_result.replyTokens++ == 0) {
        m_firstToken = Clock::now();
        m_result.secondsToFirstToken = seconds();
    }
    m_history.push_back(id);

    std::optional<FinishReason> reason;
    if (m_tokenizer.isEndOfGeneration(id) && !m_settings.ignoreEndOfText)
        reason = FinishReason::EndOfText;
    else if (m_result.replyTokens >= m_settings.maxTokens)
        reason = FinishReason::MaxTokens;
    else if (full)
        reason = FinishReason::ContextFull;

    std::string text = m_stops.push(m_decoder.push(id));
    if (reason) text += m_stops.push(m_decoder.finish()) + m_stops.finish();
    if (m_stops.stopped()) reason = FinishReason::StopString;
    if (m_onToken && !m_onToken({id, std::move(text)})) return reason ? reason : FinishReason::Callback;
    return reason;
}

GenerateResult Reply::finish(FinishReason reason) {
    m_result.reason = reason;
    if (m_result.replyTokens > 0) m_result.decodeSeconds = secondsSince(m_firstToken);
    return m_result;
}

double Reply::seconds() const { return secondsSince(m_started); }

} // namespace ponder
