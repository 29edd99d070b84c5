// Ends a reply before the first of several strings, however the text is cut into pieces.
//
// Takes text as it is generated; gives back what certainly does not belong to a stop string and keeps the
// rest. Owner: the generation it serves. Thread: one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ponder {

class StopStrings {
public:
    explicit StopStrings(std::vector<std::string> strings);

    // The text that is safe to show now. After stopped() it gives nothing more.
    std::string push(std::string_view text);
    // What was kept back, when the reply ends for another reason.
    std::string finish();
    bool stopped() const { return m_stopped; }

private:
    std::size_t heldBack() const; // length of the longest tail of m_pending that may begin a stop string

    std::vector<std::string> m_strings; // none is empty
    std::string m_pending;
    bool m_stopped = false;
};

} // namespace ponder
