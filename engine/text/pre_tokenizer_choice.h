// Which rule for cutting text a model file means.
//
// Takes the keys of a file with a byte-level vocabulary; gives the rule that tokenizer.ggml.pre names. Files
// of early converters have no such key, or "default", which says nothing: they get the rule of their
// architecture, and where several vocabularies go with one architecture, of their special tokens and their
// size.
//
// Thread: any, pure. Errors: none; a name that is not known gives no rule. Source: the vocabularies that the
// makers publish. Next station: byte_bpe.h.
#pragma once

#include "engine/file/metadata.h"
#include "engine/text/pre_tokenizer_rules.h"

#include <string_view>

namespace ponder {

// Whether ordinary text is composed, where it is otherwise than the rule's families have it: written by our
// own conversion of a folder whose tokenizer.json says so.
inline constexpr const char* kComposeKey = "ponder.tokenizer.compose";

struct PreTokenizerChoice {
    const PreTokenizerRule* rule = nullptr; // null where the name is not known
    std::string_view name;                  // of the rule, or the name that is not known
    bool guessed = false;                   // the file names none
    bool composes = false;                  // ordinary text is composed (NFC) before it is cut

    static PreTokenizerChoice of(const Metadata& metadata);
};

} // namespace ponder
