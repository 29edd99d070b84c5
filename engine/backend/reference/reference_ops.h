// The operations of forward.h, computed at once with the plain kernels. One object a run.
//
// Owner: ReferenceExecutor::run. Thread: its device's.
#pragma once

#include "engine/backend/reference/reference_adapters.h"
#include "engine/backend/reference/reference_cache.h"

namespace ponder {

class ReferenceOps {
public:
    using Tensor = const TensorInfo*;

    ReferenceOps(const ModelConfig& config, const FileWeights& weights, const ReferenceAdapters& adapters,
                 const Batch& batch, ReferenceCache& cache, std::vector<float>& logits);

    void embed(Tensor table);
    void receive();
    void send();
    void normQkv(const LayerWeights<Tensor>& layer);
    void ropeStore(std::uint32_t index, Tensor factors);
    void attention(std::uint32_t index);
    void outputAdd(const LayerWeights<Tensor>& layer);
    void normGateUp(const LayerWeights<Tensor>& layer);
    void downAdd(const LayerWeights<Tensor>& layer);
    void head(Tensor norm, Tensor output);

private:
    void norm(Tensor weight, std::span<const float> in);
    const LayerWeights<PlainAddition>& addedTo(const LayerWeights<Tensor>& layer) const;
    // out = in · matrixᵀ + bias, with what adapters add to the matrix
    void multiply(Tensor matrix, const PlainAddition& added, Tensor bias, std::span<const float> in,
                  std::span<float> out) const;
    void multiplyAdd(Tensor matrix, const PlainAddition& added,
                     std::span<const float> in); // x += matrix · in
    std::uint32_t positionOf(std::size_t row) const;
    std::uint32_t slotOf(std::size_t row) const;
    // The rows of a layer's keys or values that a row of the batch sees, in order of position: shared slots
    // lie together, so a branch's own are copied behind them.
    const float* visible(std::size_t row, const float* all, std::vector<float>& copied) const;

    const ModelConfig& m_config;
    const FileWeights& m_weights;
    const ReferenceAdapters& m_adapters;
    const Batch& m_batch;
    ReferenceCache& m_cache;
    std::vector<float>& m_logits;
    std::size_t m_rows;
    std::vector<float> m_x, m_normed; // [n x d]
    std::vector<float> m_q, m_k, m_v; // [n x heads*h], [n x kvHeads*h] twice
    std::vector<float> m_attended;    // [n x heads*h]
    std::vector<float> m_gate, m_up;  // [n x f]
    std::vector<float> m_sum;         // [n x d]
    std::vector<float> m_angles;      // [n x rotary/2] pairs (cos, sin)
};

} // namespace ponder
