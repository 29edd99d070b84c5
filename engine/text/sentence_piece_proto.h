// A SentencePiece model in the library's own file format, made from a GGUF vocabulary.
//
// Takes tokens, scores and types; gives the serialized ModelProto. Only the fields that encoding needs are
// written. Source: sentencepiece_model.proto (field numbers) and the Protocol Buffers wire format.
//
// Owner: the bytes are the caller's. Thread: any, pure. Errors: none; the library checks what it loads.
// Next station: sentence_piece.h.
#pragma once

#include "engine/text/vocabulary.h"

#include <span>
#include <string>
#include <string_view>

namespace ponder {

struct SentencePieceModel {
    std::span<const std::string_view> texts;
    std::span<const double> scores; // as many as texts
    std::span<const TokenType> types;
    bool addSpacePrefix = true;

    std::string serialized() const;
};

} // namespace ponder
