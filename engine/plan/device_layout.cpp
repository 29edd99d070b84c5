#include "engine/plan/device_layout.h"

#include <optional>

namespace ponder {
namespace {

struct Shape {
    std::uint32_t quantParts, quantPieces, planePieces;
    ScaleKind scales;
};

// With nibbles, or with two bits.
constexpr Shape nibbles(ScaleKind scales, std::uint32_t planes = 0) { return {4, 4, planes, scales}; }
constexpr Shape pairs(ScaleKind scales, std::uint32_t planes = 0) { return {2, 2, planes, scales}; }

std::optional<Shape> shapeOf(TensorType type) {
    switch (type) {
    case TensorType::F32:
        return Shape{4, 32, 0, ScaleKind::None};
    case TensorType::F16:
    case TensorType::BF16:
        return Shape{4, 16, 0, ScaleKind::None};
    case TensorType::Q8_0:
        return Shape{4, 8, 0, ScaleKind::Single};
    case TensorType::Q4_0:
    case TensorType::IQ4_NL:
        return nibbles(ScaleKind::Single);
    case TensorType::Q5_0:
        return nibbles(ScaleKind::Single, 1);
    case TensorType::Q4_1:
        return nibbles(ScaleKind::WithMin);
    case TensorType::Q5_1:
        return nibbles(ScaleKind::WithMin, 1);
    case TensorType::Q4_K:
        return nibbles(ScaleKind::SuperMin);
    case TensorType::Q5_K:
        return nibbles(ScaleKind::SuperMin, 1);
    case TensorType::Q6_K:
        return nibbles(ScaleKind::SuperTwo, 2);
    case TensorType::IQ4_XS:
    case TensorType::IQ3_S:
    case TensorType::IQ3_XXS:
        return nibbles(ScaleKind::SuperOne);
    case TensorType::MXFP4:
        return nibbles(ScaleKind::Exponent);
    case TensorType::NVFP4:
        return nibbles(ScaleKind::SmallFloat);
    case TensorType::Q2_K:
        return pairs(ScaleKind::SuperMin);
    case TensorType::Q3_K:
    case TensorType::IQ2_S:
    case TensorType::IQ2_XS:
        return pairs(ScaleKind::SuperTwo, 1);
    case TensorType::IQ1_M:
        return pairs(ScaleKind::SuperTwo);
    case TensorType::IQ2_XXS:
        return pairs(ScaleKind::SuperOne, 1);
    case TensorType::IQ1_S:
        return pairs(ScaleKind::SuperOne);
    case TensorType::TQ1_0:
    case TensorType::TQ2_0:
    case TensorType::Q2_0:
        return pairs(ScaleKind::Single);
    case TensorType::Q1_0:
        return Shape{0, 0, 1, ScaleKind::Single};
    }
    return std::nullopt;
}

std::uint32_t scalePiecesOf(TensorType type, std::uint32_t blocks) {
    const std::uint32_t supers = blocks / 8;
    switch (scaleKind(type)) {
    case ScaleKind::None:
        return 0;
    case ScaleKind::Single: {
        const std::uint32_t sharing = blocksOfScale(type);
        return ((blocks + sharing - 1) / sharing + 1) / 2;
    }
    case ScaleKind::WithMin:
        return blocks;
    case ScaleKind::SuperMin:
        return supers + blocks / 2;
    case ScaleKind::SuperTwo:
        return (supers + 1) / 2 + blocks / 2;
    case ScaleKind::SuperOne:
        return (supers + 1) / 2 + blocks / 4;
    case ScaleKind::Exponent:
        return (blocks + 3) / 4;
    case ScaleKind::SmallFloat:
        return 1 + blocks / 2;
    }
    return 0;
}

} // namespace

ScaleKind scaleKind(TensorType type) {
    const auto shape = shapeOf(type);
    return shape ? shape->scales : ScaleKind::None;
}

std::uint32_t blocksOfScale(TensorType type) { return typeTraits(type)->blockValues / 32; }

bool DeviceLayout::knows(TensorType type) { return shapeOf(type).has_value(); }

DeviceLayout DeviceLayout::of(TensorType type, std::uint64_t rowLength, std::uint64_t rows,
                              std::uint32_t together) {
    const Shape shape = shapeOf(type).value_or(Shape{});
    DeviceLayout layout;
    layout.type = type;
    layout.rows = rows;
    layout.together = together;
    layout.blocks = static_cast<std::uint32_t>((rowLength + 31) / 32);
    layout.quantParts = shape.quantParts;
    layout.quantPieces = shape.quantPieces;
    layout.planePieces = shape.planePieces;
    layout.scalePieces = scalePiecesOf(type, layout.blocks);
    return layout;
}

} // namespace ponder
