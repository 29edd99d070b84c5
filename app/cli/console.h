// Where ponder-cli writes: results to standard output, everything else to standard error.
//
// Takes text, or a JSON value when --json was given; both leave as UTF-8. Errors appear in the user's
// language and turn into the exit code. Owner: main.cpp. Thread: main. Next station: the terminal.
#pragma once

#include "app/cli/exit_code.h"

#include <QString>
#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace ponder {

using Json = nlohmann::ordered_json;

class Console {
public:
    explicit Console(bool json) : m_json(json) {}

    bool json() const { return m_json; }
    bool isTerminal() const; // standard output, for dimming thoughts

    void write(const QString& text) const; // at once, without a line end
    void writeUtf8(std::string_view text) const;
    void line(const QString& text) const;
    void value(const Json& json) const;
    void table(const Json& object) const; // "key  value" lines
    void note(const QString& text) const; // standard error
    // A line that the next one replaces; only where standard error is a terminal. Empty clears it.
    void progress(const QString& text) const;
    int fail(const Error& error) const;

private:
    bool m_json;
};

} // namespace ponder
