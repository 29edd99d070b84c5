#include "engine/base/detail.h"

#include <utility>

namespace ponder {

// "%1" has no translation and needs none.
Detail::Detail(std::string text) {
    if (text.empty()) return;
    m_pattern = "%1";
    m_arguments.push_back(std::move(text));
}

Detail::Detail(std::string pattern, std::vector<std::string> arguments)
    : m_pattern(std::move(pattern)), m_arguments(std::move(arguments)) {}

std::string Detail::english() const { return filled(m_pattern, m_arguments); }

std::string filled(std::string_view pattern, const std::vector<std::string>& values) {
    std::string out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool place = pattern[i] == '%' && i + 1 < pattern.size() && pattern[i + 1] >= '1' &&
                           pattern[i + 1] < '1' + static_cast<int>(values.size());
        if (place)
            out += values[static_cast<std::size_t>(pattern[++i] - '1')];
        else
            out += pattern[i];
    }
    return out;
}

} // namespace ponder
