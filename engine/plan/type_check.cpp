#include "engine/plan/type_check.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"

namespace ponder {

Result<void> checkTypes(const FileWeights& weights, const LayerRange& layers, const std::string& device,
                        bool (*knows)(TensorType)) {
    FileWeights part = partOf(weights, layers.first, layers.end);
    const TensorInfo* unknown = nullptr;
    forEachTensor(part, [&](const TensorInfo* tensor) {
        if (!unknown && !knows(tensor->type)) unknown = tensor;
    });
    if (!unknown) return {};
    return Error{ErrorCode::UnsupportedModel, printable(unknown->name),
                 Detail{PONDER_TR_NOOP("ErrorDetail", "%1 cannot compute with the number format %2 yet"),
                        {device, std::string(typeTraits(unknown->type)->name)}}};
}

} // namespace ponder
