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
    std::vector<const TensorRow*> rows;
    const auto addAll = [&](std::uint32_t layer, bool (*wanted)(Slot)) {
        constexpr std::size_t kPrefix = 16; // what a name has in front of the row's, at most
        const Layer parts = config.layer(layer);
        std::size_t nameBytes = 0;
        rows.clear();
        for (const TensorRow& row : config.family->tensors) {
            const bool certain = row.presence != Presence::Maybe && row.presence != Presence::AllOrNone;
            if (!wanted(row.slot) || !certain || lengthOf(row.rows, config, parts) == 0) continue;
            if (!has(config, row, layer)) continue;
            rows.push_back(&row);
            nameBytes += kPrefix + row.name.size();
        }
        m_names.emplace_back().reserve(nameBytes); // tensors have parts of it, which must not move
        for (const TensorRow* row : rows)
            add(*row, {row->slot, layer}, formats);
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
    const std::uint64_t depth =
        row.depth() == Extent::One ? 1 : lengthOf(row.depth(), m_config, m_config.layer(weight.layer));
    const std::uint32_t dimensions = depth > 1 ? 3 : place.rows > 1 || matrix ? 2 : 1;
    std::string& names = m_names.back();
    const std::size_t begin = names.size();
    names += m_config.family->nameOf(weight);
    m_tensors.push_back({std::string_view(names).substr(begin),
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
