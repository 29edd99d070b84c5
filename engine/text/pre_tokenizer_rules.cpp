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

// Words that begin with capitals and go on in small letters, marks belonging to the letter before them.
#define CAPITALS R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])"
#define SMALL R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])"
#define CASED_WORD(ending)                                                                                   \
    R"([^\r\n\p{L}\p{N}]?)" CAPITALS "*" SMALL "+" ending R"(|[^\r\n\p{L}\p{N}]?)" CAPITALS "+" SMALL        \
    "*" ending
#define SYMBOLS_AND_PATHS "| ?[^" SPACE R"(\p{L}\p{N}]+[\r\n/]*|)" NEWLINES_AND_SPACES

constexpr std::array kGpt4o{CASED_WORD(ANY_CASE_CONTRACTION "?") R"(|\p{N}{1,3})" SYMBOLS_AND_PATHS};
constexpr std::array kTekken{CASED_WORD("") R"(|\p{N})" SYMBOLS_AND_PATHS};

constexpr std::array kQwen35{
    ANY_CASE_CONTRACTION R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N})"
                         "| ?[^" SPACE R"(\p{L}\p{M}\p{N}]+[\r\n]*|)" NEWLINES_AND_SPACES,
};

constexpr std::array kMiniCpm5{
    R"(\p{N}{1,3})",
    ANY_CASE_CONTRACTION R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+)"
                         "| ?[^" SPACE R"(\p{L}\p{N}]+[\r\n]*|)" NEWLINES_AND_SPACES,
};

constexpr std::array kSeedCoder{
    ANY_CASE_CONTRACTION R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N})"
                         "| ?[^" SPACE R"(\p{L}\p{N}\r\n]+|)" NEWLINES_AND_SPACES,
};

// Each line break is a word of its own here and in the next.
#define ONE_NEWLINE_AND_SPACES "[" SPACE "]*[\\r\\n]|[" SPACE "]+(?![^" SPACE "])|[" SPACE "]+"

constexpr std::array kBailingMoe{
    R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N})"
    "| ?[^" SPACE R"(\p{L}\p{N}]++[\r\n]*|)" ONE_NEWLINE_AND_SPACES,
};

// Words with the spaces between them. Possessive, which changes nothing but the cost: a word cannot end in
// any other way.
constexpr std::array kExaoneMoe{
    ANY_CASE_CONTRACTION R"(|[^\r\n\p{L}\p{N}]?\p{L}[\p{L}\p{M}]*+(?: \p{L}[\p{L}\p{M}]*+)*+|\p{N})"
                         "| ?[^" SPACE R"(\p{L}\p{N}]+[\r\n/]?|)" ONE_NEWLINE_AND_SPACES,
};

// Numbers in groups of three digits from the right, as they are written; all else is left whole. Published as
// one pattern that finds the places between, which costs the square of a number's length.
constexpr std::array kSuperBpe{
    R"(\p{N}+)",
    "(?<![0-9])[0-9]{1,2}(?=(?:[0-9]{3})++(?![0-9]))",
    "[0-9]{3}",
};

constexpr std::array kDefault{R"([\p{P}$+<=>^~|]+)", kGpt2[0], R"(\p{N}+)", "[0-9][0-9][0-9]"};

using Patterns = std::span<const char* const>;

// What goes with each pattern differs from family to family, so every name has its row.
constexpr PreTokenizerRule plain(std::string_view name, Patterns patterns) { return {name, patterns}; }
// Families whose tokenizer.json names the normalizer NFC.
constexpr PreTokenizerRule composed(std::string_view name, Patterns patterns) {
    return {name, patterns, false, false, Composition::Always};
}
// Vocabularies made for the tiktoken library, which looks a word up before it merges anything.
constexpr PreTokenizerRule whole(std::string_view name, Patterns patterns) { return {name, patterns, true}; }
constexpr PreTokenizerRule wholeWithBos(std::string_view name, Patterns patterns) {
    return {name, patterns, true, true};
}

constexpr std::array kRules{
    plain("gpt-2", kGpt2),
    plain("phi-2", kGpt2),
    plain("gigachat", kGpt2),
    plain("a.x-4.0", kGpt2),
    plain("mellum", kGpt2),
    plain("exaone4", kGpt2),
    plain("trillion", kGpt2),
    plain("jais", kGpt2),
    plain("granite-docling", kGpt2),
    plain("jina-es", kGpt2),
    plain("jina-de", kGpt2),
    plain("jina-v2-es", kGpt2),
    plain("jina-v2-de", kGpt2),
    composed("modern-bert", kGpt2),
    composed("mpt", kGpt2),
    composed("olmo", kGpt2),
    plain("smollm", kSmolLm),
    plain("exaone", kSmolLm),
    plain("starcoder", kSmolLm),
    plain("refact", kSmolLm),
    plain("codeshell", kSmolLm),
    plain("minerva-7b", kSmolLm),
    plain("mellum2", kSmolLm),
    composed("command-r", kSmolLm),
    composed("qwen2", kQwen2),
    composed("deepseek-r1-qwen", kQwen2),
    composed("f2llmv2", kQwen2),
    composed("megrez", kQwen2),
    composed("stablelm2", kQwen2),
    composed("hunyuan", kQwen2),
    plain("kormo", kQwen2),
    plain("solar-open", kQwen2),
    plain("grok-2", kQwen2),
    PreTokenizerRule{"qwen35", kQwen35, false, false, Composition::InItsFamily},
    wholeWithBos("llama-bpe", kLlama3),
    wholeWithBos("llama3", kLlama3),
    wholeWithBos("llama-v3", kLlama3),
    wholeWithBos("falcon3", kLlama3),
    wholeWithBos("falcon-h1", kLlama3),
    wholeWithBos("pixtral", kLlama3),
    wholeWithBos("midm-2.0", kLlama3),
    wholeWithBos("lfm2", kLlama3),
    wholeWithBos("jina-v5-nano", kLlama3),
    whole("smaug-bpe", kLlama3),
    whole("dbrx", kLlama3),
    whole("glm4", kLlama3),
    whole("chatglm-bpe", kLlama3),
    whole("minicpm5", kMiniCpm5),
    whole("gpt-4o", kGpt4o),
    whole("llama4", kGpt4o),
    whole("kanana2", kGpt4o),
    whole("talkie", kGpt4o),
    whole("minimax-m2", kGpt4o),
    wholeWithBos("tekken", kTekken),
    plain("seed-coder", kSeedCoder),
    plain("bailingmoe", kBailingMoe),
    plain("bailingmoe2", kBailingMoe),
    plain("llada-moe", kBailingMoe),
    plain("exaone-moe", kExaoneMoe),
    plain("superbpe", kSuperBpe),
    plain("deepseek-llm", kDeepSeekLlm),
    plain("deepseek-v3", kDeepSeekV3),
    plain("hunyuan-dense", kDeepSeekV3),
    plain("joyai-llm", kDeepSeekV3),
    plain("hy_v4", kDeepSeekV3),
    plain("default", kDefault),
};

} // namespace

const PreTokenizerRule* findPreTokenizerRule(std::string_view name) {
    for (const PreTokenizerRule& rule : kRules)
        if (rule.name == name) return &rule;
    return nullptr;
}

} // namespace ponder
