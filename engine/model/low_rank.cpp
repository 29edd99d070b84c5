#include "engine/model/low_rank.h"

#include "engine/quant/decode.h"

#include <cstring>

namespace ponder {
namespace {

std::uint64_t bytesOf(TensorType type) { return type == TensorType::F32 ? 4 : 2; }

// F32, unless all factors share one of the halves.
TensorType commonType(std::span<const LowRank::Part> parts, LoraFactor LoraPair::*factor) {
    const TensorType first = (parts.front().pair->*factor).type;
    if (first != TensorType::F16 && first != TensorType::BF16) return TensorType::F32;
    for (const LowRank::Part& part : parts)
        if ((part.pair->*factor).type != first) return TensorType::F32;
    return first;
}

void copyRow(const LoraFactor& factor, std::uint64_t row, TensorType type, std::byte* out) {
    const std::uint64_t rowBytes = factor.bytes.size() / factor.rows;
    const auto source = factor.bytes.subspan(row * rowBytes, rowBytes);
    if (factor.type == type) {
        std::memcpy(out, source.data(), source.size());
        return;
    }
    std::vector<float> values(factor.rowLength);
    decode(factor.type, source, values);
    std::memcpy(out, values.data(), values.size() * sizeof(float));
}

// Llama's GGUF files interleave the two halves of every head's rows (RopePairs::Adjacent).
std::uint64_t hubRow(std::uint64_t row, std::uint32_t headSize) {
    if (headSize == 0) return row;
    const std::uint64_t inHead = row % headSize;
    return row - inHead + inHead % 2 * (headSize / 2) + inHead / 2;
}

// The factors side by side: each row has those of all parts, then zeros.
void fillColumns(StackedMatrix& out, std::span<const LowRank::Part> parts, LoraFactor LoraPair::*factor) {
    out.bytes.resize(out.rows * out.rowLength * bytesOf(out.type));
    for (std::uint64_t row = 0; row < out.rows; ++row) {
        std::byte* to = out.bytes.data() + row * out.rowLength * bytesOf(out.type);
        for (const LowRank::Part& part : parts) {
            copyRow(part.pair->*factor, hubRow(row, part.headSize), out.type, to);
            to += part.pair->rank() * bytesOf(out.type);
        }
    }
}

} // namespace

TensorInfo StackedMatrix::info(std::string_view name) const {
    TensorInfo info;
    info.name = name;
    info.shape = {rowLength, rows, 1, 1};
    info.dimensions = 2;
    info.type = type;
    info.bytes = bytes;
    return info;
}

std::uint32_t LowRank::rank() const {
    std::uint64_t sum = 0;
    for (const Part& part : parts)
        sum += part.pair->rank();
    return static_cast<std::uint32_t>(sum);
}

std::vector<float> LowRank::scales() const {
    std::vector<float> out;
    for (const Part& part : parts)
        out.insert(out.end(), part.pair->rank(), static_cast<float>(part.strength * part.pair->scale));
    out.resize(paddedRank());
    return out;
}

StackedMatrix LowRank::downShape() const {
    const TensorType type = commonType(parts, &LoraPair::a);
    return table ? StackedMatrix{type, paddedRank(), rows, {}} : StackedMatrix{type, length, rank(), {}};
}

StackedMatrix LowRank::upShape() const {
    return {commonType(parts, &LoraPair::b), paddedRank(), table ? length : rows, {}};
}

StackedMatrix LowRank::down() const {
    StackedMatrix out = downShape();
    if (table) {
        fillColumns(out, parts, &LoraPair::a);
        return out;
    }
    out.bytes.resize(out.rows * out.rowLength * bytesOf(out.type));
    std::byte* to = out.bytes.data();
    for (const Part& part : parts)
        for (std::uint64_t row = 0; row < part.pair->rank(); ++row, to += out.rowLength * bytesOf(out.type))
            copyRow(part.pair->a, row, out.type, to);
    return out;
}

StackedMatrix LowRank::up() const {
    StackedMatrix out = upShape();
    fillColumns(out, parts, &LoraPair::b);
    return out;
}

} // namespace ponder
