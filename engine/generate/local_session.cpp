#include "engine/generate/local_session.h"

#include "engine/base/translatable.h"
#include "engine/file/fingerprint.h"
#include "engine/file/mapped_file.h"
#include "engine/generate/many_replies.h"
#include "engine/generate/session_state.h"
#include "engine/generate/speculation.h"

#include <algorithm>

namespace ponder {
namespace {

// Tokens between states that are kept: what is computed again at most, and what makes a message worth one.
constexpr std::size_t kStateInterval = 512, kMessageInterval = 128;
constexpr std::size_t kLastMessages = 2; // which are worth it however short

} // namespace

LocalSession::LocalSession(const ModelFile& file, const ModelConfig& config, const Tokenizer& tokenizer,
                           Executor& executor, std::unique_ptr<KvCache> cache, const std::string& adapters)
    : m_file(file), m_config(config), m_tokenizer(tokenizer), m_executor(executor), m_cache(std::move(cache)),
      m_adapters(adapters), m_tokensAdapters(adapters) {}

Result<GenerateResult> LocalSession::generate(std::span<const TokenId> prompt,
                                              const GenerateSettings& settings, const OnToken& onToken,
                                              std::stop_token stop, const Progress& prefillProgress) {
    if (const Result<void> good = checkTokens(prompt); !good) return good.error();
    Reply reply(m_tokenizer, m_config.vocabulary, settings, prompt, onToken);
    std::vector<float> logits;
    const Result<void> ran = prefill(prompt, stop, prefillProgress, logits, reply.result());
    Result<FinishReason> reason = FinishReason::Cancelled;
    if (ran)
        reason = settings.maxTokens == 0 ? Result(FinishReason::MaxTokens) : decode(reply, logits, stop);
    else if (ran.error().code != ErrorCode::Cancelled)
        return ran.error();
    if (!reason) return reason.error();
    return reply.finish(*reason);
}

Result<std::vector<GenerateResult>> LocalSession::generateMany(std::span<const TokenId> prompt,
                                                               std::span<const GenerateSettings> settings,
                                                               const OnManyTokens& onToken,
                                                               std::stop_token stop,
                                                               const Progress& prefillProgress) {
    if (settings.empty() || settings.size() > kMostReplies)
        return Error{ErrorCode::BadArgument, "generateMany " + std::to_string(settings.size()),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "1 to %1 replies can be made at once"),
                            {std::to_string(kMostReplies)}}};
    if (const Result<void> good = checkTokens(prompt); !good) return good.error();
    ManyReplies replies(m_config, m_tokenizer, m_executor, *m_cache, prompt);
    for (std::size_t index = 0; index < settings.size(); ++index)
        replies.add(settings[index],
                    [&onToken, index](const ReplyToken& token) { return !onToken || onToken(index, token); });
    std::vector<float> logits;
    GenerateResult shared;
    const Result<void> ran = prefill(prompt, stop, prefillProgress, logits, shared);
    if (!ran && ran.error().code != ErrorCode::Cancelled) return ran.error();
    if (!ran) return replies.cancelled(shared);
    return replies.run(logits, shared, std::move(stop));
}

Result<void> LocalSession::prefill(std::span<const TokenId> prompt, std::stop_token stop,
                                   const Progress& progress, std::vector<float>& logits,
                                   GenerateResult& result) {
    const auto started = Reply::Clock::now();
    const Result<std::size_t> reused = reusePrefix(prompt, prompt.size() - 1);
    if (!reused) return reused.error();
    result.reusedTokens = static_cast<std::uint32_t>(*reused);
    const auto rest = prompt.subspan(result.reusedTokens);
    const Result<void> ran = append(rest, rest.size() - 1, std::move(stop), logits, progress);
    result.prefillSeconds = std::chrono::duration<double>(Reply::Clock::now() - started).count();
    return ran;
}

Result<FinishReason> LocalSession::decode(Reply& reply, std::vector<float>& logits, std::stop_token stop) {
    if (reply.settings().speculation.any()) return decodeAhead(reply, logits, std::move(stop));
    // A device picks from all rows of the output; some stand for no token in a few models.
    if (m_tokenizer.size() == m_config.vocabulary) {
        auto stream =
            m_executor.startDecode(*m_cache, usedTokens(), reply.history(), reply.settings().sampling);
        if (!stream) return stream.error();
        if (*stream) return decodeOnDevice(reply, **stream, std::move(stop));
    }
    while (true) {
        if (stop.stop_requested()) return FinishReason::Cancelled;
        const TokenId id = reply.pick(logits);
        if (const auto reason = reply.deliver(id, m_tokens.size() >= m_cache->capacity())) return *reason;
        logits.clear();
        const Result<void> ran = append(std::span(&id, 1), 0, stop, logits, {});
        if (!ran && ran.error().code == ErrorCode::Cancelled) return FinishReason::Cancelled;
        if (!ran) return ran.error();
    }
}

Result<FinishReason> LocalSession::decodeAhead(Reply& reply, std::vector<float>& logits,
                                               std::stop_token stop) {
    Speculation speculation(reply.settings().speculation);
    TokenId id = reply.pick(logits);
    if (const auto reason = reply.deliver(id, m_tokens.size() >= m_cache->capacity())) return *reason;
    while (true) {
        if (stop.stop_requested()) return FinishReason::Cancelled;
        const double begun = reply.seconds();
        // The token that is not in the cache yet takes a place, and is a row of its own.
        const std::size_t room = std::min<std::size_t>(
            {m_cache->capacity() - m_tokens.size(), m_executor.maxBatch(), reply.tokensLeft()});
        const auto guesses = speculation.propose(reply, room - 1, stop);
        std::vector<TokenId> rows{id};
        if (guesses) rows.insert(rows.end(), guesses->begin(), guesses->end());
        const std::uint32_t begunAt = usedTokens();
        const bool remembers = rows.size() > 1;
        if (remembers)
            if (const Result<void> kept = m_cache->keepState(); !kept) return kept.error();
        logits.clear();
        const Result<void> ran = guesses ? append(rows, 0, stop, logits, {}) : guesses.error();
        if (!ran && ran.error().code == ErrorCode::Cancelled) return FinishReason::Cancelled;
        if (!ran) return ran.error();
        const std::size_t before = m_tokens.size() - rows.size();
        const auto reason = verify(reply, logits, *guesses, id);
        speculation.record(guesses->size(), m_tokens.size() - before - 1, reply.seconds() - begun,
                           reply.result());
        if (reason) return *reason;
        const Result<void> caughtUp = catchUp(stop);
        if (!caughtUp && caughtUp.error().code == ErrorCode::Cancelled) return FinishReason::Cancelled;
        if (!caughtUp) return caughtUp.error();
        if (remembers) m_cache->forgetState(begunAt);
    }
}

Result<void> LocalSession::catchUp(std::stop_token stop) {
    const std::uint32_t at = m_cache->reusable(usedTokens());
    if (at == m_tokens.size()) return {};
    if (const Result<void> rewound = m_cache->rewind(at); !rewound) return rewound;
    const std::vector<TokenId> right(m_tokens.begin() + at, m_tokens.end());
    m_tokens.resize(at);
    std::vector<float> none;
    return append(right, right.size(), std::move(stop), none, {});
}

std::optional<FinishReason> LocalSession::verify(Reply& reply, std::span<const float> logits,
                                                 std::span<const TokenId> guesses, TokenId& id) {
    const std::size_t before = m_tokens.size() - guesses.size(); // those that certainly belong
    for (std::size_t row = 0; true; ++row) {
        id = reply.pick(logits.subspan(row * m_config.vocabulary, m_config.vocabulary));
        const auto reason = reply.deliver(id, before + row >= m_cache->capacity());
        const bool right = row < guesses.size() && guesses[row] == id;
        if (!reason && right) continue;
        m_tokens.resize(before + row);
        return reason;
    }
}

// The device writes the keys and values of a token before it picks the next one.
Result<FinishReason> LocalSession::decodeOnDevice(Reply& reply, DecodeStream& stream, std::stop_token stop) {
    std::optional<TokenId> last;
    while (true) {
        if (stop.stop_requested()) return FinishReason::Cancelled;
        const Result<TokenId> id = stream.next(stop);
        if (!id && id.error().code == ErrorCode::Cancelled) return FinishReason::Cancelled;
        if (!id) return id.error();
        if (last) m_tokens.push_back(*last);
        last = *id;
        if (const auto reason = reply.deliver(*id, m_tokens.size() >= m_cache->capacity())) return *reason;
    }
}

Result<std::vector<float>> LocalSession::logits(std::span<const TokenId> tokens, std::size_t firstLogits,
                                                std::stop_token stop) {
    if (const Result<void> good = checkTokens(tokens); !good) return good.error();
    const Result<std::size_t> kept = reusePrefix(tokens, firstLogits);
    if (!kept) return kept.error();
    std::vector<float> logits;
    if (const Result<void> ran = append(tokens.subspan(*kept), firstLogits - *kept, stop, logits, {}); !ran)
        return ran.error();
    return logits;
}

Result<void> LocalSession::append(std::span<const TokenId> tokens, std::size_t firstLogits,
                                  std::stop_token stop, std::vector<float>& logits,
                                  const Progress& progress) {
    std::vector<float> some;
    const std::vector<std::size_t> stops = stateStops(tokens, firstLogits);
    auto nextStop = stops.begin();
    for (std::size_t done = 0; done < tokens.size();) {
        const std::size_t end = nextStop == stops.end() ? tokens.size() : *nextStop;
        const std::size_t n = std::min<std::size_t>(end - done, m_executor.maxBatch());
        Batch batch;
        batch.tokens = tokens.subspan(done, n);
        batch.firstPosition = static_cast<std::uint32_t>(m_tokens.size());
        batch.firstLogits = static_cast<std::uint32_t>(std::clamp(firstLogits, done, done + n) - done);
        if (const Result<void> ran = m_executor.run(batch, *m_cache, stop, some); !ran) return ran.error();
        m_tokens.insert(m_tokens.end(), batch.tokens.begin(), batch.tokens.end());
        if (batch.firstLogits < n) logits.insert(logits.end(), some.begin(), some.end());
        done += n;
        const bool stopped = nextStop != stops.end() && done == *nextStop;
        if (stopped) ++nextStop;
        if (stopped || m_tokens.size() - m_stateKept >= kStateInterval) {
            if (const Result<void> kept = m_cache->keepState(); !kept) return kept;
            m_stateKept = m_tokens.size();
        }
        if (progress) progress(done, tokens.size());
    }
    return {};
}

std::vector<std::size_t> LocalSession::stateStops(std::span<const TokenId> tokens,
                                                  std::size_t firstLogits) const {
    std::vector<std::size_t> ends, stops;
    if (!m_config.hasStates()) return stops;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
        if (m_tokenizer.isEndOfGeneration(tokens[i])) ends.push_back(i + 1);
    std::size_t last = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        if (i + kLastMessages < ends.size() && ends[i] - last < kMessageInterval) continue;
        stops.push_back(last = ends[i]);
    }
    if (firstLogits > 0 && firstLogits < tokens.size()) stops.push_back(firstLogits);
    std::sort(stops.begin(), stops.end());
    stops.erase(std::unique(stops.begin(), stops.end()), stops.end());
    return stops;
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

std::span<const TokenId> LocalSession::cached() const {
    return m_tokensAdapters == m_adapters ? std::span<const TokenId>(m_tokens) : std::span<const TokenId>();
}

void LocalSession::forgetOtherAdapters() {
    if (m_tokensAdapters == m_adapters) return;
    m_tokens.clear();
    m_tokensAdapters = m_adapters;
}

std::string LocalSession::layoutName() const {
    return m_cache->layoutName() + (m_adapters.empty() ? "" : " with " + m_adapters);
}

Result<std::size_t> LocalSession::reusePrefix(std::span<const TokenId> tokens, std::size_t most) {
    forgetOtherAdapters();
    const std::size_t common = std::min(commonPrefix(m_tokens, tokens), most);
    const std::uint32_t kept = m_cache->reusable(static_cast<std::uint32_t>(common));
    if (const Result<void> rewound = m_cache->rewind(kept); !rewound) return rewound.error();
    // What comes next may be changed again.
    if (const Result<void> done = m_cache->keepState(); !done) return done.error();
    m_tokens.resize(m_stateKept = kept);
    return std::size_t{kept};
}

std::size_t LocalSession::commonPrefix(std::span<const TokenId> a, std::span<const TokenId> b) {
    return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

Result<void> LocalSession::saveState(const std::filesystem::path& path, std::uint64_t mostBytes) const {
    const auto tokens = cached();
    return SessionState::write(path, fingerprint(m_file), layoutName(),
                               tokens.first(m_cache->reusable(static_cast<std::uint32_t>(tokens.size()))),
                               *m_cache, mostBytes);
}

Result<std::uint32_t> LocalSession::restoreState(const std::filesystem::path& path,
                                                 std::span<const TokenId> tokens) {
    const auto file = MappedFile::open(path);
    const auto state = file ? SessionState::read(file->bytes()) : std::nullopt;
    if (!state || state->layout != layoutName() || state->tokens.size() > m_cache->capacity()) return 0U;
    const std::size_t kept = commonPrefix(state->tokens, tokens);
    if (kept <= commonPrefix(cached(), tokens) || state->model != fingerprint(m_file)) return 0U;
    forgetOtherAdapters();
    m_tokens.clear(); // whatever comes now is written over them
    const Result<bool> restored = state->restoreTo(*m_cache);
    if (!restored) return restored.error();
    if (!*restored) return 0U;
    // Up to where it is the same; reusePrefix() looks what of that can be continued.
    m_tokens.assign(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(kept));
    return m_cache->reusable(static_cast<std::uint32_t>(kept));
}

} // namespace ponder
