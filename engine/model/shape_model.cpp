#include "engine/model/shape_model.h"

#include <algorithm>
#include <map>

namespace ponder {
namespace {

// A tensor that a layer has, whatever its format.
struct Line {
    const TensorRow* row;
    TensorPlace place;
    std::uint64_t depth;

    bool isMatrix() const { return row->kind != TensorKind::Vector && row->kind != TensorKind::Small; }
    std::uint32_t dimensions() const { return depth > 1 ? 3 : place.rows > 1 || isMatrix() ? 2 : 1; }
};

// The lengths of all that a layer can have: layers that are alike in them have the same tensors.
void lengthsOf(const ModelConfig& config, std::uint32_t layer, bool (*wanted)(Slot),
               std::vector<std::uint64_t>& lengths) {
    const Layer parts = config.layer(layer);
    lengths.clear();
    for (const TensorRow& row : config.family->tensors) {
        if (!wanted(row.slot)) continue;
        lengths.push_back(static_cast<std::uint64_t>(row.slot));
        lengths.push_back(lengthOf(row.rows, config, parts));
        lengths.push_back(lengthOf(row.rowLength, config, parts));
    }
}

TensorPlace placeOf(const ModelConfig& config, const TensorRow& row, const Layer& parts,
                    std::uint32_t layer) {
    TensorPlace place;
    place.kind = row.name.substr(0, row.name.find('.'));
    place.layer = layer;
    place.layers = config.layers;
    place.rowLength = lengthOf(row.rowLength, config, parts);
    place.rows = lengthOf(row.rows, config, parts);
    place.tied = config.tied;
    place.experts = config.mixture.experts;
    place.sharers = config.heads / std::max(1U, config.kvHeads);
    return place;
}

std::vector<Line> linesOf(const ModelConfig& config, std::uint32_t layer, bool (*wanted)(Slot)) {
    std::vector<Line> lines;
    const Layer parts = config.layer(layer);
    for (const TensorRow& row : config.family->tensors) {
        const bool certain = row.presence != Presence::Maybe && row.presence != Presence::AllOrNone;
        if (wanted(row.slot) && certain && has(config, row, parts))
            lines.push_back({&row, placeOf(config, row, parts, layer), lengthOf(row.depth(), config, parts)});
    }
    return lines;
}

} // namespace

TensorPlace placeOf(const ModelConfig& config, const TensorRow& row, std::uint32_t layer) {
    return placeOf(config, row, config.layer(layer), layer);
}

ShapeModel::ShapeModel(const ModelConfig& config, FileType type)
    : ShapeModel(config, [type](const TensorPlace& place) { return tensorType(type, place); }) {}

ShapeModel::ShapeModel(const ModelConfig& config, const Formats& formats)
    : m_config(config), m_weights(config.layers) {
    std::vector<std::uint64_t> lengths;
    std::map<std::vector<std::uint64_t>, std::vector<Line>> kinds; // of layers, by their lengths
    const auto addAll = [&](std::uint32_t layer, bool (*wanted)(Slot)) {
        lengthsOf(config, layer, wanted, lengths);
        const auto [kind, isNew] = kinds.try_emplace(lengths);
        std::vector<Line>& lines = kind->second;
        if (isNew) lines = linesOf(config, layer, wanted);
        if (lines.empty()) return;
        // Every name is "blk.N." before that of its row. Tensors have parts of them, which must not move.
        std::string prefix = config.family->nameOf({lines.front().row->slot, layer});
        prefix.resize(prefix.size() - lines.front().row->name.size());
        std::string& names = m_names.emplace_back();
        std::size_t nameBytes = 0;
        for (const Line& line : lines)
            nameBytes += prefix.size() + line.row->name.size();
        names.reserve(nameBytes);
        for (Line& line : lines) {
            line.place.layer = layer;
            const std::size_t begin = names.size();
            names.append(prefix).append(line.row->name);
            m_tensors.push_back({std::string_view(names).substr(begin),
                                 {line.place.rowLength, line.place.rows, line.depth, 1},
                                 line.dimensions(),
                                 line.isMatrix() ? formats(line.place) : TensorType::F32,
                                 {}});
            m_weights[{line.row->slot, layer}] = &m_tensors.back();
        }
    };
    addAll(0, [](Slot slot) { return slot < Slot::OutputNorm; });
    for (std::uint32_t layer = 0; layer < config.layers; ++layer)
        addAll(layer, isOfLayer);
    addAll(0, [](Slot slot) { return slot == Slot::OutputNorm || slot == Slot::Output; });
    m_weights.tied = config.tied;
    if (config.tied) m_weights[Slot::Output] = m_weights[Slot::TokenEmbedding];
}

std::uint64_t ShapeModel::tensorBytes() const {
    std::uint64_t sum = 0;
    for (const TensorInfo& tensor : m_tensors)
        sum += bytesOf(tensor);
    return sum;
}

} // namespace ponder
