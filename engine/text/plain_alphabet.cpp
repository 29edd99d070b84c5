#include "engine/text/plain_alphabet.h"

#include <charconv>

namespace ponder {

std::optional<std::uint8_t> namedByte(std::string_view text) {
    if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return std::nullopt;
    std::uint8_t byte = 0;
    const auto [end, error] = std::from_chars(text.data() + 3, text.data() + 5, byte, 16);
    if (error != std::errc() || end != text.data() + 5) return std::nullopt;
    return byte;
}

void appendWithSpaces(std::string_view text, std::string& out) {
    for (std::size_t at = text.find(kSpaceMark); at != std::string_view::npos; at = text.find(kSpaceMark)) {
        out += text.substr(0, at);
        out += ' ';
        text.remove_prefix(at + kSpaceMark.size());
    }
    out += text;
}

void appendPlainAlphabet(std::string_view text, TokenType type, std::string& out) {
    if (type == TokenType::Byte) {
        if (const std::optional<std::uint8_t> byte = namedByte(text)) {
            out += static_cast<char>(*byte);
            return;
        }
    }
    appendWithSpaces(text, out);
}

} // namespace ponder
