#include "engine/model/fused_tensors.h"

#include <algorithm>

namespace ponder {
namespace {

struct FusedTensor {
    std::string_view name; // after "blk.N."
    std::span<const Slot> slots;
};
constexpr Slot kHeads[] = {Slot::Query, Slot::Key, Slot::Value};
constexpr Slot kHeadBiases[] = {Slot::QueryBias, Slot::KeyBias, Slot::ValueBias};
constexpr Slot kGated[] = {Slot::Gate, Slot::Up};
constexpr FusedTensor kFused[] = {
    {"attn_qkv.weight", kHeads},
    {"attn_qkv.bias", kHeadBiases},
    {"ffn_up.weight", kGated},
};

std::uint64_t lengthOfPart(const TensorRow& row, const ModelConfig& config, const Layer& layer) {
    return lengthOf(row.kind == TensorKind::Vector ? row.rowLength : row.rows, config, layer);
}

// `length` of the rows from `first` on, or of the values of a vector.
TensorInfo someRows(const TensorInfo& whole, bool vector, std::uint64_t first, std::uint64_t length) {
    const std::uint64_t all = vector ? whole.rowLength() : whole.rows();
    const std::size_t bytes = whole.bytes.size() / all;
    TensorInfo part = whole;
    part.shape[vector ? 0 : 1] = length;
    part.bytes = whole.bytes.subspan(first * bytes, length * bytes);
    return part;
}

// How many rows, or values of a vector, the parts have together; 0 where the family lacks one.
std::uint64_t fusedLength(const FusedTensor& fused, const ModelConfig& config, std::uint32_t layer) {
    const Layer parts = config.layer(layer);
    std::uint64_t sum = 0;
    for (const Slot slot : fused.slots) {
        const TensorRow* row = config.family->row(slot);
        const std::uint64_t length = row ? lengthOfPart(*row, config, parts) : 0;
        if (length == 0) return 0;
        sum += length;
    }
    return sum;
}

} // namespace

std::vector<const TensorInfo*> FusedParts::split(const ModelFile& file, const ModelConfig& config,
                                                 std::uint32_t layer) {
    std::vector<const TensorInfo*> used;
    const Layer parts = config.layer(layer);
    for (const FusedTensor& fused : kFused) {
        const std::uint64_t length = fusedLength(fused, config, layer);
        const TensorInfo* whole = file.find("blk." + std::to_string(layer) + "." + std::string(fused.name));
        if (!whole || length == 0 || file.find(config.family->nameOf({fused.slots.front(), layer}))) continue;
        const bool vector = config.family->row(fused.slots.front())->kind == TensorKind::Vector;
        const bool plain = whole->shape[2] == 1 && whole->shape[3] == 1 && (!vector || whole->shape[1] == 1);
        if (!plain || (vector && whole->type != TensorType::F32) || whole->shape[vector ? 0 : 1] != length)
            continue;
        std::uint64_t first = 0;
        for (const Slot slot : fused.slots) {
            const std::uint64_t rows = lengthOfPart(*config.family->row(slot), config, parts);
            Part& part = m_parts.emplace_back(Part{Weight{slot, layer}, config.family->nameOf({slot, layer}),
                                                   someRows(*whole, vector, first, rows)});
            part.tensor.name = part.name;
            first += rows;
        }
        used.push_back(whole);
    }
    return used;
}

const TensorInfo* FusedParts::find(Weight weight) const {
    const auto found = std::find_if(m_parts.rbegin(), m_parts.rend(),
                                    [&](const Part& part) { return part.weight == weight; });
    return found == m_parts.rend() ? nullptr : &found->tensor;
}

} // namespace ponder
