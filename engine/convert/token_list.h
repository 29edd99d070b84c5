// The tokens of a vocabulary that is being converted, in the order of their ids.
//
// Takes tokens one by one, each id once; gives the tokenizer.ggml.* keys. Ids that nobody named, and rows of
// the embedding after the last token, become unused tokens, so that there are as many tokens as rows.
// Errors: BadTokenizer. Source: the GGUF file format's tokenizer keys. Next station: conversion.h.
#pragma once

#include "engine/base/result.h"
#include "engine/file/gguf_output.h"
#include "engine/text/vocabulary.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ponder {

struct ListedToken {
    std::string text;
    TokenType type = TokenType::Unused;
    float score = 0;
};

class TokenList {
public:
    explicit TokenList(std::string path = {}) : m_path(std::move(path)) {}

    std::string model;                  // "gpt2" (byte-level BPE) or "llama" (SentencePiece)
    std::string pre = "default";        // how text is cut before bytes are merged
    std::vector<std::string> merges;    // "a b", the first first
    std::optional<bool> addSpacePrefix; // of SentencePiece
    std::optional<bool> composes;       // text is brought into Unicode's composed form first
    bool scored = false;                // tokens have scores

    // An id that is taken already is given the new text and type, as added tokens do.
    Result<void> put(std::uint64_t id, ListedToken token);
    std::optional<TokenId> find(std::string_view text) const;
    const std::vector<ListedToken>& tokens() const { return m_tokens; }
    const std::string& path() const { return m_path; }

    // Makes the list as long as the embedding has rows.
    Result<void> fill(std::uint64_t rows);
    void setKeys(GgufOutput& output) const;

private:
    std::string m_path;
    std::vector<ListedToken> m_tokens;
    std::unordered_map<std::string, TokenId> m_ids;
};

} // namespace ponder
