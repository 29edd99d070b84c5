#include "engine/convert/tensor_names.h"

namespace ponder {
namespace {

NamedTensor named(const ModelConfig& config, const TensorRow& row, Weight weight) {
    NamedTensor out;
    if (!row.hub.empty()) out.source = config.family->hubNameOf(weight);
    out.target = config.family->nameOf(weight);
    out.place = placeOf(config, row, weight.layer);
    out.rowLength = out.place.rowLength;
    out.depth = static_cast<std::uint32_t>(lengthOf(row.depth(), config, config.layer(weight.layer)));
    out.rows = out.place.rows * out.depth;
    out.matrix = row.kind != TensorKind::Vector;
    out.small = row.kind == TensorKind::Small;
    if (row.turned && config.ropePairs() == RopePairs::Adjacent)
        out.permutedHeads = static_cast<std::uint32_t>(out.rows / config.headSize);
    return out;
}

} // namespace

std::vector<std::uint64_t> NamedTensor::shape() const {
    if (depth > 1) return {rowLength, rows / depth, depth};
    return matrix && !(small && rows == 1) ? std::vector{rowLength, rows} : std::vector{rowLength};
}

std::vector<std::uint64_t> NamedTensor::sourceShape() const {
    return matrix ? std::vector{rows / depth, rowLength} : std::vector{rowLength};
}

std::string NamedTensor::sourceOf(std::uint32_t expert) const {
    const std::size_t at = source.find("%1");
    return at == std::string::npos ? source : std::string(source).replace(at, 2, std::to_string(expert));
}

std::uint64_t NamedTensor::sourceRow(std::uint64_t row) const {
    if (permutedHeads == 0) return row;
    const std::uint64_t headSize = rows / permutedHeads, inHead = row % headSize;
    return row - inHead + inHead / 2 + inHead % 2 * (headSize / 2);
}

std::vector<NamedTensor> namedTensors(const ModelConfig& config) {
    std::vector<NamedTensor> out;
    forEachWeight(config.layers, [&](Weight weight) {
        const TensorRow* row = config.family->row(weight.slot);
        const bool certain = row && row->presence != Presence::Maybe && row->presence != Presence::AllOrNone;
        if (certain && has(config, *row, weight.layer)) out.push_back(named(config, *row, weight));
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
    return source.ends_with("rotary_emb.inv_freq") || (config.tied && source == "lm_head.weight");
}

} // namespace ponder
