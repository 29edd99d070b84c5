#include "engine/file/name_pattern.h"

#include "engine/base/pcre2_owned.h"

#include <cstdint>
#include <string>
#include <utility>

namespace ponder {
namespace {

constexpr std::size_t kLongest = 1000;
constexpr std::uint32_t kMatchLimit = 20'000; // backtracks

} // namespace

struct NamePattern::Compiled {
    Pcre2Owned<pcre2_code> code;
    Pcre2Owned<pcre2_match_data> data;
    Pcre2Owned<pcre2_match_context> limits;
};

NamePattern::NamePattern(std::unique_ptr<Compiled> compiled) : m_compiled(std::move(compiled)) {}
NamePattern::NamePattern(NamePattern&& other) noexcept = default;
NamePattern& NamePattern::operator=(NamePattern&& other) noexcept = default;
NamePattern::~NamePattern() = default;

std::optional<NamePattern> NamePattern::compile(std::string_view pattern) {
    if (pattern.size() > kLongest) return std::nullopt;
    const std::string whole = "^(?:.*\\.)?(?:" + std::string(pattern) + ")$";
    int code = 0;
    PCRE2_SIZE offset = 0;
    auto compiled = std::make_unique<Compiled>();
    compiled->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(whole.data()), whole.size(),
                                       PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C, &code, &offset,
                                       nullptr));
    if (!compiled->code) return std::nullopt;
    compiled->data.reset(pcre2_match_data_create_from_pattern(compiled->code.get(), nullptr));
    compiled->limits.reset(pcre2_match_context_create(nullptr));
    if (!compiled->data || !compiled->limits) return std::nullopt;
    pcre2_set_match_limit(compiled->limits.get(), kMatchLimit);
    pcre2_set_heap_limit(compiled->limits.get(), 1024); // KiB
    return NamePattern(std::move(compiled));
}

std::optional<bool> NamePattern::matches(std::string_view name) const {
    const int found = pcre2_match(m_compiled->code.get(), reinterpret_cast<PCRE2_SPTR>(name.data()),
                                  name.size(), 0, 0, m_compiled->data.get(), m_compiled->limits.get());
    if (found == PCRE2_ERROR_NOMATCH) return false;
    if (found < 0) return std::nullopt;
    return true;
}

} // namespace ponder
