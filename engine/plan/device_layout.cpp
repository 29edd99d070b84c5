#include "engine/plan/device_layout.h"

#include <optional>

namespace ponder {
namespace {

std::uint32_t quantPiecesOf(TensorType type) {
    switch (type) {
    case TensorType::F32:
        return 8;
    case TensorType::F16:
    case TensorType::BF16:
        return 4;
    case TensorType::Q8_0:
        return 2;
    default:
        return 1;
    }
}

std::uint32_t planePiecesOf(TensorType type) {
    switch (type) {
    case TensorType::Q5_0:
    case TensorType::Q5_1:
    case TensorType::Q5_K:
        return 1;
    case TensorType::Q6_K:
        return 2;
    default:
        return 0;
    }
}

std::uint32_t scalePiecesOf(TensorType type, std::uint32_t blocks) {
    switch (scaleKind(type)) {
    case ScaleKind::None:
        return 0;
    case ScaleKind::Single:
        return (blocks + 1) / 2;
    case ScaleKind::WithMin:
        return blocks;
    case ScaleKind::SuperMin:
        return blocks / 8 + blocks / 2;
    case ScaleKind::SuperTwo:
        return (blocks / 8 + 1) / 2 + blocks / 2;
    }
    return 0;
}

} // namespace

namespace {

std::optional<ScaleKind> knownScaleKind(TensorType type) {
    switch (type) {
    case TensorType::F32:
    case TensorType::F16:
    case TensorType::BF16:
        return ScaleKind::None;
    case TensorType::Q4_0:
    case TensorType::Q5_0:
    case TensorType::Q8_0:
        return ScaleKind::Single;
    case TensorType::Q4_1:
    case TensorType::Q5_1:
        return ScaleKind::WithMin;
    case TensorType::Q4_K:
    case TensorType::Q5_K:
        return ScaleKind::SuperMin;
    case TensorType::Q6_K:
        return ScaleKind::SuperTwo;
    default:
        return std::nullopt;
    }
}

} // namespace

ScaleKind scaleKind(TensorType type) { return knownScaleKind(type).value_or(ScaleKind::None); }

bool DeviceLayout::knows(TensorType type) { return knownScaleKind(type).has_value(); }

DeviceLayout DeviceLayout::of(TensorType type, std::uint64_t rowLength, std::uint64_t rows,
                              std::uint32_t together) {
    DeviceLayout layout;
    layout.type = type;
    layout.rows = rows;
    layout.together = together;
    layout.blocks = static_cast<std::uint32_t>((rowLength + 31) / 32);
    layout.quantPieces = quantPiecesOf(type);
    layout.planePieces = planePiecesOf(type);
    layout.scalePieces = scalePiecesOf(type, layout.blocks);
    return layout;
}

} // namespace ponder
