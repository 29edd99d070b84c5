// The special tokens of a vocabulary, found by their exact text.
//
// Takes the texts of control and user-defined tokens; gives a text cut into ordinary stretches and special
// tokens, the longest special text first where several begin at one place.
//
// Owner: Vocabulary. Thread: any, const. Errors: none; texts that are empty, longer than kLongest or given
// twice are left out. Next station: vocabulary_tokenizer.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ponder {

class SpecialIndex {
public:
    // Bounds the work per byte of text whatever a file claims to be a special token.
    static constexpr std::size_t kLongest = 256;

    struct Fragment {
        std::string_view text;
        std::optional<std::uint32_t> special; // the token that `text` spells, else ordinary text
    };

    SpecialIndex() = default;
    explicit SpecialIndex(std::span<const std::pair<std::string_view, std::uint32_t>> entries);
    SpecialIndex(SpecialIndex&&) = default; // no copies: m_sorted looks into m_texts
    SpecialIndex& operator=(SpecialIndex&&) = default;

    std::optional<std::uint32_t> find(std::string_view text) const;
    // No special token starts at the byte offsets in `literal` (ascending).
    std::vector<Fragment> split(std::string_view text, std::span<const std::size_t> literal) const;
    std::span<const std::string> texts() const { return m_texts; } // longest first

private:
    struct Entry {
        std::string_view text;
        std::uint32_t id;
    };
    const Entry* longestAt(std::string_view text) const;

    std::vector<std::string> m_texts;
    std::vector<Entry> m_sorted; // by text
    std::array<bool, 256> m_starts{};
};

} // namespace ponder
