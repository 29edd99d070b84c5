#include "engine/text/byte_alphabet.h"

#include "engine/text/utf8.h"

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

// The alphabet lies below U+0800, so longer characters cannot belong to it.
std::size_t codePoint(std::string_view character) {
    if (character.size() == 1) return static_cast<std::uint8_t>(character[0]);
    if (character.size() != 2) return kAlphabetEnd;
    return (static_cast<std::size_t>(character[0] & 0x1F) << 6) |
           static_cast<std::size_t>(character[1] & 0x3F);
}

} // namespace

void appendByteAlphabet(std::string_view text, std::string& out) {
    while (!text.empty()) {
        const Utf8Step step = utf8Step(text);
        const std::string_view character = text.substr(0, step.length);
        const std::size_t code = step.kind == Utf8Step::Kind::Valid ? codePoint(character) : kAlphabetEnd;
        if (code < kAlphabetEnd && kBytes[code] != kOutside)
            out += static_cast<char>(kBytes[code]);
        else
            out += character;
        text.remove_prefix(step.length);
    }
}

} // namespace ponder
