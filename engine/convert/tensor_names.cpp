#include "engine/convert/tensor_names.h"

namespace ponder {
namespace {

NamedTensor named(const ModelConfig& config, const TensorRow& row, Weight weight) {
    NamedTensor out;
    if (!row.hub.empty()) out.source = config.family->hubNameOf(weight);
    out.target = config.family->nameOf(weight);
    out.place = placeOf(config, row, weight.layer);
    out.rowLength = out.place.rowLength;
    out.rows = out.place.rows;
    out.matrix = row.kind != TensorKind::Vector;
    if (row.turned && config.ropePairs() == RopePairs::Adjacent)
        out.permutedHeads = static_cast<std::uint32_t>(out.rows / config.headSize);
    return out;
}

} // namespace

std::vector<std::uint64_t> NamedTensor::shape() const {
    return matrix ? std::vector{rowLength, rows} : std::vector{rowLength};
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
