// UTF-8, one character at a time, strict as the Unicode standard defines it.
//
// Takes bytes that may be anything; gives where characters end and what is not a character. Source: Unicode
// 15, table 3-7 (well-formed byte sequences) and section 3.9 (one U+FFFD per maximal ill-formed part). Owner:
// nobody, pure functions. Thread: any. Next station: byte_bpe.h, stream_decoder.h.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ponder {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD"; // U+FFFD

struct Utf8Step {
    enum class Kind {
        Valid,     // one character
        Invalid,   // bytes that can begin no character
        Unfinished // the bytes end inside a character that is well-formed so far
    };
    Kind kind;
    std::size_t length; // bytes taken from the front: 1 to 4
};

// The first step through `bytes`, which must not be empty.
Utf8Step utf8Step(std::string_view bytes);

bool isUtf8(std::string_view bytes);
// Every ill-formed part becomes U+FFFD.
std::string replaceInvalidUtf8(std::string_view bytes);

} // namespace ponder
