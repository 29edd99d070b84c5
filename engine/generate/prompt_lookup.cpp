#include "engine/generate/prompt_lookup.h"

#include <algorithm>

namespace ponder {
namespace {

constexpr std::size_t kShortestMatch = 2; // one token alone says too little
constexpr std::size_t kLongestMatch = 16; // more would not make the guess better

// How many tokens before `end` equal the last ones of the text.
std::size_t matchBefore(std::span<const TokenId> text, std::size_t end) {
    std::size_t length = 0;
    while (length < std::min(end, kLongestMatch) && text[end - 1 - length] == text[text.size() - 1 - length])
        ++length;
    return length;
}

} // namespace

// Of the places where the longest match ended, the latest: what was said last is likeliest to be said again.
Result<std::vector<TokenId>> PromptLookup::propose(std::span<const TokenId> history, std::size_t most,
                                                   const Sampler&, std::stop_token) {
    std::size_t longest = kShortestMatch - 1, found = history.size();
    for (std::size_t end = history.empty() ? 0 : history.size() - 1; end > 0; --end) {
        if (history[end - 1] != history.back()) continue;
        const std::size_t length = matchBefore(history, end);
        if (length <= longest) continue;
        longest = length;
        found = end;
        if (longest == kLongestMatch) break;
    }
    const auto next = history.subspan(found).first(std::min(most, history.size() - found));
    return std::vector<TokenId>(next.begin(), next.end());
}

} // namespace ponder
