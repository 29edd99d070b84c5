// How each known model family cuts text into words before byte pairs are merged, as data.
//
// Takes the name in tokenizer.ggml.pre; gives the patterns (applied one after the other, each to what the
// earlier ones left) and three habits of the family. Which name a file means that has none is said by
// pre_tokenizer_choice.h. Source: the "normalizer" and "pre_tokenizer" sections of the tokenizer.json files
// that the makers publish with their models; the names are those that llama.cpp's converter writes.
//
// Owner: static data. Thread: any. Errors: none; an unknown name gives null. Next station: pre_tokenizer.h.
#pragma once

#include <span>
#include <string_view>

namespace ponder {

// Whether ordinary text is brought into Unicode's composed form (NFC) before it is cut.
enum class Composition {
    Never,
    Always,
    InItsFamily, // in files of the architecture with the rule's name; vocabularies that borrow it go without
};

struct PreTokenizerRule {
    std::string_view name;
    std::span<const char* const> patterns; // PCRE2 syntax
    bool ignoreMerges = false;             // a word that is a token is taken whole, whatever the merges say
    bool addBos = false;                   // unless tokenizer.ggml.add_bos_token says otherwise
    Composition composition = Composition::Never;
};

const PreTokenizerRule* findPreTokenizerRule(std::string_view name);

} // namespace ponder
