// The vocabulary of a tokenizer.json, as GGUF keeps it.
//
// Takes the parsed file; gives tokens, types and merges. Byte-level BPE becomes the kind "gpt2"; the BPE with
// byte tokens that files made from a SentencePiece model have becomes "llama", its merges turned into the
// scores they came from. Added tokens that are special, or written like a mark of their family, are control
// tokens.
//
// Errors: BadTokenizer, UnknownTokenizer (names what is not known). Source: the tokenizer.json files that the
// tokenizers library writes. Next station: token_list.h.
#pragma once

#include "engine/convert/token_list.h"

#include <nlohmann/json_fwd.hpp>

namespace ponder {

Result<TokenList> readHuggingFaceTokenizer(const nlohmann::json& tokenizer, const std::string& path);

} // namespace ponder
