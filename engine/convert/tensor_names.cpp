#include "engine/convert/tensor_names.h"

#include <charconv>

namespace ponder {
namespace {

// Rows of one matrix in the folder, or values of a vector.
std::uint64_t folderRows(const ModelConfig& config, const TensorRow& row, const Layer& layer) {
    const bool across = row.transposed || row.kind == TensorKind::Vector;
    return lengthOf(across ? row.rowLength : row.rows, config, layer);
}

// Where a tensor lies among those that share one of the folder with it.
NamedTensor::Whole wholeOf(const ModelConfig& config, const TensorRow& row, Weight weight) {
    NamedTensor::Whole out;
    const Layer layer = config.layer(weight.layer);
    for (const TensorRow& other : config.family->tensors) {
        if (other.hub != row.hub || isOfLayer(other.slot) != isOfLayer(row.slot)) continue;
        if (!has(config, other, weight.layer)) continue;
        if (other.slot < row.slot) out.first += folderRows(config, other, layer);
        out.next += folderRows(config, other, layer);
    }
    if (out.next == folderRows(config, row, layer)) return {};
    out.rows = out.next * lengthOf(row.depth(), config, layer);
    return out;
}

NamedTensor named(const ModelConfig& config, const TensorRow& row, Weight weight, bool turnsHalves) {
    NamedTensor out;
    if (!row.hub.empty()) {
        out.source = config.family->hubNameOf(weight);
        out.whole = wholeOf(config, row, weight);
    }
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
        (turnsHalves || !config.family->turnsAdjacentInFolder)) {
        out.headRows = row.slot == Slot::KeyValueDown ? out.rows : config.headSize; // one key for all heads
        out.turnedRows = config.latent.heads > 0 ? config.latent.ropeSize : config.headSize;
    }
    return out;
}

} // namespace

std::vector<std::uint64_t> NamedTensor::shape() const {
    if (depth > 1) return {rowLength, rows / depth, depth};
    return matrix && !(small && rows == 1) ? std::vector{rowLength, rows} : std::vector{rowLength};
}

std::vector<std::uint64_t> NamedTensor::sourceShape() const {
    if (!matrix) return {whole.rows > 0 ? whole.rows : rowLength};
    const std::uint64_t own = transposed ? rowLength : eachRows();
    return {whole.rows > 0 ? whole.rows : own, transposed ? eachRows() : rowLength};
}

std::uint32_t NamedTensor::sources() const { return source.find("%1") == std::string::npos ? 1 : depth; }

std::string NamedTensor::sourceOf(std::uint32_t expert) const {
    const std::size_t at = source.find("%1");
    return at == std::string::npos ? source : std::string(source).replace(at, 2, std::to_string(expert));
}

std::uint64_t NamedTensor::sourceRow(std::uint64_t row) const {
    const std::uint64_t begin = whole.first + row / eachRows() * whole.next;
    if (transposed) return begin;
    const std::uint64_t first = headRows - turnedRows; // of a head's rows that change places
    if (turnedRows == 0 || row % headRows < first) return begin + row % eachRows();
    const std::uint64_t turned = row % headRows - first;
    return begin + row - turned + turned / 2 + turned % 2 * (turnedRows / 2);
}

std::vector<NamedTensor> namedTensors(const ModelConfig& config, bool turnsHalves) {
    std::vector<NamedTensor> out;
    forEachWeight(config.layers, [&](Weight weight) {
        const TensorRow* row = config.family->row(weight.slot);
        if (row && has(config, *row, weight.layer)) out.push_back(named(config, *row, weight, turnsHalves));
    });
    return out;
}

std::string shapeText(const std::vector<std::uint64_t>& shape) {
    std::string text;
    for (const std::uint64_t extent : shape)
        text += (text.empty() ? "" : " x ") + std::to_string(extent);
    return text;
}

bool isRedundant(std::string_view source, const ModelConfig& config) {
    if (source.ends_with("rotary_emb.inv_freq") || (config.tied && source == "lm_head.weight")) return true;
    // Layers after the model's that only guess further tokens.
    if (!source.starts_with(config.family->hubLayer)) return false;
    source.remove_prefix(config.family->hubLayer.size());
    std::uint32_t layer = 0;
    const auto [rest, failed] = std::from_chars(source.data(), source.data() + source.size(), layer);
    return failed == std::errc() && layer >= config.layers && layer < config.layers + config.draftLayers;
}

} // namespace ponder
