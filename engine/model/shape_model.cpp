#include "engine/model/shape_model.h"

namespace ponder {

TensorPlace placeOf(const ModelConfig& config, const TensorRow& row, std::uint32_t layer) {
    const Layer parts = config.layer(layer);
    TensorPlace place;
    place.kind = row.name.substr(0, row.name.find('.'));
    place.layer = layer;
    place.layers = config.layers;
    place.rowLength = lengthOf(row.rowLength, config, parts);
    place.rows = lengthOf(row.rows, config, parts);
    place.tied = config.tied;
    place.experts = config.mixture.experts;
    if (const HeadAttention* heads = parts.heads()) place.sharers = heads->group();
    return place;
}

ShapeModel::ShapeModel(const ModelConfig& config, FileType type)
    : ShapeModel(config, [type](const TensorPlace& place) { return tensorType(type, place); }) {}

ShapeModel::ShapeModel(const ModelConfig& config, const Formats& formats)
    : m_config(config), m_weights(config.layers) {
    const auto addAll = [&](std::uint32_t layer, bool (*wanted)(Slot)) {
        for (const TensorRow& row : config.family->tensors) {
            const bool certain = row.presence != Presence::Maybe && row.presence != Presence::AllOrNone;
            if (wanted(row.slot) && certain && has(config, row, layer)) add(row, {row.slot, layer}, formats);
        }
    };
    addAll(0, [](Slot slot) { return slot < Slot::OutputNorm; });
    for (std::uint32_t layer = 0; layer < config.layers; ++layer)
        addAll(layer, isOfLayer);
    addAll(0, [](Slot slot) { return slot == Slot::OutputNorm || slot == Slot::Output; });
    m_weights.tied = config.tied;
    if (config.tied) m_weights[Slot::Output] = m_weights[Slot::TokenEmbedding];
}

void ShapeModel::add(const TensorRow& row, Weight weight, const Formats& formats) {
    const TensorPlace place = placeOf(m_config, row, weight.layer);
    const bool matrix = row.kind != TensorKind::Vector && row.kind != TensorKind::Small;
    const std::uint64_t depth = lengthOf(row.depth(), m_config, m_config.layer(weight.layer));
    const std::uint32_t dimensions = depth > 1 ? 3 : place.rows > 1 || matrix ? 2 : 1;
    m_names.push_back(m_config.family->nameOf(weight));
    m_tensors.push_back({m_names.back(),
                         {place.rowLength, place.rows, depth, 1},
                         dimensions,
                         matrix ? formats(place) : TensorType::F32,
                         {}});
    m_weights[weight] = &m_tensors.back();
}

std::uint64_t ShapeModel::tensorBytes() const {
    std::uint64_t sum = 0;
    for (const TensorInfo& tensor : m_tensors)
        sum += bytesOf(tensor);
    return sum;
}

} // namespace ponder
