// Cuts text into the words within which byte pairs are merged.
//
// Takes patterns (pre_tokenizer_rules.h) and valid UTF-8; gives consecutive views that cover the text. Each
// pattern cuts every piece that the earlier ones made, into its matches and what lies between them. Patterns
// run in PCRE2, compiled to machine code where the processor allows it, under a match limit; text that
// exceeds it stays one word, which is still correct ids.
//
// Owner: ByteBpe. Thread: any, const. Errors: none at run time. Next station: merge_table.h.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ponder {

class PreTokenizer {
public:
    // Null, with PCRE2's message in `why`, where a pattern does not compile.
    static std::unique_ptr<PreTokenizer> compile(std::span<const char* const> patterns, std::string& why);
    ~PreTokenizer();

    std::vector<std::string_view> split(std::string_view text) const;

private:
    struct Pattern; // a compiled PCRE2 pattern
    PreTokenizer();
    std::vector<Pattern> m_patterns;
};

} // namespace ponder
