// The parts of a model that was cut into several files: NAME-00001-of-00003.gguf and its siblings.
//
// Takes one part's path and metadata; gives the paths of all parts in order. A file without split.count, or
// with one of 0 or 1, is a set of itself. Errors: MissingSplitPart (names the missing files), BadMetadata
// (split.count or split.no contradict the file name). Source: the GGUF naming convention for shards. Next
// station: model_file.h.
#pragma once

#include "engine/base/result.h"
#include "engine/file/metadata.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ponder {

struct SplitName {
    std::string stem;         // NAME
    std::uint32_t number = 0; // from 1
    std::uint32_t count = 0;
};

// Nothing where the file name does not follow the convention.
std::optional<SplitName> parseSplitName(const std::filesystem::path& path);

Result<std::vector<std::filesystem::path>> splitParts(const std::filesystem::path& path,
                                                      const Metadata& metadata);

// Checks that the metadata of part `index` (from 0) belongs to a set of `count` parts.
Result<void> checkSplitPart(const std::filesystem::path& path, const Metadata& metadata, std::size_t index,
                            std::size_t count);

// Names for an error: the first few, and how many more.
Detail namesOfMissing(const std::vector<std::string>& missing);

} // namespace ponder
