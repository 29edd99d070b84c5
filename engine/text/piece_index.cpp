#include "engine/text/piece_index.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace ponder {
namespace {

constexpr TokenId kFree = ~TokenId{0};
constexpr std::size_t kNoSlot = ~std::size_t{0};
// Far beyond what chance gives in a table that is half full; it bounds what a hostile file can cost.
constexpr std::size_t kMostProbes = 512;

std::uint64_t hashOf(std::string_view bytes) { return std::hash<std::string_view>{}(bytes); }
constexpr std::uint32_t tagOf(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

} // namespace

PieceIndex::PieceIndex(std::size_t expected)
    : m_slots(std::bit_ceil(std::max<std::size_t>(2, expected * 2)), Slot{0, kFree}) {}

// The slot of the token with these bytes, else the first free one, else kNoSlot.
std::size_t PieceIndex::slotOf(const Vocabulary& vocabulary, std::string_view bytes,
                               std::uint64_t hash) const {
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t probe = 0; probe < kMostProbes; ++probe) {
        const std::size_t at = (static_cast<std::size_t>(hash) + probe) & mask;
        const Slot& slot = m_slots[at];
        if (slot.id == kFree || (slot.tag == tagOf(hash) && vocabulary.piece(slot.id) == bytes)) return at;
    }
    return kNoSlot;
}

bool PieceIndex::add(const Vocabulary& vocabulary, TokenId id) {
    const std::string_view bytes = vocabulary.piece(id);
    const std::uint64_t hash = hashOf(bytes);
    const std::size_t at = slotOf(vocabulary, bytes, hash);
    if (at == kNoSlot) return false;
    if (m_slots[at].id == kFree) m_slots[at] = {tagOf(hash), id};
    return true;
}

std::optional<TokenId> PieceIndex::find(const Vocabulary& vocabulary, std::string_view bytes) const {
    const std::size_t at = slotOf(vocabulary, bytes, hashOf(bytes));
    if (at == kNoSlot || m_slots[at].id == kFree) return std::nullopt;
    return m_slots[at].id;
}

} // namespace ponder
