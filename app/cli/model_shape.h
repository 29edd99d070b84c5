// The shapes of real models, as metadata and tensors of a file: what synth fills with random weights.
//
// Takes the name of a shape and how it is quantized; gives the plan of a file whose tensors still need bytes.
// The vocabulary has the right size and is otherwise made up: 256 bytes, one merge, fillers, two marks.
// Source: the config.json of the DeepSeek-R1 distills. Owner: constants. Thread: main. Next station:
// synth_command.cpp.
#pragma once

#include "engine/file/gguf_output.h"
#include "engine/quant/file_type.h"

namespace ponder {

struct ModelShape {
    std::string_view name; // as synth takes it
    bool llama = false;    // or Qwen2: biases on Q, K and V
    std::uint32_t layers, width, heads, kvHeads, hidden, vocabulary;
    double ropeBase, epsilon;
    bool tied = false;
    std::uint32_t context = 131072;
};

std::span<const ModelShape> modelShapes();
const ModelShape* findShape(std::string_view name);

GgufOutput planFile(const ModelShape& shape, FileType type);

} // namespace ponder
