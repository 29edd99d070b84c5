// A conversation with a loaded model: what is asked of it, and what it gives.
//
// Takes token ids and settings; hands out tokens one by one and a summary at the end. Owner: whoever asked
// the Model for it; the Model outlives it. Thread: its model's. Errors: values, as each function says. Next
// stations: local_session.h, app/chat.
#pragma once

#include "engine/base/progress.h"
#include "engine/base/result.h"
#include "engine/generate/proposer.h"
#include "engine/sample/sampling_settings.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace ponder {

// Why a generation ended.
enum class FinishReason {
    EndOfText,  // the model said so
    StopString, // one of GenerateSettings::stop
    MaxTokens,
    ContextFull, // nothing was dropped; the reply is what fitted
    Callback,    // the token callback returned false
    Cancelled,   // the stop token
};

// Guessing ahead, see speculation.h: changes the speed of a reply, never its tokens.
struct SpeculationSettings {
    bool lookup = false;       // guess from what the conversation has said before
    Proposer* draft = nullptr; // a Draft (draft.h), asked where the lookup has no guess
    std::uint32_t most = 8;    // tokens guessed at once
    bool adaptive = true;      // fewer, or none, where guesses cost more time than they save

    bool any() const { return most > 0 && (lookup || draft); }
};

struct GenerateSettings {
    SamplingSettings sampling;
    std::uint32_t maxTokens = 32768;
    std::vector<std::string> stop;   // the reply ends before the first of these
    bool ignoreEndOfText = false;    // go on to maxTokens, as benchmarks and comparisons want it
    SpeculationSettings speculation; // of generate() alone
};

struct GenerateResult {
    FinishReason reason = FinishReason::EndOfText;
    std::uint32_t promptTokens = 0;
    std::uint32_t reusedTokens = 0; // of these, already in the KV cache
    std::uint32_t replyTokens = 0;
    std::uint32_t proposedTokens = 0; // by speculation
    std::uint32_t acceptedTokens = 0; // of these, those that came true
    double prefillSeconds = 0;
    double secondsToFirstToken = 0;
    double decodeSeconds = 0; // from the first token to the last
    double decodeTokensPerSecond() const;
};

// One token of the reply and the complete UTF-8 characters it finished (maybe none). The token that ends the
// text is handed out too, with what was still held back. Return false to stop.
struct ReplyToken {
    TokenId id = 0;
    std::string text;
};
using OnToken = std::function<bool(const ReplyToken&)>;
// The same for one of several replies, counted from 0; false stops this one alone.
using OnManyTokens = std::function<bool(std::size_t reply, const ReplyToken&)>;

inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// Replies that generateMany() makes at once.
inline constexpr std::size_t kMostReplies = 64;

class Session {
public:
    virtual ~Session() = default;

    // Runs the prompt (its part already in the KV cache is not computed again) and generates. Errors:
    // ContextFull when the prompt itself does not fit, DeviceLost, OutOfMemory. A stop or cancel is a result,
    // not an error.
    virtual Result<GenerateResult> generate(std::span<const TokenId> prompt, const GenerateSettings& settings,
                                            const OnToken& onToken, std::stop_token stop,
                                            const Progress& prefillProgress = {}) = 0;
    // Several replies to one prompt, one for each of `settings` (1 to kMostReplies), side by side: each is
    // what generate() gives with these settings. They share the prompt's part of the context and divide the
    // rest evenly; one that fills its share ends with ContextFull. Afterwards the KV cache holds the prompt.
    // Errors: as generate().
    virtual Result<std::vector<GenerateResult>>
    generateMany(std::span<const TokenId> prompt, std::span<const GenerateSettings> settings,
                 const OnManyTokens& onToken, std::stop_token stop, const Progress& prefillProgress = {}) = 0;
    // Logits [rows x vocabulary] of all positions from firstLogits on; nothing is sampled.
    virtual Result<std::vector<float>> logits(std::span<const TokenId> tokens, std::size_t firstLogits,
                                              std::stop_token stop) = 0;
    // Keeps the tokens in the KV cache, and what it holds for them, in a file that only its owner may read.
    // Errors: FileUnwritable, also where it would be larger than `mostBytes`; DeviceLost.
    virtual Result<void> saveState(const std::filesystem::path& path,
                                   std::uint64_t mostBytes = kNoLimit) const = 0;
    // Takes back from such a file as much as `tokens` begin with, exactly: the next logits are the same.
    // Where the file is damaged, of another model or another device's layout, or no better than what is in
    // the cache already, nothing changes. Returns how many tokens came back. Errors: DeviceLost.
    virtual Result<std::uint32_t> restoreState(const std::filesystem::path& path,
                                               std::span<const TokenId> tokens) = 0;
    virtual std::uint32_t contextTokens() const = 0;
    virtual std::uint32_t usedTokens() const = 0; // in the KV cache now
    virtual void clear() = 0;                     // forget the KV cache's content
};

} // namespace ponder
