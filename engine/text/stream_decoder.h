// Token ids to UTF-8, one at a time, never giving out half a character.
//
// Owner: the one reply it decodes. Thread: one. Next station: the think/answer splitter.
#pragma once

#include "engine/text/tokenizer.h"

namespace ponder {

class StreamDecoder {
public:
    // With showControl, control tokens such as <|im_end|> appear as text; otherwise they are left out.
    explicit StreamDecoder(const Tokenizer& tokenizer, bool showControl = false);

    // The complete characters that this token finishes; may be empty.
    std::string push(TokenId id);
    // What is left: an unfinished character becomes U+FFFD.
    std::string finish();

private:
    const Tokenizer& m_tokenizer;
    bool m_showControl;
    std::string m_pending; // at most three bytes of an unfinished character
};

} // namespace ponder
