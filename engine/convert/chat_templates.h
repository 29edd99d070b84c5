// The chat templates of a model folder.
//
// Takes tokenizer_config.json and the text of chat_template.jinja, where there are; gives the standard
// template and named ones beside it. The file of its own goes before the field. Errors: none; what is no
// template is left out. Next station: folder_metadata.h, then app/prompt.
#pragma once

#include "engine/file/gguf_output.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <string_view>

namespace ponder {

struct ChatTemplates {
    std::string standard;                     // empty where the folder has none
    std::map<std::string, std::string> named; // "tool_use"

    static ChatTemplates read(const nlohmann::json& tokenizerConfig, std::string_view file);
    void setKeys(GgufOutput& output) const;
};

} // namespace ponder
