// How each known model family cuts text into words before byte pairs are merged, as data.
//
// Takes the name in tokenizer.ggml.pre; gives the patterns (applied one after the other, each to what the
// earlier ones left) and two habits of the family. Source: the "pre_tokenizer" sections of the tokenizer.json
// files that DeepSeek, Qwen, Meta, Hugging Face and OpenAI publish with their models.
//
// Owner: static data. Thread: any. Errors: none; an unknown name gives null. Next station: pre_tokenizer.h.
#pragma once

#include <span>
#include <string_view>

namespace ponder {

struct PreTokenizerRule {
    std::string_view name;
    std::span<const char* const> patterns; // PCRE2 syntax
    bool ignoreMerges = false;             // a word that is a token is taken whole, whatever the merges say
    bool addBos = false;                   // unless tokenizer.ggml.add_bos_token says otherwise
};

const PreTokenizerRule* findPreTokenizerRule(std::string_view name);

} // namespace ponder
