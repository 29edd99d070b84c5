#include "engine/generate/many_replies.h"

#include <algorithm>

namespace ponder {

ManyReplies::ManyReplies(const ModelConfig& config, const Tokenizer& tokenizer, Executor& executor,
                         KvCache& cache, std::span<const TokenId> prompt)
    : m_config(config), m_tokenizer(tokenizer), m_executor(executor), m_cache(cache), m_prompt(prompt) {}

void ManyReplies::add(const GenerateSettings& settings, OnToken onToken) {
    m_replies.emplace_back(m_tokenizer, m_config.vocabulary, settings, m_prompt, std::move(onToken));
}

// Slots of each branch: no more than the longest reply can use, and no more than there are. The last token of
// a reply needs no place of its own.
std::uint32_t ManyReplies::branchLength() const {
    std::uint32_t longest = 0;
    for (const Reply& reply : m_replies)
        longest = std::max(longest, reply.settings().maxTokens);
    const std::size_t free = m_cache.capacity() - m_prompt.size();
    return static_cast<std::uint32_t>(
        std::min<std::size_t>(longest == 0 ? 0 : longest - 1, free / m_replies.size()));
}

void ManyReplies::begin(const GenerateResult& prompt) {
    m_results.resize(m_replies.size());
    for (std::uint32_t index = 0; index < m_replies.size(); ++index) {
        Reply& reply = m_replies[index];
        reply.result().prefillSeconds = prompt.prefillSeconds;
        reply.result().reusedTokens = prompt.reusedTokens;
        if (reply.settings().maxTokens == 0)
            m_results[index] = reply.finish(FinishReason::MaxTokens);
        else
            m_living.push_back({index, 0});
    }
}

std::vector<GenerateResult> ManyReplies::cancelled(const GenerateResult& prompt) {
    begin(prompt);
    return endAll();
}

Result<std::vector<GenerateResult>> ManyReplies::run(std::span<const float> promptLogits,
                                                     const GenerateResult& prompt, std::stop_token stop) {
    begin(prompt);
    if (stop.stop_requested()) return endAll();

    const auto shared = static_cast<std::uint32_t>(m_prompt.size());
    const std::uint32_t length = branchLength();
    std::vector<float> logits;
    for (std::uint32_t used = 0; true; ++used) {
        // All begin from the same row, and then each has one of its own.
        if (used == 0)
            deliver(promptLogits, 0, length == 0);
        else
            deliver(logits, m_config.vocabulary, used >= length);
        if (m_living.empty()) return m_results;
        if (stop.stop_requested()) return endAll();
        const Result<void> ran = step(shared + used, length, stop, logits);
        if (!ran && ran.error().code == ErrorCode::Cancelled) return endAll();
        if (!ran) return ran.error();
    }
}

void ManyReplies::deliver(std::span<const float> logits, std::size_t stride, bool full) {
    std::vector<Living> left;
    for (std::size_t row = 0; row < m_living.size(); ++row) {
        const std::uint32_t index = m_living[row].index;
        Reply& reply = m_replies[index];
        const TokenId id = reply.pick(logits.subspan(row * stride, m_config.vocabulary));
        if (const auto reason = reply.deliver(id, full))
            m_results[index] = reply.finish(*reason);
        else
            left.push_back({index, id});
    }
    m_living = std::move(left);
}

Result<void> ManyReplies::step(std::uint32_t position, std::uint32_t length, std::stop_token stop,
                               std::vector<float>& logits) {
    std::vector<TokenId> tokens;
    std::vector<std::uint32_t> branches;
    for (const Living& one : m_living) {
        tokens.push_back(one.last);
        branches.push_back(one.index);
    }
    const std::size_t most = m_executor.maxBatch();
    const bool inParts = tokens.size() > most;
    if (inParts) logits.clear();
    for (std::size_t done = 0; done < tokens.size();) {
        const std::size_t n = std::min(tokens.size() - done, most);
        Batch batch;
        batch.tokens = std::span(tokens).subspan(done, n);
        batch.firstPosition = position;
        batch.branches = Branches{static_cast<std::uint32_t>(m_prompt.size()), length,
                                  std::span(branches).subspan(done, n)};
        std::vector<float>& rows = inParts ? m_part : logits;
        if (const Result<void> ran = m_executor.run(batch, m_cache, stop, rows); !ran) return ran;
        if (inParts) logits.insert(logits.end(), m_part.begin(), m_part.end());
        done += n;
    }
    return {};
}

std::vector<GenerateResult> ManyReplies::endAll() {
    for (const Living& one : m_living)
        m_results[one.index] = m_replies[one.index].finish(FinishReason::Cancelled);
    m_living.clear();
    return m_results;
}

} // namespace ponder
