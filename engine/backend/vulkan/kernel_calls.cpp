#include "engine/backend/vulkan/kernel_calls.h"

namespace ponder {

std::uint32_t kernelFormat(TensorType type) {
    switch (type) {
    case TensorType::F32:
        return 0;
    case TensorType::F16:
        return 1;
    case TensorType::BF16:
        return 2;
    case TensorType::Q4_0:
        return 3;
    case TensorType::Q4_1:
        return 4;
    case TensorType::Q5_0:
        return 5;
    case TensorType::Q5_1:
        return 6;
    case TensorType::Q8_0:
        return 7;
    case TensorType::Q4_K:
        return 8;
    case TensorType::Q5_K:
        return 9;
    case TensorType::Q6_K:
        return 10;
    }
    return 0;
}

} // namespace ponder
