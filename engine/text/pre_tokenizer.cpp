#include "engine/text/pre_tokenizer.h"

#include "engine/base/pcre2_owned.h"

#include <cstdint>
#include <utility>

namespace ponder {
namespace {

constexpr std::uint32_t kMatchLimit = 1'000'000; // backtracks of one match
constexpr std::uint32_t kHeapLimit = 64 * 1024;  // KiB of one match

} // namespace

struct PreTokenizer::Pattern {
    Pcre2Owned<pcre2_code> code;

    // Appends the matches and what lies between them.
    void cut(std::string_view text, pcre2_match_data* data, pcre2_match_context* limits,
             std::vector<std::string_view>& out) const;
    bool findFrom(std::string_view text, std::size_t start, pcre2_match_data* data,
                  pcre2_match_context* limits) const;
};

bool PreTokenizer::Pattern::findFrom(std::string_view text, std::size_t start, pcre2_match_data* data,
                                     pcre2_match_context* limits) const {
    const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
    int found = pcre2_match(code.get(), subject, text.size(), start, PCRE2_NO_UTF_CHECK, data, limits);
    // The machine-code matcher has a small fixed stack; the interpreter uses the heap.
    if (found == PCRE2_ERROR_JIT_STACKLIMIT)
        found = pcre2_match(code.get(), subject, text.size(), start, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data,
                            limits);
    return found > 0;
}

void PreTokenizer::Pattern::cut(std::string_view text, pcre2_match_data* data, pcre2_match_context* limits,
                                std::vector<std::string_view>& out) const {
    std::size_t begin = 0;
    while (begin < text.size() && findFrom(text, begin, data, limits)) {
        const PCRE2_SIZE* range = pcre2_get_ovector_pointer(data);
        if (range[1] <= range[0]) break; // no pattern matches nothing; a loop here would never end
        if (range[0] > begin) out.push_back(text.substr(begin, range[0] - begin));
        out.push_back(text.substr(range[0], range[1] - range[0]));
        begin = range[1];
    }
    if (begin < text.size()) out.push_back(text.substr(begin));
}

PreTokenizer::PreTokenizer() = default;
PreTokenizer::~PreTokenizer() = default;

std::unique_ptr<PreTokenizer> PreTokenizer::compile(std::span<const char* const> patterns, std::string& why) {
    std::unique_ptr<PreTokenizer> result(new PreTokenizer);
    for (const char* pattern : patterns) {
        int code = 0;
        PCRE2_SIZE offset = 0;
        Pcre2Owned<pcre2_code> compiled(
            pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern), PCRE2_ZERO_TERMINATED,
                          PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY, &code, &offset, nullptr));
        if (!compiled) {
            PCRE2_UCHAR message[256] = {};
            pcre2_get_error_message(code, message, sizeof message);
            why = reinterpret_cast<const char*>(message);
            return nullptr;
        }
        // Where machine code cannot be made the interpreter runs instead, so the result does not matter.
        pcre2_jit_compile(compiled.get(), PCRE2_JIT_COMPLETE);
        result->m_patterns.push_back({std::move(compiled)});
    }
    return result;
}

std::vector<std::string_view> PreTokenizer::split(std::string_view text) const {
    std::vector<std::string_view> words;
    if (text.empty()) return words;
    words.push_back(text);
    const Pcre2Owned<pcre2_match_data> data(pcre2_match_data_create(1, nullptr));
    const Pcre2Owned<pcre2_match_context> limits(pcre2_match_context_create(nullptr));
    if (!data || !limits) return words;
    pcre2_set_match_limit(limits.get(), kMatchLimit);
    pcre2_set_heap_limit(limits.get(), kHeapLimit);

    std::vector<std::string_view> finer;
    for (const Pattern& pattern : m_patterns) {
        finer.clear();
        for (const std::string_view word : words)
            pattern.cut(word, data.get(), limits.get(), finer);
        words.swap(finer);
    }
    return words;
}

} // namespace ponder
