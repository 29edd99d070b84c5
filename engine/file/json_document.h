// JSON from a hostile file: parsed without exceptions, within limits, each key once.
//
// Takes UTF-8 text; gives the whole value. Nesting beyond the limit, a key that appears twice in one object,
// a number that no double holds and text that is not UTF-8 are errors, where most readers take something and
// go on. jsonFile() reads a whole file and refuses one larger than it is told.
//
// Errors: BadJson; of jsonFile() FileNotFound and FileUnreadable too. Source: RFC 8259. Next station:
// safetensors.h, engine/convert/.
#pragma once

#include "engine/base/result.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace ponder {

inline constexpr std::uint32_t kJsonDepth = 64; // far above every file of a model

// `name` stands for the path in errors.
Result<nlohmann::json> parseJson(std::string_view text, const std::string& name,
                                 std::uint32_t depth = kJsonDepth);
Result<nlohmann::json> jsonFile(const std::filesystem::path& path, std::uint64_t mostBytes);

} // namespace ponder
