// The alphabet in which byte-level vocabularies are written: every byte stands as one printable character.
//
// Takes a token's text from a model file ("Ġthe"); gives the bytes it means (" the"). Printable Latin-1
// characters stand for themselves; the other 68 bytes are U+0100 onwards, in order. Source: the byte encoder
// published with GPT-2. Owner: nobody, pure. Thread: any. Next station: vocabulary.h.
#pragma once

#include <string>
#include <string_view>

namespace ponder {

// Appends the bytes; characters outside the alphabet are appended as they are.
void appendByteAlphabet(std::string_view text, std::string& out);

} // namespace ponder
