// The merges of a byte-pair encoding: which two neighbouring tokens become one, and which go first.
//
// Takes pairs in the order of training (earlier ones win); turns the tokens of single bytes into the tokens
// of a word. A word of n bytes costs n log n, so a single word of 100 kB is no trap.
//
// Owner: ByteBpe. Thread: any, const. Source: Sennrich, Haddow and Birch 2016, "Neural Machine Translation of
// Rare Words with Subword Units". Next station: byte_bpe.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ponder {

class MergeTable {
public:
    using Id = std::uint32_t;

    // Buffers that one caller keeps between words.
    struct Scratch {
        struct Symbol {
            Id id;
            std::uint32_t previous;
            std::uint32_t next;
        };
        struct Candidate {
            std::uint32_t rank;
            std::uint32_t left; // index of the left symbol
            Id leftId;
            Id rightId;
            Id merged;
        };
        std::vector<Symbol> symbols;
        std::vector<Candidate> heap;
    };

    explicit MergeTable(std::size_t expected = 0); // add at most so many
    // The first of equal pairs counts. Ranks follow the order of the calls. False where so many pairs fall
    // into one place of the table that the file must have been made for it.
    [[nodiscard]] bool add(Id left, Id right, Id merged);

    // Appends to `out` what remains of `ids` when no merge applies any more.
    void merge(const std::vector<Id>& ids, Scratch& scratch, std::vector<Id>& out) const;

private:
    struct Slot {
        std::uint64_t pair;
        std::uint32_t rank;
        Id merged;
    };
    const Slot* find(Id left, Id right) const;
    std::size_t slotOf(std::uint64_t pair) const;
    void consider(Scratch& scratch, std::uint32_t left) const;

    std::vector<Slot> m_slots; // open addressing; a power of two, at most half full
    std::uint32_t m_nextRank = 0;
};

} // namespace ponder
