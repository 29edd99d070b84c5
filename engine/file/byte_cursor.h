// A position in bytes that never leaves them: every read says whether there was enough left.
//
// Takes little-endian bytes; gives numbers and borrowed text. Owner: borrows the bytes. Thread: one.
// Errors: nothing is returned where too few bytes remain, and the position stays where it was.
// Next station: gguf_header.h, gguf_value.h.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace ponder {

class ByteCursor {
public:
    explicit ByteCursor(std::span<const std::byte> bytes) : m_bytes(bytes) {}

    std::uint64_t position() const { return m_position; }
    std::uint64_t remaining() const { return m_bytes.size() - m_position; }

    template<class T>
    std::optional<T> read() {
        static_assert(std::endian::native == std::endian::little, "GGUF files are little-endian");
        if (remaining() < sizeof(T)) return std::nullopt;
        T value;
        std::memcpy(&value, m_bytes.data() + m_position, sizeof(T));
        m_position += sizeof(T);
        return value;
    }

    std::optional<std::string_view> text(std::uint64_t length) {
        if (remaining() < length) return std::nullopt;
        const std::string_view view(reinterpret_cast<const char*>(m_bytes.data()) + m_position, length);
        m_position += length;
        return view;
    }

private:
    std::span<const std::byte> m_bytes;
    std::size_t m_position = 0;
};

} // namespace ponder
