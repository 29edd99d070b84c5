#include "engine/convert/model_notes.h"

#include <map>

namespace ponder {
namespace {

using Fields = std::map<std::string, std::vector<std::string>, std::less<>>;

constexpr std::size_t kMaxLines = 500;
constexpr std::size_t kMaxValue = 400;

std::string_view trimmed(std::string_view text) {
    const auto isSpace = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!text.empty() && isSpace(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back()))
        text.remove_suffix(1);
    if (text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\''))
        text = text.substr(1, text.size() - 2);
    return text.substr(0, kMaxValue);
}

void addValues(std::string_view text, std::vector<std::string>& out) {
    text = trimmed(text);
    if (text.size() < 2 || text.front() != '[' || text.back() != ']') {
        if (!text.empty()) out.emplace_back(text);
        return;
    }
    text = text.substr(1, text.size() - 2);
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        if (const auto one = trimmed(text.substr(0, comma)); !one.empty()) out.emplace_back(one);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    }
}

// The fields of the outermost level: "key: value", and lists of "- value".
Fields frontMatter(std::string_view text) {
    Fields out;
    std::string key;
    for (std::size_t line = 0; line < kMaxLines; ++line) {
        const std::size_t end = text.find('\n');
        const std::string_view whole = text.substr(0, end);
        const std::string_view content = trimmed(whole);
        if (line == 0 ? content != "---" : content == "---") return line == 0 ? Fields() : out;
        if (content.starts_with("- ")) {
            if (!key.empty()) addValues(content.substr(2), out[key]);
        } else if (const auto colon = whole.find(':'); colon != std::string_view::npos && colon > 0 &&
                                                       whole.front() != ' ' && whole.front() != '#') {
            key = whole.substr(0, colon);
            addValues(whole.substr(colon + 1), out[key]);
        }
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return {}; // it never ended
}

std::string first(const Fields& fields, const char* key) {
    const auto found = fields.find(key);
    return found == fields.end() || found->second.empty() ? std::string() : found->second.front();
}

std::vector<std::string> all(const Fields& fields, const char* key) {
    const auto found = fields.find(key);
    return found == fields.end() ? std::vector<std::string>() : found->second;
}

// The hub's cache keeps ORG/NAME in models--ORG--NAME/snapshots/HASH.
std::string folderName(const std::filesystem::path& folder) {
    std::filesystem::path path = std::filesystem::absolute(folder).lexically_normal();
    if (path.filename().empty()) path = path.parent_path();
    if (path.parent_path().filename() == "snapshots") {
        const std::string cached = path.parent_path().parent_path().filename().string();
        if (const std::size_t dashes = cached.rfind("--"); dashes != std::string::npos)
            return cached.substr(dashes + 2);
    }
    return path.filename().string();
}

} // namespace

ModelNotes ModelNotes::read(std::string_view readme, const std::filesystem::path& folder) {
    const Fields fields = frontMatter(readme);
    ModelNotes out;
    out.name = first(fields, "model_name");
    if (out.name.empty()) out.name = folderName(folder);
    out.licence = first(fields, "license");
    if (const std::string own = first(fields, "license_name"); out.licence == "other" && !own.empty())
        out.licence = own;
    out.licenceLink = first(fields, "license_link");
    out.languages = all(fields, "language");
    out.baseModels = all(fields, "base_model");
    return out;
}

} // namespace ponder
