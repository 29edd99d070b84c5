#include "engine/quant/tensor_type.h"

namespace ponder {

std::optional<TypeTraits> typeTraits(TensorType type) {
    switch (type) {
    case TensorType::F32:
        return TypeTraits{"F32", 1, 4};
    case TensorType::F16:
        return TypeTraits{"F16", 1, 2};
    case TensorType::BF16:
        return TypeTraits{"BF16", 1, 2};
    case TensorType::Q4_0:
        return TypeTraits{"Q4_0", 32, 18};
    case TensorType::Q4_1:
        return TypeTraits{"Q4_1", 32, 20};
    case TensorType::Q5_0:
        return TypeTraits{"Q5_0", 32, 22};
    case TensorType::Q5_1:
        return TypeTraits{"Q5_1", 32, 24};
    case TensorType::Q8_0:
        return TypeTraits{"Q8_0", 32, 34};
    case TensorType::Q4_K:
        return TypeTraits{"Q4_K", 256, 144};
    case TensorType::Q5_K:
        return TypeTraits{"Q5_K", 256, 176};
    case TensorType::Q6_K:
        return TypeTraits{"Q6_K", 256, 210};
    }
    return std::nullopt;
}

} // namespace ponder
