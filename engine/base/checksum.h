// A 64-bit checksum of bytes that come in pieces; how they are cut does not matter. It finds accidents, not
// attacks.
//
// Thread: one.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace ponder {

class Checksum {
public:
    void add(std::span<const std::byte> bytes) {
        m_length += bytes.size();
        while (!bytes.empty()) {
            if (m_pending == 0 && bytes.size() >= sizeof(std::uint64_t)) {
                std::uint64_t word = 0;
                std::memcpy(&word, bytes.data(), sizeof word);
                mix(word);
                bytes = bytes.subspan(sizeof word);
                continue;
            }
            m_word |= std::to_integer<std::uint64_t>(bytes.front()) << (8 * m_pending);
            bytes = bytes.subspan(1);
            if (++m_pending < sizeof m_word) continue;
            mix(m_word);
            m_word = 0;
            m_pending = 0;
        }
    }
    std::uint64_t value() const {
        Checksum end = *this;
        end.mix(end.m_word);
        end.mix(end.m_length);
        return end.m_state ^ (end.m_state >> 29);
    }

private:
    // Multiplying by an odd number and turning the bits loses nothing, so a changed word changes the state.
    void mix(std::uint64_t word) { m_state = std::rotl((m_state ^ word) * 0x9E3779B97F4A7C15U, 29); }

    std::uint64_t m_state = 0x243F6A8885A308D3U;
    std::uint64_t m_length = 0;
    std::uint64_t m_word = 0; // bytes that do not make a word yet
    std::size_t m_pending = 0;
};

} // namespace ponder
