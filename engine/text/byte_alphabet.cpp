#include "engine/text/byte_alphabet.h"

#include <array>
#include <cstdint>

namespace ponder {
namespace {

constexpr std::size_t kAlphabetEnd = 0x144; // one past the last character of the alphabet
constexpr std::int16_t kOutside = -1;

constexpr bool standsForItself(unsigned byte) {
    return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

constexpr std::array<std::int16_t, kAlphabetEnd> makeBytes() {
    std::array<std::int16_t, kAlphabetEnd> bytes{};
    bytes.fill(kOutside);
    std::size_t next = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte)
        bytes[standsForItself(byte) ? byte : next++] = static_cast<std::int16_t>(byte);
    return bytes;
}

constexpr auto kBytes = makeBytes();

// The byte that a two-byte character stands for. The alphabet ends below U+0144, so longer ones are outside.
std::int16_t byteOf(char first, char second) {
    const auto lead = static_cast<std::uint8_t>(first);
    const auto tail = static_cast<std::uint8_t>(second);
    if (lead < 0xC2 || lead > 0xDF || (tail & 0xC0) != 0x80) return kOutside;
    const std::size_t code = (static_cast<std::size_t>(lead & 0x1F) << 6) | (tail & 0x3Fu);
    return code < kAlphabetEnd ? kBytes[code] : kOutside;
}

} // namespace

void appendByteAlphabet(std::string_view text, std::string& out) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::int16_t byte = at + 1 < text.size() ? byteOf(text[at], text[at + 1]) : kOutside;
        if (byte == kOutside) {
            out += text[at]; // printable ASCII stands for itself
            continue;
        }
        out += static_cast<char>(byte);
        ++at;
    }
}

} // namespace ponder
