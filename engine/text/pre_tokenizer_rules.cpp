#include "engine/text/pre_tokenizer_rules.h"

#include <array>

// White space inside a character class. PCRE2's \s also takes U+180E, which Unicode does not count any more.
#define SPACE R"(\p{Z}\t-\r\x{85})"
#define ANY_CASE_CONTRACTION "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define NEWLINES_AND_SPACES "[" SPACE "]*[\\r\\n]+|[" SPACE "]+(?![^" SPACE "])|[" SPACE "]+"

namespace ponder {
namespace {

constexpr std::array kGpt2{
    "'s|'t|'re|'ve|'m|'ll|'d"
    R"(| ?\p{L}+| ?\p{N}+)"
    "| ?[^" SPACE R"(\p{L}\p{N}]+)"
    "|[" SPACE "]+(?![^" SPACE "])|[" SPACE "]+",
};

constexpr std::array kQwen2{
    ANY_CASE_CONTRACTION R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N})"
                         "| ?[^" SPACE R"(\p{L}\p{N}]+[\r\n]*|)" NEWLINES_AND_SPACES,
};

constexpr std::array kLlama3{
    ANY_CASE_CONTRACTION R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3})"
                         "| ?[^" SPACE R"(\p{L}\p{N}]+[\r\n]*|)" NEWLINES_AND_SPACES,
};

constexpr std::array kSmolLm{R"(\p{N})", kGpt2[0]};

// The letters of DeepSeek LLM: those with an upper and a lower case, as of Unicode 12, written out.
constexpr const char* kCasedWord =
    "[" SPACE "]?["
    R"(A-Za-z\x{B5}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1BA}\x{1BC}-\x{1BF}\x{1C4}-\x{293})"
    R"(\x{295}-\x{2AF}\x{370}-\x{373}\x{376}\x{377}\x{37B}-\x{37D}\x{37F}\x{386}\x{388}-\x{38A})"
    R"(\x{38C}\x{38E}-\x{3A1}\x{3A3}-\x{3F5}\x{3F7}-\x{481}\x{48A}-\x{52F}\x{531}-\x{556})"
    R"(\x{10A0}-\x{10C5}\x{13A0}-\x{13F5}\x{13F8}-\x{13FD}\x{1C90}-\x{1CBA}\x{1CBD}-\x{1CBF})"
    R"(\x{1D00}-\x{1D2B}\x{1D6B}-\x{1D77}\x{1D79}-\x{1D9A}\x{1E00}-\x{1F15}\x{1F18}-\x{1F1D})"
    R"(\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D}\x{1F50}-\x{1F57}\x{1F59}\x{1F5B}\x{1F5D})"
    R"(\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE}\x{1FC2}-\x{1FC4})"
    R"(\x{1FC6}-\x{1FCC}\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB}\x{1FE0}-\x{1FEC}\x{1FF2}-\x{1FF4})"
    R"(\x{1FF6}-\x{1FFC}\x{2102}\x{2107}\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124})"
    R"(\x{2126}\x{2128}\x{212A}-\x{212D}\x{212F}-\x{2134}\x{2139}\x{213C}-\x{213F})"
    R"(\x{2145}-\x{2149}\x{214E}\x{2183}\x{2184}\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4})"
    R"(\x{2CEB}-\x{2CEE}\x{2CF2}\x{2CF3}\x{A640}-\x{A66D}\x{A680}-\x{A69B}\x{A722}-\x{A76F})"
    R"(\x{A771}-\x{A787}\x{A78B}-\x{A78E}\x{AB70}-\x{ABBF}\x{FB00}-\x{FB06}\x{FB13}-\x{FB17})"
    R"(\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A}\x{10400}-\x{1044F}\x{104B0}-\x{104D3})"
    R"(\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2}\x{10CC0}-\x{10CF2}\x{118A0}-\x{118DF})"
    R"(\x{1E900}-\x{1E943}]+)";

constexpr std::array kDeepSeekLlm{
    R"([\r\n])",
    kCasedWord,
    "[" SPACE R"(]?[!-/:-~\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF5E}\x{2018}-\x{201F}\x{3000}-\x{3002}]+)",
    // The lookbehind changes nothing but the cost: without it a long run of spaces is tried from each of
    // them.
    "(?<![" SPACE "])[" SPACE "]+$",
    R"([\x{800}-\x{9FA5}\x{AC00}-\x{D7FF}]+)",
    R"(\p{N})",
};

constexpr std::array kDeepSeekV3{
    R"(\p{N}{1,3})",
    R"([\x{4E00}-\x{9FA5}\x{3040}-\x{309F}\x{30A0}-\x{30FF}]+)",
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+)"
    R"(|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
    R"(| ?[\p{P}\p{S}]+[\r\n]*|)" NEWLINES_AND_SPACES,
};

constexpr std::array kRules{
    PreTokenizerRule{"gpt-2", kGpt2},
    PreTokenizerRule{"qwen2", kQwen2},
    PreTokenizerRule{"deepseek-r1-qwen", kQwen2},
    PreTokenizerRule{"llama-bpe", kLlama3, true, true},
    PreTokenizerRule{"llama3", kLlama3, true, true},
    PreTokenizerRule{"llama-v3", kLlama3, true, true},
    PreTokenizerRule{"smollm", kSmolLm},
    PreTokenizerRule{"deepseek-llm", kDeepSeekLlm},
    PreTokenizerRule{"deepseek-v3", kDeepSeekV3},
};

} // namespace

const PreTokenizerRule* findPreTokenizerRule(std::string_view name) {
    for (const PreTokenizerRule& rule : kRules)
        if (rule.name == name) return &rule;
    return nullptr;
}

} // namespace ponder
