#include "engine/convert/folder_summary.h"

#include "engine/convert/conversion_plan.h"

#include <algorithm>
#include <system_error>

namespace ponder {
namespace {

// That of the largest tensor of the first file.
std::string numberFormat(const std::filesystem::path& path) {
    const Result<SafetensorsFile> file = SafetensorsFile::open(path);
    if (!file || file->tensors().empty()) return {};
    const auto largest =
        std::max_element(file->tensors().begin(), file->tensors().end(),
                         [](const auto& a, const auto& b) { return a.bytes.size() < b.bytes.size(); });
    return std::string(safetensorsTypeName(largest->type));
}

} // namespace

TensorType FolderSummary::format(FileType type, const TensorPlace& place) const {
    const bool table = place.kind == "token_embd" || place.kind == "output";
    const std::string prefix = table ? std::string() : "blk." + std::to_string(place.layer) + ".";
    if (packed.contains(prefix + std::string(place.kind) + ".weight")) return TensorType::Q4_1;
    return tensorType(type, place);
}

Result<FolderSummary> inspectFolder(const std::filesystem::path& folder) {
    const Result<FolderMetadata> metadata = FolderMetadata::read(folder);
    if (!metadata) return metadata.error();
    const HuggingFaceConfig& config = metadata->config();
    FolderSummary out;
    out.name = metadata->notes().name;
    out.architecture = config.model.architecture();
    out.licence = metadata->notes().licence;
    out.languages = metadata->notes().languages;
    out.parameters = config.model.parameters();
    out.context = config.model.trainedContext;
    out.quantMethod = config.quantMethod;
    out.config = config.model;
    const Result<SafetensorsShards> shards = SafetensorsSet::findShards(folder);
    if (!shards) return shards.error();
    out.missing = shards->missing;
    for (const std::filesystem::path& path : shards->files) {
        std::error_code problem;
        const std::uintmax_t size = std::filesystem::file_size(path, problem);
        if (!problem) out.sourceBytes += size;
    }
    if (!shards->files.empty()) out.numberFormat = numberFormat(shards->files.front());

    const Result<ConversionPlan> plan = ConversionPlan::open(folder);
    if (!plan) {
        out.problem = plan.error();
        return out;
    }
    for (std::size_t i = 0; i < plan->tensors(); ++i)
        if (plan->keepsFourBits(i)) out.packed.insert(plan->name(i));
    for (const FileType type : kFileTypes) {
        if (!suits(type, plan->hasExperts())) continue;
        const GgufOutput output = plan->output(type);
        const Result<std::vector<std::byte>> header = output.header();
        if (!header) return header.error();
        out.outputs.push_back({type, header->size() + output.bytesBefore(output.tensors().size())});
    }
    return out;
}

} // namespace ponder
