#include "engine/convert/gguf_quantization.h"

#include "engine/file/disk_space.h"
#include "engine/quant/decode.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string>

namespace ponder {
namespace {

constexpr std::string_view kFileTypeKey = "general.file_type", kVersionKey = "general.quantization_version";
constexpr std::string_view kNameKey = "general.name";
constexpr std::uint32_t kQuantizationVersion = 2; // of the block formats
constexpr std::uint64_t kHeaderReserve = 1 << 20; // beside keys, for the table of tensors

// What describes the file it stands in, not the model.
bool describesTheFile(std::string_view key) {
    constexpr std::array<std::string_view, 3> kKeys{kFileTypeKey, kVersionKey, "general.alignment"};
    return key.starts_with("split.") || key.starts_with("quantize.") ||
           std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

// What is the same for all tensors of a model.
TensorPlace anyPlace(const ModelFile& file, const ModelConfig& config) {
    TensorPlace place;
    place.layers = config.layers + config.draftLayers; // all of them stand in the file
    place.sharers = config.heads / std::max(1U, config.kvHeads);
    for (const TensorInfo& tensor : file.tensors())
        if (isExpertStack(tensor.name)) place.experts = static_cast<std::uint32_t>(tensor.shape[2]);
    return place;
}

// "blk.12.attn_v.weight" is attn_v of layer 12.
TensorPlace placeOf(const TensorInfo& tensor, std::string_view name, TensorPlace place) {
    place.kind = name;
    place.rowLength = tensor.rowLength();
    place.rows = tensor.rows();
    constexpr std::string_view kBlock = "blk.";
    if (place.kind.starts_with(kBlock)) {
        place.kind.remove_prefix(kBlock.size());
        std::from_chars(place.kind.data(), place.kind.data() + place.kind.size(), place.layer);
        place.kind.remove_prefix(std::min(place.kind.find('.') + 1, place.kind.size()));
    }
    place.kind = place.kind.substr(0, place.kind.find('.'));
    return place;
}

// Those that have factors in a tensor beside them, by name.
using ScaledTensors = std::map<std::string, const TensorInfo*, std::less<>>;

// A weight of another format takes its factors into itself: they are not written.
bool isTakenIn(std::string_view name, const ScaledTensors& scaled) {
    constexpr std::string_view kScale = ".scale";
    if (!name.ends_with(kScale)) return false;
    const std::string weight = std::string(name.substr(0, name.size() - kScale.size())) + ".weight";
    return scaled.contains(weight) && takesFileType(weight);
}

bool isQuantized(TensorType type) { return typeTraits(type)->blockValues > 1; }

} // namespace

Result<GgufQuantization> GgufQuantization::plan(const ModelFile& source, std::optional<FileType> type,
                                                GgufChanges changes) {
    const Result<ModelConfig> config = ModelConfig::read(source);
    if (!config) return config.error();
    const Result<FileWeights> weights = bindWeights(source, *config);
    if (!weights) return weights.error();
    GgufQuantization out(source);
    out.m_changes = std::move(changes);
    out.copyMetadata(type);
    const bool cut = weights->tied && out.m_changes.ownOutput;
    TensorPlace place = anyPlace(source, *config);
    place.tied = weights->tied && !cut;
    out.m_weights = *weights;
    ScaledTensors scaled;
    forEachTensor(*weights, [&](const TensorInfo* tensor) {
        if (!tensor->factors.empty()) scaled.emplace(tensor->name, tensor);
    });
    for (const TensorInfo& tensor : source.tensors()) {
        const auto known = scaled.find(tensor.name);
        if (!type || !isTakenIn(tensor.name, scaled))
            out.planTensor(known == scaled.end() ? tensor : *known->second, tensor.name, type, place);
    }
    if (cut) out.planTensor(*(*weights)[Slot::Output], "output.weight", type, place);
    return out;
}

void GgufQuantization::copyMetadata(std::optional<FileType> type) {
    for (const RawKey& key : m_source.rawKeys()) {
        const bool named = key.name == kNameKey && !m_changes.name.empty();
        const bool formats = key.name == kFileTypeKey || key.name == kVersionKey;
        if (!named && (!describesTheFile(key.name) || (formats && !type))) m_output.copy(key);
    }
    if (!m_changes.name.empty()) m_output.set(kNameKey, m_changes.name);
    if (type)
        m_output.set(kFileTypeKey, static_cast<std::uint32_t>(*type)).set(kVersionKey, kQuantizationVersion);
}

void GgufQuantization::planTensor(const TensorInfo& from, std::string_view name, std::optional<FileType> type,
                                  const TensorPlace& model) {
    const bool changes = type && from.dimensions > 1 && takesFileType(name);
    const TensorType format = changes ? tensorType(*type, placeOf(from, name, model)) : from.type;
    m_again = m_again || (isQuantized(from.type) && format != from.type);
    const auto shape = std::span(from.shape).first(from.dimensions);
    m_output.tensor(std::string(name), {shape.begin(), shape.end()}, format);
    m_from.push_back(&from);
}

Result<void> GgufQuantization::write(const std::filesystem::path& target, ThreadPool& pool,
                                     const std::stop_token& stop, const Report& report) {
    std::uint64_t header = kHeaderReserve;
    for (const RawKey& key : m_source.rawKeys())
        header += key.name.size() + key.typeAndValue.size();
    QuantizationProgress progress{0, m_output.tensorBytes()};
    if (const Result<void> fits = checkDiskSpace(target, header + progress.bytesAll); !fits) return fits;
    if (const Result<void> begun = m_output.begin(target); !begun) return begun;
    TensorQuantizer quantizer(pool);
    for (std::size_t i = 0; i < m_output.tensors().size(); ++i) {
        const std::uint64_t before = progress.bytesDone;
        Result<void> written = writeTensor(i, quantizer, stop, [&](std::uint64_t bytes) {
            progress.bytesDone = before + bytes;
            if (report) report(progress);
        });
        if (!written) {
            if (written.error().subject.empty()) written.error().subject = m_source.parts().front().string();
            return written;
        }
    }
    return m_output.finish();
}

Result<void> GgufQuantization::writeTensor(std::size_t index, TensorQuantizer& quantizer,
                                           const std::stop_token& stop,
                                           const TensorQuantizer::Progress& progress) {
    const TensorInfo& tensor = *m_from[index];
    const GgufOutputTensor& target = m_output.tensors()[index];
    const std::uint64_t rowBytes = tensor.bytes.size() / tensor.rows();
    TensorSource rows{tensor.rowLength(), tensor.rows(), {}, {}};
    const RowChange change = m_changes.rows ? m_changes.rows(target.name) : RowChange();
    rows.read = [&](std::uint64_t first, std::span<float> values) -> Result<void> {
        const auto bytes =
            tensor.bytes.subspan(first * rowBytes, values.size() / tensor.rowLength() * rowBytes);
        decode(tensor.type, bytes, values);
        m_source.release(bytes);
        for (std::size_t i = 0; i < values.size() && !tensor.factors.empty(); ++i)
            values[i] *= tensor.factorOf(first + i / tensor.rowLength());
        if (change) change(first, values);
        return {};
    };
    if (target.type == tensor.type && !change)
        rows.readBlocks = [&](std::uint64_t first, std::span<std::byte> blocks) -> Result<void> {
            const auto bytes = tensor.bytes.subspan(first * rowBytes, blocks.size());
            std::copy(bytes.begin(), bytes.end(), blocks.begin());
            m_source.release(bytes);
            return {};
        };
    Result<void> written = quantizer.write(m_output, target, rows, stop, progress);
    m_source.release(tensor.bytes); // and the pages that the system has mapped between the pieces
    return written;
}

} // namespace ponder
