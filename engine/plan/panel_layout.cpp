#include "engine/plan/panel_layout.h"

namespace ponder {

PanelKind panelKind(TensorType type) {
    switch (type) {
    case TensorType::F32:
    case TensorType::F16:
    case TensorType::BF16:
        return PanelKind::Floats;
    case TensorType::IQ4_NL:
    case TensorType::IQ4_XS:
    case TensorType::MXFP4:
    case TensorType::NVFP4:
    case TensorType::IQ3_S:
    case TensorType::IQ3_XXS:
        return PanelKind::Tabled;
    case TensorType::Q2_K:
    case TensorType::Q3_K:
    case TensorType::IQ2_S:
    case TensorType::IQ2_XS:
    case TensorType::IQ2_XXS:
    case TensorType::IQ1_S:
    case TensorType::IQ1_M:
    case TensorType::TQ1_0:
    case TensorType::TQ2_0:
    case TensorType::Q1_0:
    case TensorType::Q2_0:
        return PanelKind::Small;
    default:
        return PanelKind::Even;
    }
}

PanelLayout PanelLayout::of(TensorType type, std::uint64_t rowLength, std::uint64_t rows) {
    struct Shape {
        std::uint32_t blocksPerUnit, headBytes, blockBytes;
    };
    const auto shape = [type]() -> Shape {
        switch (type) {
        case TensorType::F32:
            return {1, 0, 2048};
        case TensorType::F16:
        case TensorType::BF16:
            return {1, 0, 1024};
        case TensorType::Q4_0:
        case TensorType::IQ4_NL:
            return {2, 64, 256};
        case TensorType::Q4_1:
            return {1, 64, 256};
        case TensorType::Q5_0:
            return {2, 64, 320};
        case TensorType::Q5_1:
            return {1, 64, 320};
        case TensorType::Q8_0:
            return {2, 64, 512};
        case TensorType::Q2_K:
        case TensorType::IQ1_M:
            return {8, 64 + 256, 128};
        case TensorType::Q3_K:
        case TensorType::IQ2_S:
        case TensorType::IQ2_XS:
            return {8, 64 + 256, 192};
        case TensorType::Q4_K:
            return {8, 64 + 256, 256};
        case TensorType::Q5_K:
            return {8, 64 + 256, 320};
        case TensorType::Q6_K:
            return {8, 64 + 256, 384};
        case TensorType::IQ4_XS:
        case TensorType::IQ3_S:
        case TensorType::IQ3_XXS:
            return {8, 64 + 128, 256};
        case TensorType::IQ2_XXS:
            return {8, 64 + 128, 192};
        case TensorType::IQ1_S:
            return {8, 64 + 128, 128};
        case TensorType::MXFP4:
            return {4, 64, 256};
        case TensorType::NVFP4:
            return {2, 64, 256};
        case TensorType::TQ1_0:
        case TensorType::TQ2_0:
            return {8, 64, 128};
        case TensorType::Q2_0:
            return {4, 64, 128};
        case TensorType::Q1_0:
            return {8, 64, 64};
        }
        return {1, 0, 2048};
    }();
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
