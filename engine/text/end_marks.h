// Which tokens end a reply, and which other marks are marks whatever a converter called them.
//
// Takes the texts and types of a vocabulary, its merges and the chat template; gives the ids of known end
// marks and of marks that the template writes. A converter that forgot the types, or one of them, leaves
// "<|im_end|>" an ordinary token: it would be shown, and the reply would run on. A text that ordinary writing
// may contain ("</s>" is an element of HTML, and a token of Gemma) counts only where the vocabulary or the
// template shows it as a mark; a token that merges make is a word.
//
// Owner: nobody, pure. Thread: any. Source: the chat templates and generation_config.json files that the
// makers publish. Next station: vocabulary.h.
#pragma once

#include "engine/text/vocabulary.h"

#include <span>
#include <string_view>
#include <vector>

namespace ponder {

struct EndMarks {
    std::vector<TokenId> ends;    // in ascending order
    std::vector<TokenId> written; // marks typed as ordinary text that the template writes; not ends

    struct Given {
        std::span<const std::string_view> texts;
        std::span<const TokenType> types; // as many as texts
        std::span<const std::string_view> merges;
        std::string_view chatTemplate;
    };
    static EndMarks find(const Given& given);
};

} // namespace ponder
