#include "engine/convert/chat_templates.h"

#include "engine/convert/json_fields.h"

#include <algorithm>

namespace ponder {
namespace {

using Json = nlohmann::json;

// It becomes part of a key.
bool isPlainName(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    });
}

} // namespace

ChatTemplates ChatTemplates::read(const Json& tokenizerConfig, std::string_view file) {
    ChatTemplates out;
    const Json* field = JsonFields(tokenizerConfig, {}).find("chat_template");
    if (field && field->is_string()) out.standard = field->get<std::string>();
    if (field && field->is_array())
        for (const Json& one : *field) {
            JsonFields entry(one, {});
            const auto name = entry.text("name"), text = entry.text("template");
            if (!name || !text) continue;
            if (*name == "default" || field->size() == 1)
                out.standard = *text;
            else if (isPlainName(*name))
                out.named.emplace(*name, *text);
        }
    if (!file.empty()) out.standard = file;
    return out;
}

void ChatTemplates::setKeys(GgufOutput& output) const {
    if (!standard.empty()) output.set("tokenizer.chat_template", standard);
    if (named.empty()) return;
    std::vector<std::string> names;
    for (const auto& [name, text] : named) {
        names.push_back(name);
        output.set("tokenizer.chat_template." + name, text);
    }
    output.array("tokenizer.chat_templates", names);
}

} // namespace ponder
