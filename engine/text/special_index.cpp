#include "engine/text/special_index.h"

#include <algorithm>

namespace ponder {

SpecialIndex::SpecialIndex(std::span<const std::pair<std::string_view, std::uint32_t>> entries) {
    std::vector<std::pair<std::string_view, std::uint32_t>> kept;
    for (const auto& entry : entries)
        if (!entry.first.empty() && entry.first.size() <= kLongest) kept.push_back(entry);
    std::sort(kept.begin(), kept.end());
    const auto sameText = [](const auto& a, const auto& b) { return a.first == b.first; };
    kept.erase(std::unique(kept.begin(), kept.end(), sameText), kept.end());
    std::stable_sort(kept.begin(), kept.end(),
                     [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });

    m_texts.reserve(kept.size());
    for (const auto& [text, id] : kept) {
        m_texts.emplace_back(text);
        m_starts[static_cast<std::uint8_t>(text[0])] = true;
    }
    for (std::size_t i = 0; i < kept.size(); ++i)
        m_sorted.push_back({m_texts[i], kept[i].second});
    std::sort(m_sorted.begin(), m_sorted.end(),
              [](const Entry& a, const Entry& b) { return a.text < b.text; });
}

std::optional<std::uint32_t> SpecialIndex::find(std::string_view text) const {
    const auto at =
        std::lower_bound(m_sorted.begin(), m_sorted.end(), text,
                         [](const Entry& entry, std::string_view key) { return entry.text < key; });
    if (at == m_sorted.end() || at->text != text) return std::nullopt;
    return at->id;
}

// Walks the sorted entries like a trie: each byte of the text narrows the range that can still match.
const SpecialIndex::Entry* SpecialIndex::longestAt(std::string_view text) const {
    if (!m_starts[static_cast<std::uint8_t>(text[0])]) return nullptr;
    const Entry* best = nullptr;
    auto low = m_sorted.begin();
    auto high = m_sorted.end();
    for (std::size_t depth = 0; depth < text.size(); ++depth) {
        const auto byte = static_cast<std::uint8_t>(text[depth]);
        // A shorter text sorts first and has been seen at an earlier depth.
        const auto before = [depth](const Entry& entry, std::uint8_t key) {
            return entry.text.size() <= depth || static_cast<std::uint8_t>(entry.text[depth]) < key;
        };
        const auto after = [depth](std::uint8_t key, const Entry& entry) {
            return entry.text.size() > depth && key < static_cast<std::uint8_t>(entry.text[depth]);
        };
        low = std::lower_bound(low, high, byte, before);
        high = std::upper_bound(low, high, byte, after);
        if (low == high) break;
        if (low->text.size() == depth + 1) best = &*low;
    }
    return best;
}

std::vector<SpecialIndex::Fragment> SpecialIndex::split(std::string_view text,
                                                        std::span<const std::size_t> literal) const {
    std::vector<Fragment> fragments;
    std::size_t begin = 0; // of the ordinary text not yet handed out
    std::size_t at = 0;
    auto typed = literal.begin();
    while (at < text.size()) {
        while (typed != literal.end() && *typed < at)
            ++typed;
        const bool isTyped = typed != literal.end() && *typed == at;
        const Entry* found = isTyped ? nullptr : longestAt(text.substr(at));
        if (!found) {
            ++at;
            continue;
        }
        if (at > begin) fragments.push_back({text.substr(begin, at - begin), std::nullopt});
        fragments.push_back({text.substr(at, found->text.size()), found->id});
        at += found->text.size();
        begin = at;
    }
    if (begin < text.size()) fragments.push_back({text.substr(begin), std::nullopt});
    return fragments;
}

} // namespace ponder
