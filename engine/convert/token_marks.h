// Which tokens begin, end, pad: as the files of a model folder say it together.
//
// Takes the tokens, config.json, and tokenizer_config.json, generation_config.json and tokenizer.json where
// there are; gives ids and the tokenizer.ggml.*_token_id keys. tokenizer_config.json goes before config.json;
// of several ends that generation_config.json lists, those of a turn and of a message have keys of their own.
//
// Errors: none; what names no token is left out, and the tokenizer then says what it lacks. Source: the GGUF
// file format's tokenizer keys. Next station: folder_metadata.h.
#pragma once

#include "engine/convert/hugging_face_config.h"
#include "engine/convert/token_list.h"

namespace ponder {

struct TokenMarks {
    std::optional<TokenId> bos, eos, endOfTurn, endOfMessage, padding, unknown;
    std::optional<bool> addBos, addEos;

    // Files that are not there are null values.
    static TokenMarks read(const TokenList& tokens, const HuggingFaceConfig& config,
                           const nlohmann::json& tokenizerConfig, const nlohmann::json& generation,
                           const nlohmann::json& tokenizer);
    void setKeys(GgufOutput& output) const;
};

} // namespace ponder
