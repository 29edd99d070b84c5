// Any bytes as a model file: it opens or gives an error, and what opened can be used without harm.
#include "engine/model/weights.h"
#include "engine/quant/decode.h"

#include <cstdlib>

using namespace ponder;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

// Decodes the first and the last row, so that the sanitizers see every byte range that was promised.
void useTensor(const TensorInfo& tensor) {
    const TypeTraits traits = *typeTraits(tensor.type);
    const std::size_t rowBytes = tensor.rowLength() / traits.blockValues * traits.blockBytes;
    require(rowBytes * tensor.rows() == tensor.bytes.size());
    std::vector<float> row(tensor.rowLength());
    decode(tensor.type, tensor.bytes.first(rowBytes), row);
    decode(tensor.type, tensor.bytes.last(rowBytes), row);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto file = ModelFile::fromBytes({bytes.begin(), bytes.end()}, "fuzz.gguf");
    if (!file) {
        require(!file.error().message().empty() && file.error().subject == "fuzz.gguf");
        return 0;
    }
    (*file)->displayName();
    for (const TensorInfo& tensor : (*file)->tensors()) {
        require((*file)->find(tensor.name) == &tensor);
        useTensor(tensor);
    }
    const auto config = ModelConfig::read(**file);
    if (!config) return 0;
    require(config->heads % config->kvHeads == 0 && config->headSize % 2 == 0);
    require(config->vocabulary > 0 && config->rotary <= config->headSize);
    const auto weights = bindWeights(**file, *config);
    if (weights) require(weights->layers() == config->layers && (*weights)[Slot::Output]);
    return 0;
}
