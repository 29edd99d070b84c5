#include "tests/support/family_file.h"

#include "engine/file/gguf_output.h"
#include "tests/support/shapes.h"

namespace ponder::test {

ModelConfig smallConfig(const Family& family) {
    ModelConfig config = qwen2Config(3, 64, 2, 1, 32, 96, 40);
    config.family = &family;
    if (family.row(Slot::KeyValueDown)) {
        config.latent = {2, 32, 64, 32, 16, 24, 0.125F};
        config.headSize = config.latent.keySize();
        config.rotary = config.latent.ropeSize;
    }
    if (family.row(Slot::DeltaInput)) {
        config.delta = {.keyHeads = 2, .valueHeads = 6, .headSize = 32, .kernel = 4};
        config.recurrent = {true, false, true};
    }
    if (family.row(Slot::Router)) {
        config.denseLayers = family.row(Slot::Gate) ? 1 : 0;
        config.mixture = {.experts = 4, .used = 2, .hidden = 32, .groups = 2, .usedGroups = 1};
        if (family.row(Slot::SharedUp)) config.mixture.sharedHidden = 32;
        config.mixture.sharedGate = family.row(Slot::SharedRouter) != nullptr;
    }
    config.ropeScale = 0.25;
    config.ropeScaling.yarn = 0.5;
    config.ropeScaling.originalContext = 4096;
    return config;
}

std::vector<std::byte> fileOf(const ModelConfig& config) {
    GgufOutput output;
    output.set("general.architecture", std::string(config.architecture()));
    config.write(output);
    const ShapeModel shape(config, FileType::Q8_0);
    for (const TensorInfo& tensor : shape.tensors())
        output.tensor(std::string(tensor.name),
                      {tensor.shape.begin(), tensor.shape.begin() + tensor.dimensions}, tensor.type);
    std::vector<std::byte> bytes = *output.header();
    bytes.resize(bytes.size() + output.bytesBefore(shape.tensors().size()));
    return bytes;
}

} // namespace ponder::test
