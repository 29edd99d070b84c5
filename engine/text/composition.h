// Unicode's composed form: one code point where a letter and its marks, or the parts of a Hangul syllable,
// may also be written as several.
//
// Takes valid UTF-8; gives the composed text (NFC), or nothing where it is composed already, as nearly all
// text is: that is seen without a library call. Source: Unicode Standard Annex 15, by utf8proc.
//
// Owner: nobody, pure. Thread: any. Errors: none; where memory runs out the text stays as it is. Next
// station: byte_bpe.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ponder {

std::optional<std::string> composed(std::string_view text);

} // namespace ponder
