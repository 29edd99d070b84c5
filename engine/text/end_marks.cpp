#include "engine/text/end_marks.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>

namespace ponder {
namespace {

constexpr std::size_t kLongestMark = 64; // bytes

struct EndText {
    std::string_view text;
    bool mistakable = false;         // ordinary writing may contain it
    std::string_view companion = {}; // a mark of the same family
};

// A mistakable text with a companion counts where the companion is a control token; any other with one counts
// where there is such a token at all.
constexpr std::array kEndTexts{
    EndText{"<|im_end|>"},
    EndText{"<|eot_id|>"},
    EndText{"<|eom_id|>"},
    EndText{"<|end|>"},
    EndText{"<|endoftext|>"},
    EndText{"<|end_of_text|>"},
    EndText{"<|endofturn|>"},
    EndText{"<|end_of_turn|>"},
    EndText{"[|endofturn|]"},
    EndText{"<end_of_turn>"},
    EndText{"<turn|>"},
    EndText{"<|return|>"},
    EndText{"<|call|>"},
    EndText{"<|flush|>"},
    EndText{"<|calls|>", false, "<|flush|>"},
    EndText{"<|EOT|>"},
    EndText{"<|role_end|>"},
    EndText{"<|END_OF_TURN_TOKEN|>"},
    EndText{"<｜end▁of▁sentence｜>"},
    EndText{"<seed:eos>"},
    EndText{"<end_of_utterance>"},
    // GLM hands over to whoever speaks next.
    EndText{"<|user|>", false, "<|observation|>"},
    EndText{"<|observation|>", false, "<|user|>"},
    EndText{"</s>", true, "<s>"},
    EndText{"<eos>", true, "<bos>"},
    EndText{"<EOT>", true},
    EndText{"[EOT]", true, "[BOS]"},
    EndText{"[EOS]", true, "[BOS]"},
};

// In families with one of these it ends a message, and another one follows: a thought, then the answer.
constexpr std::string_view kMessageEnd = "<|end|>";
constexpr std::array<std::string_view, 2> kReplyEnds{"<|return|>", "<|flush|>"};

const EndText* endText(std::string_view text) {
    const auto found = std::find_if(kEndTexts.begin(), kEndTexts.end(),
                                    [&](const EndText& known) { return known.text == text; });
    return found == kEndTexts.end() ? nullptr : &*found;
}

bool isOfInterest(std::string_view text) {
    return std::any_of(kEndTexts.begin(), kEndTexts.end(),
                       [&](const EndText& known) { return known.text == text || known.companion == text; });
}

bool isAround(std::string_view text, std::string_view open, std::string_view close) {
    return text.size() > open.size() + close.size() && text.starts_with(open) && text.ends_with(close);
}

// "<|im_start|>", "<｜User｜>", "[|user|]": no ordinary text looks so.
bool looksLikeMark(std::string_view text) {
    if (text.size() > kLongestMark || text.find_first_of(" \n\t{}'\"") != std::string_view::npos)
        return false;
    return isAround(text, "<|", "|>") || isAround(text, "<｜", "｜>") || isAround(text, "[|", "|]");
}

bool mayBeMark(std::string_view text) {
    return text.size() > 2 && text.size() <= kLongestMark &&
           ((text.front() == '<' && text.back() == '>') || (text.front() == '[' && text.back() == ']'));
}

class Finder {
public:
    explicit Finder(const EndMarks::Given& given) : m_given(given) {
        for (std::size_t id = 0; id < given.texts.size(); ++id)
            if (mayBeMark(given.texts[id])) m_candidates.push_back(static_cast<TokenId>(id));
        judge();
        readTemplate();
        readMerges();
    }

    EndMarks find() const {
        EndMarks out;
        for (const TokenId id : m_candidates)
            if (isEnd(id))
                out.ends.push_back(id);
            else if (m_given.types[id] == TokenType::Normal && isWritten(m_given.texts[id]) && isWhole(id))
                out.written.push_back(id);
        return out;
    }

private:
    bool isControl(TokenId id) const { return m_given.types[id] == TokenType::Control; }
    bool isWritten(std::string_view text) const { return m_written.contains(text); }
    // Not a word that merges make.
    bool isWhole(TokenId id) const { return !m_merged.contains(m_given.texts[id]); }
    bool isEnd(TokenId id) const {
        const EndText* known = endText(m_given.texts[id]);
        if (!known) return false;
        const Standing& standing = m_standings[static_cast<std::size_t>(known - kEndTexts.data())];
        return isControl(id) ? standing.asControl : standing.asOrdinary && isWhole(id);
    }

    // Decided once for each text, however many tokens a hostile file gives it.
    void judge() {
        std::unordered_set<std::string_view> there;
        std::unordered_set<std::string_view> controls;
        for (const TokenId id : m_candidates) {
            if (!isOfInterest(m_given.texts[id])) continue;
            there.insert(m_given.texts[id]);
            if (isControl(id)) controls.insert(m_given.texts[id]);
        }
        const bool goesOn = std::any_of(kReplyEnds.begin(), kReplyEnds.end(),
                                        [&](std::string_view end) { return there.contains(end); });
        for (std::size_t i = 0; i < kEndTexts.size(); ++i) {
            const EndText& known = kEndTexts[i];
            if (known.text == kMessageEnd && goesOn) continue;
            if (known.mistakable) {
                const bool shown = m_given.chatTemplate.find(known.text) != std::string_view::npos ||
                                   controls.contains(known.companion);
                m_standings[i] = {shown, true};
            } else {
                const bool counts = known.companion.empty() || there.contains(known.companion);
                m_standings[i] = {counts, counts};
            }
        }
    }

    // The marks that the template writes; found from their openings, so that a long template costs no more
    // than its length.
    void readTemplate() {
        const std::string_view text = m_given.chatTemplate;
        for (std::size_t at = text.find_first_of("<["); at != std::string_view::npos;
             at = text.find_first_of("<[", at + 1)) {
            const std::string_view rest = text.substr(at, kLongestMark);
            const std::size_t end = rest.find(rest[0] == '<' ? '>' : ']');
            if (end != std::string_view::npos && looksLikeMark(rest.substr(0, end + 1)))
                m_written.insert(rest.substr(0, end + 1));
        }
    }

    void readMerges() {
        std::unordered_set<std::string_view> asked;
        std::array<bool, kLongestMark + 1> sizes{};
        for (const TokenId id : m_candidates) {
            const std::string_view text = m_given.texts[id];
            if (isControl(id) || (!endText(text) && !isWritten(text))) continue;
            asked.insert(text);
            sizes[text.size()] = true;
        }
        if (asked.empty()) return;
        std::string both;
        for (const std::string_view merge : m_given.merges) {
            const std::size_t gap = merge.find(' ', 1);
            if (gap == std::string_view::npos || merge.size() - 1 > kLongestMark || !sizes[merge.size() - 1])
                continue;
            both.assign(merge.substr(0, gap)).append(merge.substr(gap + 1));
            if (const auto found = asked.find(both); found != asked.end()) m_merged.insert(*found);
        }
    }

    struct Standing {
        bool asOrdinary = false; // a token of any other type with this text is an end
        bool asControl = false;  // a control token is
    };

    const EndMarks::Given& m_given;
    std::vector<TokenId> m_candidates;
    std::array<Standing, kEndTexts.size()> m_standings;
    std::unordered_set<std::string_view> m_written;
    std::unordered_set<std::string_view> m_merged;
};

} // namespace

EndMarks EndMarks::find(const Given& given) { return Finder(given).find(); }

} // namespace ponder
