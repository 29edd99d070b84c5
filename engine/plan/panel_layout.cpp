#include "engine/plan/panel_layout.h"

#include <optional>

namespace ponder {
namespace {

struct Shape {
    PanelKind kind;
    std::uint32_t blocksPerUnit, headBytes, blockBytes;
};

std::optional<Shape> shapeOf(TensorType type) {
    using enum PanelKind;
    switch (type) {
    case TensorType::F32:
        return Shape{Floats, 1, 0, 2048};
    case TensorType::F16:
    case TensorType::BF16:
        return Shape{Floats, 1, 0, 1024};
    case TensorType::Q4_0:
        return Shape{Even, 2, 64, 256};
    case TensorType::Q4_1:
        return Shape{Even, 1, 64, 256};
    case TensorType::Q5_0:
        return Shape{Even, 2, 64, 320};
    case TensorType::Q5_1:
        return Shape{Even, 1, 64, 320};
    case TensorType::Q8_0:
        return Shape{Even, 2, 64, 512};
    case TensorType::Q4_K:
        return Shape{Even, 8, 64 + 256, 256};
    case TensorType::Q5_K:
        return Shape{Even, 8, 64 + 256, 320};
    case TensorType::Q6_K:
        return Shape{Even, 8, 64 + 256, 384};
    case TensorType::IQ4_NL:
        return Shape{Tabled, 2, 64, 256};
    case TensorType::IQ4_XS:
    case TensorType::IQ3_S:
    case TensorType::IQ3_XXS:
        return Shape{Tabled, 8, 64 + 128, 256};
    case TensorType::MXFP4:
        return Shape{Tabled, 4, 64, 256};
    case TensorType::NVFP4:
        return Shape{Tabled, 2, 64, 256};
    case TensorType::Q2_K:
    case TensorType::IQ1_M:
        return Shape{Small, 8, 64 + 256, 128};
    case TensorType::Q3_K:
    case TensorType::IQ2_S:
    case TensorType::IQ2_XS:
        return Shape{Small, 8, 64 + 256, 192};
    case TensorType::IQ2_XXS:
        return Shape{Small, 8, 64 + 128, 192};
    case TensorType::IQ1_S:
        return Shape{Small, 8, 64 + 128, 128};
    case TensorType::TQ1_0:
    case TensorType::TQ2_0:
        return Shape{Small, 8, 64, 128};
    case TensorType::Q2_0:
        return Shape{Small, 4, 64, 128};
    case TensorType::Q1_0:
        return Shape{Small, 8, 64, 64};
    }
    return std::nullopt;
}

constexpr Shape kUnknown{PanelKind::Floats, 1, 0, 2048};

} // namespace

bool PanelLayout::knows(TensorType type) { return shapeOf(type).has_value(); }

PanelLayout PanelLayout::of(TensorType type, std::uint64_t rowLength, std::uint64_t rows) {
    const Shape shape = shapeOf(type).value_or(kUnknown);
    PanelLayout layout;
    layout.type = type;
    layout.kind = shape.kind;
    layout.rows = rows;
    layout.blocks = static_cast<std::uint32_t>((rowLength + 31) / 32);
    layout.blocksPerUnit = shape.blocksPerUnit;
    layout.headBytes = shape.headBytes;
    layout.blockBytes = shape.blockBytes;
    return layout;
}

} // namespace ponder
