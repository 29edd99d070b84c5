#include "engine/text/piece_index.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace ponder {
namespace {

constexpr TokenId kFree = ~TokenId{0};

std::uint64_t hashOf(std::string_view bytes) { return std::hash<std::string_view>{}(bytes); }
constexpr std::uint32_t tagOf(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

} // namespace

PieceIndex::PieceIndex(std::size_t expected)
    : m_slots(std::bit_ceil(std::max<std::size_t>(2, expected * 2)), Slot{0, kFree}) {}

std::size_t PieceIndex::slotOf(const Vocabulary& vocabulary, std::string_view bytes,
                               std::uint64_t hash) const {
    const std::size_t mask = m_slots.size() - 1;
    std::size_t at = static_cast<std::size_t>(hash) & mask;
    while (m_slots[at].id != kFree &&
           (m_slots[at].tag != tagOf(hash) || vocabulary.piece(m_slots[at].id) != bytes))
        at = (at + 1) & mask;
    return at;
}

void PieceIndex::add(const Vocabulary& vocabulary, TokenId id) {
    const std::string_view bytes = vocabulary.piece(id);
    const std::uint64_t hash = hashOf(bytes);
    Slot& slot = m_slots[slotOf(vocabulary, bytes, hash)];
    if (slot.id == kFree) slot = {tagOf(hash), id};
}

std::optional<TokenId> PieceIndex::find(const Vocabulary& vocabulary, std::string_view bytes) const {
    const Slot& slot = m_slots[slotOf(vocabulary, bytes, hashOf(bytes))];
    return slot.id == kFree ? std::nullopt : std::optional(slot.id);
}

} // namespace ponder
