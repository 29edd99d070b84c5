// Under which name GGUF files know the way in which a tokenizer.json cuts text.
//
// Takes its "pre_tokenizer" section; gives the name for tokenizer.ggml.pre, one of pre_tokenizer_rules.h, or
// nothing where it cuts in a way that is not known here. Owner: static data. Thread: any. Source: the
// tokenizer.json files that Qwen, Meta, DeepSeek, Hugging Face and OpenAI publish. Next station:
// hugging_face_tokenizer.h.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace ponder {

std::optional<std::string> preTokenizerName(const nlohmann::json& section);

} // namespace ponder
