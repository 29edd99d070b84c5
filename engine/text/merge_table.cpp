#include "engine/text/merge_table.h"

#include <algorithm>
#include <bit>

namespace ponder {
namespace {

constexpr std::uint64_t kFree = ~std::uint64_t{0}; // no vocabulary has that many tokens
constexpr std::uint32_t kNone = ~std::uint32_t{0};

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

// Fibonacci hashing, then the next free slot.
std::size_t MergeTable::slotOf(std::uint64_t pair) const {
    const std::size_t mask = m_slots.size() - 1;
    std::uint64_t hash = (pair ^ (pair >> 29)) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 32;
    std::size_t at = static_cast<std::size_t>(hash) & mask;
    while (m_slots[at].pair != kFree && m_slots[at].pair != pair)
        at = (at + 1) & mask;
    return at;
}

const MergeTable::Slot* MergeTable::find(Id left, Id right) const {
    const Slot& slot = m_slots[slotOf(pairOf(left, right))];
    return slot.pair == kFree ? nullptr : &slot;
}

void MergeTable::grow() {
    std::vector<Slot> old(m_slots.size() * 2, Slot{kFree, 0, 0});
    old.swap(m_slots);
    for (const Slot& slot : old)
        if (slot.pair != kFree) m_slots[slotOf(slot.pair)] = slot;
}

void MergeTable::add(Id left, Id right, Id merged) {
    if ((m_used + 1) * 2 > m_slots.size()) grow();
    Slot& slot = m_slots[slotOf(pairOf(left, right))];
    const std::uint32_t rank = m_nextRank++;
    if (slot.pair != kFree) return;
    slot = {pairOf(left, right), rank, merged};
    ++m_used;
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
