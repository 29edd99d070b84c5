// The shapes of real models, as metadata and tensors of a file: what synth fills with random weights.
//
// Takes the name of a shape and how it is quantized; gives the plan of a file whose tensors still need bytes.
// The vocabulary has the right size and is otherwise made up: 256 bytes, one merge, fillers, two marks.
// Source: the config.json of the DeepSeek-R1 distills; the catalogue. Thread: main. Next station:
// synth_command.cpp.
#pragma once

#include "engine/file/gguf_output.h"
#include "engine/model/shape_model.h"

namespace ponder {

struct SynthShape {
    std::string_view name; // as synth takes it
    ModelConfig config;
};

std::span<const SynthShape> synthShapes();
// One of these, or a model of the catalogue by its id.
std::optional<SynthShape> findShape(std::string_view name);
// With as many of its layers as its tensors have room for in so many bytes, at least one of each kind; with
// all of them where they have room.
SynthShape cutTo(std::uint64_t bytes, SynthShape shape, FileType type);

GgufOutput planFile(const SynthShape& shape, FileType type);

} // namespace ponder
