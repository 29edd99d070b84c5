#include "engine/plan/panel_layout.h"

#include <optional>

namespace ponder {
namespace {

struct PanelShape {
    PanelKind kind;
    std::uint32_t blocksPerUnit, headBytes, blockBytes;
};

std::optional<PanelShape> panelShapeOf(TensorType type) {
    using enum PanelKind;
    switch (type) {
    case TensorType::F32:
        return PanelShape{Floats, 1, 0, 2048};
    case TensorType::F16:
    case TensorType::BF16:
        return PanelShape{Floats, 1, 0, 1024};
    case TensorType::Q4_0:
        return PanelShape{Even, 2, 64, 256};
    case TensorType::Q4_1:
        return PanelShape{Even, 1, 64, 256};
    case TensorType::Q5_0:
        return PanelShape{Even, 2, 64, 320};
    case TensorType::Q5_1:
        return PanelShape{Even, 1, 64, 320};
    case TensorType::Q8_0:
        return PanelShape{Even, 2, 64, 512};
    case TensorType::Q4_K:
        return PanelShape{Even, 8, 64 + 256, 256};
    case TensorType::Q5_K:
        return PanelShape{Even, 8, 64 + 256, 320};
    case TensorType::Q6_K:
        return PanelShape{Even, 8, 64 + 256, 384};
    case TensorType::IQ4_NL:
        return PanelShape{Tabled, 2, 64, 256};
    case TensorType::IQ4_XS:
    case TensorType::IQ3_S:
    case TensorType::IQ3_XXS:
        return PanelShape{Tabled, 8, 64 + 128, 256};
    case TensorType::MXFP4:
        return PanelShape{Tabled, 4, 64, 256};
    case TensorType::NVFP4:
        return PanelShape{Tabled, 2, 64, 256};
    case TensorType::Q2_K:
    case TensorType::IQ1_M:
        return PanelShape{Small, 8, 64 + 256, 128};
    case TensorType::Q3_K:
    case TensorType::IQ2_S:
    case TensorType::IQ2_XS:
        return PanelShape{Small, 8, 64 + 256, 192};
    case TensorType::IQ2_XXS:
        return PanelShape{Small, 8, 64 + 128, 192};
    case TensorType::IQ1_S:
        return PanelShape{Small, 8, 64 + 128, 128};
    case TensorType::TQ1_0:
    case TensorType::TQ2_0:
        return PanelShape{Small, 8, 64, 128};
    case TensorType::Q2_0:
        return PanelShape{Small, 4, 64, 128};
    case TensorType::Q1_0:
        return PanelShape{Small, 8, 64, 64};
    }
    return std::nullopt;
}

constexpr PanelShape kUnknownPanel{PanelKind::Floats, 1, 0, 2048};

} // namespace

bool PanelLayout::knows(TensorType type) { return panelShapeOf(type).has_value(); }

PanelLayout PanelLayout::of(TensorType type, std::uint64_t rowLength, std::uint64_t rows) {
    const PanelShape shape = panelShapeOf(type).value_or(kUnknownPanel);
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
