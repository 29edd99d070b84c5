// PCRE2, and owners of what it hands out. Errors: none. Next station: file/name_pattern.h,
// text/pre_tokenizer.h.
#pragma once

#include <memory>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace ponder {

struct Pcre2Deleter {
    void operator()(pcre2_code* p) const { pcre2_code_free(p); }
    void operator()(pcre2_match_data* p) const { pcre2_match_data_free(p); }
    void operator()(pcre2_match_context* p) const { pcre2_match_context_free(p); }
};
template<class T>
using Pcre2Owned = std::unique_ptr<T, Pcre2Deleter>;

} // namespace ponder
