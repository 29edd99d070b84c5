#include "engine/text/merge_table.h"

#include <algorithm>
#include <bit>

namespace ponder {
namespace {

constexpr std::uint64_t kFree = ~std::uint64_t{0}; // no vocabulary has that many tokens
constexpr std::uint32_t kNone = ~std::uint32_t{0};

constexpr std::size_t kNoSlot = ~std::size_t{0};
// Far beyond what chance gives in a table that is half full; it bounds what a hostile file can cost.
constexpr std::size_t kMostProbes = 512;

// The finalizer of SplitMix64 (Steele, Lea and Flood 2014): every bit depends on every other.
constexpr std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return value ^ (value >> 31);
}

constexpr std::uint64_t pairOf(std::uint32_t left, std::uint32_t right) {
    return (std::uint64_t{left} << 32) | right;
}

// The lowest rank first, and of equal pairs the leftmost.
struct Later {
    bool operator()(const MergeTable::Scratch::Candidate& a, const MergeTable::Scratch::Candidate& b) const {
        return a.rank != b.rank ? a.rank > b.rank : a.left > b.left;
    }
};

} // namespace

MergeTable::MergeTable(std::size_t expected)
    : m_slots(std::bit_ceil(std::max<std::size_t>(16, expected * 2)), Slot{kFree, 0, 0}) {}

// The slot of the pair, else the first free one, else kNoSlot.
std::size_t MergeTable::slotOf(std::uint64_t pair) const {
    const std::size_t mask = m_slots.size() - 1;
    const auto home = static_cast<std::size_t>(mixed(pair));
    for (std::size_t probe = 0; probe < kMostProbes; ++probe) {
        const std::size_t at = (home + probe) & mask;
        if (m_slots[at].pair == kFree || m_slots[at].pair == pair) return at;
    }
    return kNoSlot;
}

const MergeTable::Slot* MergeTable::find(Id left, Id right) const {
    const std::size_t at = slotOf(pairOf(left, right));
    return at == kNoSlot || m_slots[at].pair == kFree ? nullptr : &m_slots[at];
}

bool MergeTable::add(Id left, Id right, Id merged) {
    const std::size_t at = slotOf(pairOf(left, right));
    if (at == kNoSlot) return false;
    const std::uint32_t rank = m_nextRank++;
    if (m_slots[at].pair == kFree) m_slots[at] = {pairOf(left, right), rank, merged};
    return true;
}

void MergeTable::consider(Scratch& scratch, std::uint32_t left) const {
    if (left == kNone || scratch.symbols[left].next == kNone) return;
    const Id leftId = scratch.symbols[left].id;
    const Id rightId = scratch.symbols[scratch.symbols[left].next].id;
    const Slot* slot = find(leftId, rightId);
    if (!slot) return;
    scratch.heap.push_back({slot->rank, left, leftId, rightId, slot->merged});
    std::push_heap(scratch.heap.begin(), scratch.heap.end(), Later{});
}

void MergeTable::merge(const std::vector<Id>& ids, Scratch& scratch, std::vector<Id>& out) const {
    auto& symbols = scratch.symbols;
    auto& heap = scratch.heap;
    symbols.clear();
    heap.clear();
    const auto count = static_cast<std::uint32_t>(ids.size());
    for (std::uint32_t i = 0; i < count; ++i)
        symbols.push_back({ids[i], i == 0 ? kNone : i - 1, i + 1 == count ? kNone : i + 1});
    for (std::uint32_t i = 0; i < count; ++i)
        consider(scratch, i);

    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end(), Later{});
        const Scratch::Candidate best = heap.back();
        heap.pop_back();
        auto& left = symbols[best.left];
        // Candidates are not removed when a neighbour changes; they are recognized as outdated here.
        if (left.id != best.leftId || left.next == kNone || symbols[left.next].id != best.rightId) continue;
        auto& right = symbols[left.next];
        left.id = best.merged;
        left.next = right.next;
        right.id = kNone;
        if (left.next != kNone) symbols[left.next].previous = best.left;
        consider(scratch, left.previous);
        consider(scratch, best.left);
    }
    for (std::uint32_t i = 0; i < count; i = symbols[i].next == kNone ? count : symbols[i].next)
        out.push_back(symbols[i].id);
}

} // namespace ponder
