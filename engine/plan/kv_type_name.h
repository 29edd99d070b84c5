// What the number formats of a cache are called on the command line and in a model's settings.
//
// Errors: none; another word is no format. Previous station: kv_type.h. Next stations: `ponder-cli --kv`,
// app/chat/engine_worker.h.
#pragma once

#include "engine/plan/kv_type.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace ponder {

inline constexpr std::array<std::pair<KvType, const char*>, 3> kKvTypeNames{
    {{KvType::F16, "f16"}, {KvType::F32, "f32"}, {KvType::Q8_0, "q8_0"}}};

constexpr const char* nameOf(KvType type) {
    for (const auto& [known, name] : kKvTypeNames)
        if (known == type) return name;
    return "";
}

constexpr std::optional<KvType> kvTypeNamed(std::string_view name) {
    for (const auto& [type, known] : kKvTypeNames)
        if (name == known) return type;
    return std::nullopt;
}

} // namespace ponder
