#include "engine/file/split_set.h"

#include "engine/base/translatable.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace ponder {
namespace {

constexpr std::uint64_t kMaxParts = 1024;
constexpr std::size_t kListed = 8; // missing parts named in a message

std::string fiveDigits(std::uint64_t number) {
    std::string digits = std::to_string(number);
    return std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
}

std::string partName(const std::string& stem, std::uint64_t number, std::uint64_t count) {
    return stem + "-" + fiveDigits(number) + "-of-" + fiveDigits(count) + ".gguf";
}

std::optional<std::uint32_t> fiveDigitNumber(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || end != text.data() + text.size() || text.size() != 5) return std::nullopt;
    return number;
}

Error bad(const std::filesystem::path& path, Detail detail) {
    return {ErrorCode::BadMetadata, path.string(), std::move(detail)};
}

} // namespace

std::optional<SplitName> parseSplitName(const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    const std::string_view pattern = "-00001-of-00003.gguf";
    if (name.size() <= pattern.size()) return std::nullopt;
    const std::string_view tail = std::string_view(name).substr(name.size() - pattern.size());
    if (tail[0] != '-' || tail.substr(6, 4) != "-of-" || tail.substr(15) != ".gguf") return std::nullopt;
    const auto number = fiveDigitNumber(tail.substr(1, 5));
    const auto count = fiveDigitNumber(tail.substr(10, 5));
    if (!number || !count || *number == 0 || *number > *count) return std::nullopt;
    return SplitName{name.substr(0, name.size() - pattern.size()), *number, *count};
}

Result<std::vector<std::filesystem::path>> splitParts(const std::filesystem::path& path,
                                                      const Metadata& metadata) {
    if (!metadata.has("split.count")) return std::vector{path};
    const auto count = metadata.integer("split.count");
    if (!count || *count > kMaxParts)
        return bad(
            path,
            Detail{PONDER_TR_NOOP("ErrorDetail", "split.count is not a plausible number of parts"), {}});
    if (*count <= 1) return std::vector{path};
    const auto name = parseSplitName(path);
    if (!name)
        return Error{
            ErrorCode::MissingSplitPart, path.string(),
            Detail{PONDER_TR_NOOP(
                       "ErrorDetail",
                       "the other %1 of %2; they cannot be found because the file name does not end in %3"),
                   {std::to_string(*count - 1), std::to_string(*count), partName("", 1, *count)}}};
    if (name->count != *count)
        return bad(path, Detail{PONDER_TR_NOOP("ErrorDetail", "split.count is %1, and the file name says %2"),
                                {std::to_string(*count), std::to_string(name->count)}});

    std::vector<std::filesystem::path> parts;
    std::vector<std::string> missing;
    for (std::uint64_t number = 1; number <= *count; ++number) {
        const std::string file = partName(name->stem, number, *count);
        parts.push_back(path.parent_path() / file);
        std::error_code ignored;
        if (!std::filesystem::exists(parts.back(), ignored)) missing.push_back(file);
    }
    if (missing.empty()) return parts;
    return Error{ErrorCode::MissingSplitPart, path.string(), namesOfMissing(missing)};
}

Detail namesOfMissing(const std::vector<std::string>& missing) {
    std::string list;
    for (std::size_t i = 0; i < std::min(missing.size(), kListed); ++i)
        list += (i ? ", " : "") + missing[i];
    if (missing.size() <= kListed) return list;
    return Detail{PONDER_TR_NOOP("ErrorDetail", "%1 and %2 more"),
                  {list, std::to_string(missing.size() - kListed)}};
}

Result<void> checkSplitPart(const std::filesystem::path& path, const Metadata& metadata, std::size_t index,
                            std::size_t count) {
    if (metadata.integer("split.count") != count)
        return bad(path, Detail{PONDER_TR_NOOP("ErrorDetail", "split.count is not %1 as in the other parts"),
                                {std::to_string(count)}});
    if (metadata.integer("split.no") != index)
        return bad(path,
                   Detail{PONDER_TR_NOOP("ErrorDetail",
                                         "split.no is not %1 as the file name says; was the file renamed?"),
                          {std::to_string(index)}});
    return {};
}

} // namespace ponder
