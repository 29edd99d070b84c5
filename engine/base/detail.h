// The particulars of an Error as a pattern and what stands in it, so that they follow the user's language.
//
// Takes an English pattern with the places %1 to %3, marked as PONDER_TR_NOOP("ErrorDetail", ...), and the
// arguments for them: names, keys, numbers. A plain text (a file name, a message of the system) converts by
// itself and stays as it is in every language. A pattern is a whole statement; arguments are never part of a
// sentence, which no translation could put right. english() joins the two.
//
// Next station: error.h; app/chat/error_text.h translates.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ponder {

class Detail {
public:
    Detail() = default;
    Detail(std::string text);
    Detail(const char* text) : Detail(std::string(text)) {}
    Detail(std::string pattern, std::vector<std::string> arguments);

    const std::string& pattern() const { return m_pattern; }
    const std::vector<std::string>& arguments() const { return m_arguments; }
    bool empty() const { return m_pattern.empty(); }
    std::string english() const;

private:
    std::string m_pattern;
    std::vector<std::string> m_arguments;
};

// The pattern with its places %1, %2 ... filled in one pass: a value that contains "%2" stays as it is, and
// so does a place without a value.
std::string filled(std::string_view pattern, const std::vector<std::string>& values);

} // namespace ponder
