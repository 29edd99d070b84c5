#include "engine/sample/stop_strings.h"

#include <algorithm>
#include <utility>

namespace ponder {

StopStrings::StopStrings(std::vector<std::string> strings) : m_strings(std::move(strings)) {
    std::erase_if(m_strings, [](const std::string& s) { return s.empty(); });
}

std::string StopStrings::push(std::string_view text) {
    if (m_stopped) return {};
    m_pending += text;
    std::size_t first = std::string::npos;
    for (const std::string& s : m_strings)
        first = std::min(first, m_pending.find(s));
    if (first != std::string::npos) {
        m_stopped = true;
        std::string shown = m_pending.substr(0, first);
        m_pending.clear();
        return shown;
    }
    const std::size_t kept = heldBack();
    std::string shown = m_pending.substr(0, m_pending.size() - kept);
    m_pending.erase(0, shown.size());
    return shown;
}

std::string StopStrings::finish() { return std::exchange(m_pending, {}); }

std::size_t StopStrings::heldBack() const {
    std::size_t longest = 0;
    for (const std::string& s : m_strings) {
        for (std::size_t length = std::min(s.size() - 1, m_pending.size()); length > longest; --length) {
            if (m_pending.ends_with(std::string_view(s).substr(0, length))) {
                longest = length;
                break;
            }
        }
    }
    return longest;
}

} // namespace ponder
