// Finds the token that stands for given bytes.
//
// Takes tokens of one Vocabulary, which every call gets passed; gives ids. The first token
// with given bytes counts. Made for vocabularies of 150,000 tokens that are looked up half a million times
// while a model loads: one flat table, no allocation per token.
//
// Owner: ByteBpe. Thread: any, const. Next station: byte_bpe.h.
#pragma once

#include "engine/text/vocabulary.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ponder {

class PieceIndex {
public:
    explicit PieceIndex(std::size_t expected = 0);
    // At most as many as were expected. False where so many tokens fall into one place of the table that the
    // file must have been made for it.
    [[nodiscard]] bool add(const Vocabulary& vocabulary, TokenId id);
    std::optional<TokenId> find(const Vocabulary& vocabulary, std::string_view bytes) const;

private:
    struct Slot {
        std::uint32_t tag; // the other half of the hash, so that most wrong tokens are passed by unread
        TokenId id;
    };
    std::size_t slotOf(const Vocabulary& vocabulary, std::string_view bytes, std::uint64_t hash) const;

    std::vector<Slot> m_slots; // open addressing; a power of two, at most half full
};

} // namespace ponder
