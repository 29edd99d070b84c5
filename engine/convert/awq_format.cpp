#include "engine/convert/awq_format.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/convert/json_fields.h"

#include <algorithm>

namespace ponder {
namespace {

std::string lowerCase(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

} // namespace

Result<AwqFormat> AwqFormat::read(const nlohmann::json& quantization, const std::string& path) {
    JsonFields fields(quantization, path);
    const auto cannot = [&](const char* name, const std::string& value) {
        fields.fail({ErrorCode::CannotConvert, path,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is \"%2\", which is not built in"),
                            {name, printable(value)}}});
    };
    // Older files say w_bit and q_group_size.
    const char* bitsName = fields.find("w_bit") ? "w_bit" : "bits";
    const char* groupName = fields.find("q_group_size") ? "q_group_size" : "group_size";
    const std::string version = lowerCase(fields.text("version").value_or("gemm"));
    const std::uint64_t bits = fields.neededInteger(bitsName, 1, 64);
    const std::uint64_t group = fields.neededInteger(groupName, 1, 1U << 20);
    const bool zeros = fields.flag("zero_point").value_or(true);
    if (version != "gemm") cannot("version", version);
    if (bits != 4) cannot(bitsName, std::to_string(bits));
    if (group % 32 != 0) cannot(groupName, std::to_string(group));
    if (!zeros) cannot("zero_point", "false");
    if (fields.problem()) return *fields.problem();
    return AwqFormat{static_cast<std::uint32_t>(group)};
}

} // namespace ponder
