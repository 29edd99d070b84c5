// What a session has computed of a conversation, as a file: its tokens with their keys and values.
//
//     "PONDERKV", u32 version, u64 model, u32 length and text of the cache's layout, u32 number of tokens,
//     the tokens (u32 each), the cache's own bytes, u64 checksum of everything before; little-endian
//
// Takes a KvCache; gives its content back bit by bit, so that the next logits are the same. The layout does
// not say how precisely they were computed, nor whether the processor multiplied the experts of some layers:
// that changes values by rounding only, and where experts are follows the memory that is free when a model is
// loaded. A chat is not computed again for that. Files are hostile: every length is checked against what is
// there, and nothing counts before the checksum is right.
// Owner: plain value over borrowed bytes. Thread: the session's. Errors: FileUnwritable; a file that is not
// whole is no state. Previous station: LocalSession. Next station: KvCache::restore.
#pragma once

#include "engine/backend/backend.h"

#include <filesystem>

namespace ponder {

struct SessionState {
    std::uint64_t model = 0; // fingerprint of its file
    std::string layout;      // KvCache::layoutName(), and the adapters (AdapterSet::name())
    std::vector<TokenId> tokens;
    std::span<const std::byte> bytes; // of the cache

    // Nothing where this is not a whole state of this version.
    static std::optional<SessionState> read(std::span<const std::byte> file);
    // Fails where the file would be larger than `mostBytes`; what was there before stays.
    static Result<void> write(const std::filesystem::path& path, std::uint64_t model,
                              const std::string& layout, std::span<const TokenId> tokens,
                              const KvCache& cache, std::uint64_t mostBytes);
    // Puts the bytes into the cache. False where they are not what it holds for these tokens: its content is
    // of no use then.
    Result<bool> restoreTo(KvCache& cache) const;
};

} // namespace ponder
