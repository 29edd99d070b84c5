// Any bytes as a config.json: it is refused or gives sizes from which tensors and keys can be made.
#include "engine/convert/hugging_face_config.h"
#include "engine/convert/tensor_names.h"
#include "engine/file/json_document.h"

#include <algorithm>
#include <cstdlib>

using namespace ponder;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto json = parseJson({reinterpret_cast<const char*>(data), size}, "fuzz/config.json");
    if (!json) return 0;
    auto config = HuggingFaceConfig::read(*json, "fuzz/config.json");
    if (!config) {
        require(!config.error().message().empty());
        return 0;
    }
    require(config->model.heads % config->model.kvHeads == 0 && config->model.parameters() > 0);
    for (const float factor : config->rope.factors(Slot::RopeFactors, config->model))
        require(factor == factor);
    GgufOutput output;
    config->model.write(output);
    for (const NamedTensor& tensor : namedTensors(config->model, {.turnsHalves = config->turnsHalves}))
        require(tensor.sourceRow(tensor.rows - 1) < std::max(tensor.rows, tensor.whole.rows));
    return 0;
}
