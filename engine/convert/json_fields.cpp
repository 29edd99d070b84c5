#include "engine/convert/json_fields.h"

#include "engine/base/translatable.h"

#include <utility>

namespace ponder {

using Json = nlohmann::json;

void JsonFields::bad(const char* pattern, const char* name) {
    fail({ErrorCode::BadJson, m_path, Detail{pattern, {name}}});
}

const Json* JsonFields::find(const char* name) const {
    if (!m_object.is_object()) return nullptr;
    const auto found = m_object.find(name);
    return found == m_object.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::uint64_t> JsonFields::integer(const char* name, std::uint64_t least, std::uint64_t most) {
    const Json* value = find(name);
    if (!value) return std::nullopt;
    if (value->is_number_unsigned())
        if (const auto number = value->get<std::uint64_t>(); number >= least && number <= most) return number;
    bad(PONDER_TR_NOOP("ErrorDetail", "%1 is not a usable number"), name);
    return std::nullopt;
}

std::uint64_t JsonFields::neededInteger(const char* name, std::uint64_t least, std::uint64_t most) {
    const std::optional<std::uint64_t> value = integer(name, least, most);
    if (!value) bad(PONDER_TR_NOOP("ErrorDetail", "%1 is missing"), name);
    return value.value_or(least);
}

std::optional<double> JsonFields::number(const char* name, double least, double most) {
    const Json* value = find(name);
    if (!value) return std::nullopt;
    if (value->is_number())
        if (const auto number = value->get<double>(); number >= least && number <= most) return number;
    bad(PONDER_TR_NOOP("ErrorDetail", "%1 is not a usable number"), name);
    return std::nullopt;
}

std::optional<bool> JsonFields::flag(const char* name) {
    const Json* value = find(name);
    if (!value) return std::nullopt;
    if (value->is_boolean()) return value->get<bool>();
    bad(PONDER_TR_NOOP("ErrorDetail", "%1 is neither true nor false"), name);
    return std::nullopt;
}

std::optional<std::string> JsonFields::text(const char* name) {
    const Json* value = find(name);
    if (!value) return std::nullopt;
    if (value->is_string()) return value->get<std::string>();
    bad(PONDER_TR_NOOP("ErrorDetail", "%1 is not a text"), name);
    return std::nullopt;
}

std::vector<std::uint64_t> JsonFields::integers(const char* name) {
    const Json* value = find(name);
    std::vector<std::uint64_t> out;
    if (!value) return out;
    const auto take = [&](const Json& one) {
        if (one.is_number_unsigned())
            out.push_back(one.get<std::uint64_t>());
        else
            bad(PONDER_TR_NOOP("ErrorDetail", "%1 is not a usable number"), name);
    };
    if (value->is_array())
        for (const Json& one : *value)
            take(one);
    else
        take(*value);
    return out;
}

} // namespace ponder
