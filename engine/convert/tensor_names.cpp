#include "engine/convert/tensor_names.h"

#include <algorithm>
#include <charconv>

namespace ponder {
namespace {

constexpr std::string_view kModel = "model.", kBesideImages = "model.language_model.";

bool isOfExpert(std::string_view hub) { return hub.find("%1") != std::string_view::npos; }

// A row's name without the layer before it.
std::string_view hubOf(const TensorRow& row, const FolderForm& form) {
    if (!form.stacksExperts || !isOfExpert(row.hub)) return row.hub;
    return row.slot == Slot::DownExperts ? "mlp.experts.down_proj" : "mlp.experts.gate_up_proj";
}

std::string sourceName(const Family& family, const TensorRow& row, Weight weight, const FolderForm& form) {
    std::string out(hubOf(row, form));
    if (out.empty()) return out;
    if (isOfLayer(row.slot)) out = std::string(family.hubLayer) + std::to_string(weight.layer) + "." + out;
    if (form.besideImages && out.starts_with(kModel)) out.replace(0, kModel.size(), kBesideImages);
    return out;
}

// Rows of one matrix in the folder, or values of a vector.
std::uint64_t folderRows(const ModelConfig& config, const TensorRow& row, const Layer& layer) {
    const bool across = row.transposed || row.kind == TensorKind::Vector;
    return lengthOf(across ? row.rowLength : row.rows, config, layer);
}

// Where a tensor lies among those that share one of the folder with it.
NamedTensor::Whole wholeOf(const ModelConfig& config, const TensorRow& row, Weight weight,
                           const FolderForm& form) {
    NamedTensor::Whole out;
    const Layer layer = config.layer(weight.layer);
    const std::uint64_t depth = lengthOf(row.depth(), config, layer);
    for (const TensorRow& other : config.family->tensors) {
        if (hubOf(other, form) != hubOf(row, form) || isOfLayer(other.slot) != isOfLayer(row.slot)) continue;
        if (!has(config, other, weight.layer)) continue;
        if (other.slot < row.slot) out.first += folderRows(config, other, layer);
        out.next += folderRows(config, other, layer);
    }
    const bool alone = depth <= 1 || isOfExpert(hubOf(row, form)); // one matrix in each tensor
    if (alone && out.next == folderRows(config, row, layer)) return {};
    out.rows = out.next * depth;
    return out;
}

HeadOrder headOrder(Extent extent, const DeltaAttention& delta) {
    HeadOrder out;
    if (delta.keyHeads == 0 || delta.valueHeads == delta.keyHeads) return out;
    out.keyHeads = delta.keyHeads;
    out.sharers = delta.valueHeads / delta.keyHeads;
    if (extent == Extent::DeltaChannels) out.first = std::uint64_t{2} * delta.keyLength();
    if (extent == Extent::DeltaChannels || extent == Extent::DeltaValues) out.each = delta.headSize;
    if (extent == Extent::DeltaHeads) out.each = 1;
    return out;
}

NamedTensor::Change changeOf(const Family& family, const TensorRow& row) {
    if (row.slot == Slot::DeltaDecay) return NamedTensor::Change::MinusExponential;
    const bool norm = row.name.ends_with("norm.weight") && row.slot != Slot::DeltaNorm;
    return norm && family.normsLessOne ? NamedTensor::Change::PlusOne : NamedTensor::Change::None;
}

NamedTensor named(const ModelConfig& config, const TensorRow& row, Weight weight, const FolderForm& form) {
    NamedTensor out;
    if (!row.hub.empty()) {
        out.source = sourceName(*config.family, row, weight, form);
        out.whole = wholeOf(config, row, weight, form);
    }
    out.rowOrder = headOrder(row.rows, config.delta);
    out.valueOrder = headOrder(row.rowLength, config.delta);
    out.change = changeOf(*config.family, row);
    out.slot = row.slot;
    out.target = config.family->nameOf(weight);
    out.place = placeOf(config, row, weight.layer);
    out.rowLength = out.place.rowLength;
    out.depth = static_cast<std::uint32_t>(lengthOf(row.depth(), config, config.layer(weight.layer)));
    out.rows = out.place.rows * out.depth;
    out.matrix = row.kind != TensorKind::Vector;
    out.small = row.kind == TensorKind::Small;
    out.transposed = row.transposed;
    out.optional = row.presence == Presence::Maybe || row.presence == Presence::AllOrNone;
    if (row.turned && config.ropePairs() == RopePairs::Adjacent &&
        (form.turnsHalves || !config.family->turnsAdjacentInFolder)) {
        out.headRows = row.slot == Slot::KeyValueDown ? out.rows : config.headSize; // one key for all heads
        out.turnedRows = config.latent.heads > 0 ? config.latent.ropeSize : config.headSize;
    }
    return out;
}

} // namespace

std::vector<std::uint64_t> NamedTensor::shape() const {
    if (depth > 1) return {rowLength, rows / depth, depth};
    return rows > 1 || (matrix && !small) ? std::vector{rowLength, rows} : std::vector{rowLength};
}

std::vector<std::uint64_t> NamedTensor::sourceShape() const {
    if (!matrix && rows > 1) return {rows, 1, rowLength}; // of a convolution, each channel by itself
    if (!matrix) return {whole.rows > 0 ? whole.rows : rowLength};
    if (isExpertStack(slot) && whole.rows > 0) return {depth, whole.next, rowLength};
    const std::uint64_t own = transposed ? rowLength : eachRows();
    return {whole.rows > 0 ? whole.rows : own, transposed ? eachRows() : rowLength};
}

std::uint32_t NamedTensor::sources() const { return isOfExpert(source) ? depth : 1; }

std::string NamedTensor::sourceOf(std::uint32_t expert) const {
    const std::size_t at = source.find("%1");
    return at == std::string::npos ? source : std::string(source).replace(at, 2, std::to_string(expert));
}

std::uint64_t NamedTensor::sourceRow(std::uint64_t row) const {
    const std::uint64_t begin = whole.first + row / eachRows() * whole.next;
    if (transposed) return begin;
    const std::uint64_t first = headRows - turnedRows; // of a head's rows that change places
    if (turnedRows == 0 || row % headRows < first) return begin + rowOrder.sourceOf(row % eachRows());
    const std::uint64_t turned = row % headRows - first;
    return begin + row - turned + turned / 2 + turned % 2 * (turnedRows / 2);
}

std::uint64_t NamedTensor::rowsTogether(std::uint64_t row) const {
    if (turnedRows > 0) return 1;
    const std::uint64_t within = row % eachRows(), left = eachRows() - within;
    return rowOrder.each == 0 ? left : std::min(left, rowOrder.together(within));
}

std::vector<NamedTensor> namedTensors(const ModelConfig& config, const FolderForm& form) {
    std::vector<NamedTensor> out;
    forEachWeight(config.layers, [&](Weight weight) {
        const TensorRow* row = config.family->row(weight.slot);
        if (row && has(config, *row, weight.layer)) out.push_back(named(config, *row, weight, form));
    });
    return out;
}

std::string shapeText(const std::vector<std::uint64_t>& shape) {
    std::string text;
    for (const std::uint64_t extent : shape)
        text += (text.empty() ? "" : " x ") + std::to_string(extent);
    return text;
}

Redundant redundancy(std::string_view source, const ModelConfig& config) {
    const Family& family = *config.family;
    if (source.ends_with("rotary_emb.inv_freq") || (config.tied && source == "lm_head.weight"))
        return Redundant::Copy;
    if (!family.hubImages.empty() && source.starts_with(family.hubImages)) return Redundant::Images;
    if (!family.hubDrafts.empty() && source.starts_with(family.hubDrafts)) return Redundant::Drafts;
    // In other families they are layers after the model's.
    if (!source.starts_with(family.hubLayer)) return Redundant::No;
    source.remove_prefix(family.hubLayer.size());
    std::uint32_t layer = 0;
    const auto [rest, failed] = std::from_chars(source.data(), source.data() + source.size(), layer);
    const bool beyond = layer >= config.layers && layer < config.layers + config.draftLayers;
    return failed == std::errc() && beyond ? Redundant::Drafts : Redundant::No;
}

} // namespace ponder
