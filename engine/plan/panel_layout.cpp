#include "engine/plan/panel_layout.h"

#include <optional>

namespace ponder {
namespace {

struct Shape {
    std::uint32_t blocksPerUnit, headBytes, blockBytes;
};

std::optional<Shape> shapeOf(TensorType type) {
    switch (type) {
    case TensorType::F32:
        return Shape{1, 0, 2048};
    case TensorType::F16:
    case TensorType::BF16:
        return Shape{1, 0, 1024};
    case TensorType::Q4_0:
        return Shape{2, 64, 256};
    case TensorType::Q4_1:
        return Shape{1, 64, 256};
    case TensorType::Q5_0:
        return Shape{2, 64, 320};
    case TensorType::Q5_1:
        return Shape{1, 64, 320};
    case TensorType::Q8_0:
        return Shape{2, 64, 512};
    case TensorType::Q4_K:
        return Shape{8, 64 + 256, 256};
    case TensorType::Q5_K:
        return Shape{8, 64 + 256, 320};
    case TensorType::Q6_K:
        return Shape{8, 64 + 256, 384};
    default:
        return std::nullopt;
    }
}

} // namespace

bool PanelLayout::knows(TensorType type) { return shapeOf(type).has_value(); }

PanelLayout PanelLayout::of(TensorType type, std::uint64_t rowLength, std::uint64_t rows) {
    const Shape shape = shapeOf(type).value_or(Shape{1, 0, 2048});
    PanelLayout layout;
    layout.type = type;
    layout.rows = rows;
    layout.blocks = static_cast<std::uint32_t>((rowLength + 31) / 32);
    layout.blocksPerUnit = shape.blocksPerUnit;
    layout.headBytes = shape.headBytes;
    layout.blockBytes = shape.blockBytes;
    return layout;
}

} // namespace ponder
