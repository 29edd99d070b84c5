#include "engine/file/safetensors_set.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/file/json_document.h"
#include "engine/file/split_set.h"

#include <algorithm>
#include <set>
#include <system_error>

namespace ponder {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";
constexpr std::uint64_t kMaxIndex = 64'000'000;
constexpr std::size_t kMaxShards = 1024;

bool isThere(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

// A name in the folder itself: an index must not lead anywhere else.
bool isPlainName(const std::string& name) {
    return name.ends_with(".safetensors") && name.find_first_of("/\\") == std::string::npos &&
           std::none_of(name.begin(), name.end(), [](char c) { return c >= 0 && c < ' '; });
}

Error badIndex(const fs::path& path, Detail detail) {
    return {ErrorCode::BadJson, path.string(), std::move(detail)};
}

Result<SafetensorsShards> fromIndex(const fs::path& folder) {
    const fs::path path = folder / kIndex;
    const Result<Json> index = jsonFile(path, kMaxIndex);
    if (!index) return index.error();
    const auto map = index->is_object() ? index->find("weight_map") : index->end();
    if (map == index->end() || !map->is_object() || map->empty())
        return badIndex(path,
                        Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is missing or empty"), {"weight_map"}});
    SafetensorsShards out;
    std::set<std::string> names;
    for (const auto& [tensor, file] : map->items()) {
        if (!file.is_string() || !isPlainName(file.get_ref<const std::string&>()))
            return badIndex(path, Detail{PONDER_TR_NOOP("ErrorDetail", "%1 does not lie in a file beside it"),
                                         {printable(tensor)}});
        out.tensors.push_back(tensor);
        names.insert(file.get<std::string>());
    }
    if (names.size() > kMaxShards)
        return badIndex(
            path, Detail{PONDER_TR_NOOP("ErrorDetail", "it names %1 files"), {std::to_string(names.size())}});
    for (const std::string& name : names)
        if (isThere(folder / name))
            out.files.push_back(folder / name);
        else
            out.missing.push_back(name);
    return out;
}

Result<SafetensorsShards> fromListing(const fs::path& folder) {
    SafetensorsShards out;
    std::error_code problem;
    for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end;
         entry.increment(problem))
        if (entry->path().extension() == ".safetensors") out.files.push_back(entry->path());
    if (problem) return Error{ErrorCode::FileUnreadable, folder.string(), problem.message()};
    if (out.files.empty()) out.missing.emplace_back(kSingle);
    if (out.files.size() > 1) out.missing.emplace_back(kIndex); // which belong together is not known
    std::sort(out.files.begin(), out.files.end());
    return out;
}

} // namespace

Result<SafetensorsShards> SafetensorsSet::findShards(const fs::path& folder) {
    if (!isThere(folder)) return Error{ErrorCode::FileNotFound, folder.string(), {}};
    if (isThere(folder / kSingle)) return SafetensorsShards{{folder / kSingle}, {}, {}};
    return isThere(folder / kIndex) ? fromIndex(folder) : fromListing(folder);
}

Result<SafetensorsSet> SafetensorsSet::open(const fs::path& folder) {
    const Result<SafetensorsShards> shards = findShards(folder);
    if (!shards) return shards.error();
    if (!shards->missing.empty())
        return Error{ErrorCode::MissingFiles, folder.string(), namesOfMissing(shards->missing)};
    SafetensorsSet out;
    out.m_files.reserve(shards->files.size()); // places point into it
    for (const fs::path& path : shards->files) {
        Result<SafetensorsFile> file = SafetensorsFile::open(path);
        if (!file) return file.error();
        out.m_files.push_back(std::move(*file));
        for (const SafetensorsTensor& tensor : out.m_files.back().tensors())
            if (!out.m_places.try_emplace(tensor.name, Place{&tensor, &out.m_files.back()}).second)
                return Error{ErrorCode::BadTensor, path.string(),
                             Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is in another file too"),
                                    {printable(tensor.name)}}};
    }
    for (const std::string& name : shards->tensors)
        if (!out.find(name).tensor) return Error{ErrorCode::MissingTensor, folder.string(), printable(name)};
    return out;
}

SafetensorsSet::Place SafetensorsSet::find(std::string_view name) const {
    const auto found = m_places.find(name);
    return found == m_places.end() ? Place{} : found->second;
}

} // namespace ponder
