// States of recurrent layers as they were after earlier tokens, so that an edited or repeated message need
// not have the whole chat read again: a state by itself cannot go back.
//
// Holds a few copies in host memory, of any backend's states. Where one more would be too many, that goes
// which is missed least: its neighbours are close, and the end is far. Owner: a cache. Thread: its device's.
// Errors: none; without memory nothing is kept. Next station: KvCache::reusable.
#pragma once

#include "engine/backend/kv_cache.h"

#include <map>

namespace ponder {

class StateSnapshots {
public:
    explicit StateSnapshots(std::uint32_t most) : m_most(most) {}

    // The most tokens, up to `tokens`, after which there is one; 0: none.
    std::uint32_t latest(std::uint32_t tokens) const;
    const std::vector<float>* find(std::uint32_t tokens) const;
    void keep(std::uint32_t tokens, std::span<const float> state);
    void forget(std::uint32_t tokens) { m_states.erase(tokens); }
    void forgetAfter(std::uint32_t tokens);
    void clear() { m_states.clear(); }
    // The newest of them up to `tokens`, for a chat that is put away.
    Result<void> save(std::uint32_t tokens, const ByteSink& sink) const;
    Result<void> restore(std::size_t length, const ByteSource& source);

private:
    void dropLeastMissed();

    std::uint32_t m_most;
    std::map<std::uint32_t, std::vector<float>> m_states; // by tokens
};

} // namespace ponder
