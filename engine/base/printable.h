// Text from a hostile file, made fit for an error message: short, and nothing in it that a terminal or a
// label would interpret.
//
// Next station: Error::detail.
#pragma once

#include <string>
#include <string_view>

namespace ponder {

inline std::string printable(std::string_view text, std::size_t limit = 80) {
    std::string out;
    for (const char c : text.substr(0, limit))
        out += c >= ' ' && c <= '~' ? c : '?';
    if (text.size() > limit) out += "...";
    return out;
}

} // namespace ponder
