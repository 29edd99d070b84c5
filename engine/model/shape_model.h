// A model known by its numbers alone: its config and the tensors that a file of it has, without any bytes.
//
// Takes a config and how the model is quantized; gives what a plan needs, so that the memory of a model can
// be told before anything of it is downloaded. It owns what its weights point to. The caller gives a sane
// config. Source of the formats: quant/file_type.h. Next station: plan/, and `synth`, which fills such a file
// with random weights.
#pragma once

#include "engine/model/weights.h"
#include "engine/quant/file_type.h"

#include <deque>
#include <functional>

namespace ponder {

class ShapeModel {
public:
    using Formats = std::function<TensorType(const TensorPlace&)>; // of matrices

    ShapeModel(const ModelConfig& config, FileType type);
    ShapeModel(const ModelConfig& config, const Formats& formats);
    ShapeModel(const ShapeModel&) = delete;
    ShapeModel& operator=(const ShapeModel&) = delete;

    const ModelConfig& config() const { return m_config; }
    const FileWeights& weights() const { return m_weights; }
    const std::deque<TensorInfo>& tensors() const { return m_tensors; } // in the order of a file; no bytes
    std::uint64_t tensorBytes() const;

private:
    ModelConfig m_config;
    std::deque<std::string> m_names; // of all tensors of a layer, one after the other
    std::deque<TensorInfo> m_tensors;
    FileWeights m_weights;
};

// Where a tensor stands, for choosing its format: by its name without block number and ".weight".
TensorPlace placeOf(const ModelConfig& config, const TensorRow& row, std::uint32_t layer);

} // namespace ponder
