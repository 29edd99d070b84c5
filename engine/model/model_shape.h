// A model known by its numbers alone: its config and the tensors that a file of it has, without any bytes.
//
// Takes the shape of a model and how it is quantized; gives what a plan needs, so that the memory of a model
// can be told before anything of it is downloaded. Owner: plain values; ShapeModel owns what its weights
// point to. Thread: any. Errors: none; the caller gives a sane shape. Source of the names and formats: the
// GGUF naming convention, quant/file_type.h. Next station: plan/, and `synth`, which fills such a file with
// random weights.
#pragma once

#include "engine/model/weights.h"
#include "engine/quant/file_type.h"

#include <deque>
#include <functional>

namespace ponder {

struct ModelShape {
    bool llama = false; // or Qwen2: biases on Q, K and V
    std::uint32_t layers = 0, width = 0, heads = 0, kvHeads = 0, headSize = 0, hidden = 0, vocabulary = 0;
    double ropeBase = 10000.0, epsilon = 1e-6;
    bool tied = false;        // the embedding is the output as well
    bool ropeFactors = false; // the file has rope_freqs.weight
    std::uint32_t context = 131072;

    ModelConfig config() const;
};

class ShapeModel {
public:
    using Formats = std::function<TensorType(const TensorPlace&)>; // of matrices

    ShapeModel(const ModelShape& shape, FileType type);
    ShapeModel(const ModelShape& shape, const Formats& formats);
    ShapeModel(const ShapeModel&) = delete;
    ShapeModel& operator=(const ShapeModel&) = delete;

    const ModelConfig& config() const { return m_config; }
    const FileWeights& weights() const { return m_weights; }
    const std::deque<TensorInfo>& tensors() const { return m_tensors; } // in the order of a file; no bytes
    std::uint64_t tensorBytes() const;

private:
    class Builder;

    ModelConfig m_config;
    std::deque<std::string> m_names;
    std::deque<TensorInfo> m_tensors;
    FileWeights m_weights;
};

} // namespace ponder
