#include "engine/convert/conversion_plan.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/convert/row_reader.h"
#include "engine/model/config.h"
#include "engine/text/tokenizer.h"

#include <algorithm>
#include <set>

namespace ponder {
namespace {

bool isFloat(SafetensorsType type) {
    return type == SafetensorsType::F32 || type == SafetensorsType::F16 || type == SafetensorsType::BF16;
}

// What the names of its tensors tell of a folder.
FolderForm formOf(const HuggingFaceConfig& config, const SafetensorsSet& weights) {
    FolderForm out{.turnsHalves = config.turnsHalves};
    for (const auto& [name, place] : weights.places()) {
        out.besideImages |= name.starts_with("model.language_model.");
        out.stacksExperts |= name.ends_with(".mlp.experts.down_proj");
    }
    return out;
}

} // namespace

Result<ConversionPlan> ConversionPlan::open(const std::filesystem::path& folder) {
    Result<FolderMetadata> metadata = FolderMetadata::read(folder);
    if (!metadata) return metadata.error();
    if (!metadata->config().quantMethod.empty() && !metadata->config().awq)
        return Error{ErrorCode::CannotConvert, folder.string(),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "its weights are quantized already (%1)"),
                            {printable(metadata->config().quantMethod)}}};
    Result<SafetensorsSet> weights = SafetensorsSet::open(folder);
    if (!weights) return weights.error();
    ConversionPlan out;
    out.m_folder = folder;
    out.m_metadata = std::move(*metadata);
    out.m_weights = std::move(*weights);
    const HuggingFaceConfig& config = out.m_metadata.config();
    out.m_tensors = namedTensors(config.model, formOf(config, out.m_weights));
    std::erase_if(out.m_tensors, [&](const NamedTensor& tensor) {
        return tensor.optional && !out.m_weights.find(tensor.source).tensor;
    });
    if (const Result<void> sound = out.checkTensors(); !sound) return sound.error();
    if (const Result<void> read = out.m_metadata.readTokenizer(); !read) return read.error();
    if (const Result<void> loads = out.checkLoads(); !loads) return loads.error();
    return out;
}

Result<void> ConversionPlan::checkTensors() {
    std::set<std::string, std::less<>> used;
    for (const NamedTensor& tensor : m_tensors) {
        const bool packed = m_metadata.config().awq && AwqMatrix::isThere(m_weights, tensor);
        if (const Result<void> sound = packed ? checkPacked(tensor) : checkTensor(tensor); !sound)
            return sound;
        if (packed)
            for (std::string& name : AwqMatrix::partNames(tensor))
                used.insert(std::move(name));
        else
            for (std::uint32_t expert = 0; expert < tensor.sources(); ++expert)
                used.insert(tensor.sourceOf(expert));
    }
    for (const auto& [name, place] : m_weights.places()) {
        if (used.contains(name)) continue;
        const Redundant kind = redundancy(name, m_metadata.config().model);
        m_leavesOutImages |= kind == Redundant::Images;
        m_leavesOutDrafts |= kind == Redundant::Drafts;
        if (kind == Redundant::No)
            return Error{
                ErrorCode::CannotConvert, place.file->path(),
                Detail{PONDER_TR_NOOP("ErrorDetail", "it has the tensor %1, which %2 models do not have"),
                       {printable(name), std::string(m_metadata.config().model.architecture())}}};
    }
    return {};
}

Result<void> ConversionPlan::checkTensor(const NamedTensor& tensor) {
    std::vector<SafetensorsSet::Place>& places = m_places.emplace_back();
    m_packed.emplace_back();
    if (tensor.source.empty()) return {};
    for (std::uint32_t expert = 0; expert < tensor.sources(); ++expert) {
        const std::string name = tensor.sourceOf(expert);
        const SafetensorsSet::Place place = m_weights.find(name);
        places.push_back(place);
        if (!place.tensor) return Error{ErrorCode::MissingTensor, m_folder.string(), name};
        if (place.tensor->shape != tensor.sourceShape())
            return Error{ErrorCode::BadTensor, place.file->path(),
                         Detail{PONDER_TR_NOOP("ErrorDetail", "%1 has the shape %2 instead of %3"),
                                {name, shapeText(place.tensor->shape), shapeText(tensor.sourceShape())}}};
        if (!isFloat(place.tensor->type))
            return Error{ErrorCode::UnknownTensorType, place.file->path(),
                         Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is %2"),
                                {name, std::string(safetensorsTypeName(place.tensor->type))}}};
    }
    return {};
}

Result<void> ConversionPlan::checkPacked(const NamedTensor& tensor) {
    const Result<AwqMatrix> matrix = AwqMatrix::open(m_weights, tensor, *m_metadata.config().awq);
    if (!matrix) return matrix.error();
    m_places.push_back({m_weights.find(AwqMatrix::partNames(tensor).front())});
    m_packed.emplace_back(*matrix);
    return {};
}

// Better now than after an hour.
Result<void> ConversionPlan::checkLoads() const {
    GgufOutput keys;
    m_metadata.setKeys(keys, FileType::F16);
    Result<std::vector<std::byte>> header = keys.header();
    if (!header) return header.error();
    const auto file = ModelFile::fromBytes(std::move(*header), m_folder);
    if (!file) return file.error();
    if (const Result<ModelConfig> config = ModelConfig::read(**file); !config) return config.error();
    if (const auto tokenizer = Tokenizer::fromModel(**file); !tokenizer) return tokenizer.error();
    return {};
}

bool ConversionPlan::hasExperts() const {
    return std::any_of(m_tensors.begin(), m_tensors.end(),
                       [](const NamedTensor& tensor) { return isExpertStack(tensor.target); });
}

GgufOutput ConversionPlan::output(FileType type) const {
    GgufOutput output;
    m_metadata.setKeys(output, type);
    for (std::size_t i = 0; i < m_tensors.size(); ++i)
        output.tensor(m_tensors[i].target, m_tensors[i].shape(),
                      m_packed[i] ? TensorType::Q4_1 : m_tensors[i].type(type));
    return output;
}

TensorSource ConversionPlan::source(std::size_t index) const {
    const NamedTensor& tensor = m_tensors[index];
    if (const std::optional<AwqMatrix>& packed = m_packed[index])
        return {tensor.rowLength,
                tensor.rows,
                {},
                [&matrix = *packed](std::uint64_t first, std::span<std::byte> blocks) {
                    return matrix.read(first, blocks);
                }};
    if (!m_places[index].empty()) return {tensor.rowLength, tensor.rows, RowReader(tensor, m_places[index])};
    return {tensor.rowLength, tensor.rows,
            [factors = m_metadata.config().rope.factors(tensor.slot, m_metadata.config().model)](
                std::uint64_t, std::span<float> values) -> Result<void> {
                std::copy_n(factors.begin(), values.size(), values.begin());
                return {};
            }};
}

void ConversionPlan::releaseAll() const {
    for (const SafetensorsFile& file : m_weights.files())
        file.releaseAll();
}

std::string ConversionPlan::sourcePath(std::size_t index) const {
    return m_places[index].empty() ? m_folder.string() : m_places[index].front().file->path();
}

} // namespace ponder
