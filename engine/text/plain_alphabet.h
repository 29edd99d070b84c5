// The alphabet in which SentencePiece vocabularies are written: UTF-8 with U+2581 for a space, and tokens
// such as "<0x0A>" for single bytes.
//
// Takes a token's text and type from a model file; gives the bytes it means. Owner: nobody, pure. Thread:
// any. Next station: vocabulary.h.
#pragma once

#include "engine/text/vocabulary.h"

#include <optional>
#include <string>
#include <string_view>

namespace ponder {

inline constexpr std::string_view kSpaceMark = "\xE2\x96\x81"; // U+2581

// Appends the text with a space for every mark.
void appendWithSpaces(std::string_view text, std::string& out);
// A Vocabulary::PieceDecoder.
void appendPlainAlphabet(std::string_view text, TokenType type, std::string& out);
// The byte that "<0x0A>" stands for.
std::optional<std::uint8_t> namedByte(std::string_view text);

} // namespace ponder
