// The vocabulary of a tokenizer.model: a SentencePiece ModelProto, read field by field.
//
// Takes the file's bytes; gives pieces, scores and types, and whether text gets a space in front. Only BPE
// models are known here, which is what the Llama family has. Errors: BadTokenizer (not such a file, cut off),
// UnknownTokenizer (a unigram, word or character model; a normalizer that changes text). Source:
// sentencepiece_model.proto (field numbers) and the Protocol Buffers wire format. Next station: token_list.h.
#pragma once

#include "engine/convert/token_list.h"

#include <span>

namespace ponder {

Result<TokenList> readSentencePieceFile(std::span<const std::byte> bytes, const std::string& path);

} // namespace ponder
