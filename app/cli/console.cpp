#include "app/cli/console.h"

#include "app/chat/error_text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace ponder {

bool Console::isTerminal() const { return isatty(STDOUT_FILENO) == 1; }

void Console::writeUtf8(std::string_view text) const {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

void Console::write(const QString& text) const { writeUtf8(text.toStdString()); }

void Console::line(const QString& text) const { write(text + u'\n'); }

void Console::value(const Json& json) const {
    // Replaced, not refused: a metadata string of a file may hold bytes that are no UTF-8.
    writeUtf8(json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
}

void Console::table(const Json& object) const {
    std::size_t width = 0;
    for (const auto& [key, value] : object.items())
        width = std::max(width, key.size());
    for (const auto& [key, value] : object.items()) {
        const std::string shown = value.is_string()
                                      ? value.get<std::string>()
                                      : value.dump(-1, ' ', false, Json::error_handler_t::replace);
        writeUtf8(key + std::string(width - key.size() + 2, ' ') + shown + '\n');
    }
}

void Console::note(const QString& text) const {
    const std::string utf8 = text.toStdString() + '\n';
    std::fwrite(utf8.data(), 1, utf8.size(), stderr);
}

void Console::progress(const QString& text) const {
    if (isatty(STDERR_FILENO) != 1) return;
    const std::string utf8 = "\r\x1b[K" + text.toStdString();
    std::fwrite(utf8.data(), 1, utf8.size(), stderr);
    std::fflush(stderr);
}

int Console::fail(const Error& error) const {
    progress({});
    note(errorText(error));
    return exitCode(error.code);
}

} // namespace ponder
