// A regular expression over the dotted names of a model's parts, as PEFT's settings have them: it matches a
// whole name, or its end behind a dot.
//
// Takes a pattern from a file, which may be hostile: its length and the work of a match are limited. Owner:
// move-only. Thread: one. Errors: none; compile() gives nothing for what is no pattern, matches() nothing
// where the work would be too much. Source: PEFT's get_pattern_key. Next station: peft_config.h.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

namespace ponder {

class NamePattern {
public:
    static std::optional<NamePattern> compile(std::string_view pattern);
    NamePattern(NamePattern&& other) noexcept;
    NamePattern& operator=(NamePattern&& other) noexcept;
    ~NamePattern();

    std::optional<bool> matches(std::string_view name) const;

private:
    struct Compiled;
    explicit NamePattern(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> m_compiled;
};

} // namespace ponder
