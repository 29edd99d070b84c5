// The operations of forward.h, computed at once with the plain kernels. One object a run.
//
// Owner: ReferenceExecutor::run. Thread: its device's.
#pragma once

#include "engine/backend/reference/reference_adapters.h"
#include "engine/backend/reference/reference_cache.h"
#include "engine/model/expert_choice.h"
#include "engine/model/forward.h"

namespace ponder {

class ReferenceOps {
public:
    ReferenceOps(const ModelConfig& config, const FileWeights& weights, const ReferenceAdapters& adapters,
                 const Batch& batch, ReferenceCache& cache, std::vector<float>& logits);

    void embed(Weight table, Weight next);
    void receive(Weight next);
    void send();
    void project(const Projection& q, const Projection& k, const Projection& v);
    void turnAndStore(std::uint32_t layer, const HeadAttention& heads, Weight queryNorm, Weight keyNorm);
    void attend(std::uint32_t layer, const HeadAttention& heads);
    void gate(Weight gate, Weight up, Activation activation, Weight reader);
    void addTo(Weight matrix, Rows rows, Weight next);
    void addNormedTo(Weight matrix, Rows rows, Weight norm, Weight next);
    void head(Weight output);
    void compress(Weight query, Weight keyValue);
    void expandQuery(Weight norm, Weight up);
    void turnAndStoreLatent(std::uint32_t layer, const LatentAttention& latent, Weight norm);
    void absorb(Weight keyUp, const LatentAttention& latent);
    void attendLatent(std::uint32_t layer, const LatentAttention& latent);
    void expandValues(Weight valueUp, const LatentAttention& latent);
    void projectDelta(Weight input, Weight gate, Weight step, Weight write);
    void convolve(std::uint32_t layer, const DeltaAttention& delta, Weight convolution);
    void applyDelta(std::uint32_t layer, const DeltaAttention& delta, const DeltaWeights& weights);
    void route(Weight router, Weight bias, Weight share, const MixtureFeedForward& mixture);
    void gateChosen(Weight gate, Weight up, Weight reader, const MixtureFeedForward& mixture);
    void addChosen(Weight down, const MixtureFeedForward& mixture, Weight next);

private:
    // The places, in m_chosen and so in m_expertGate, of those that use an expert.
    std::vector<std::size_t> usersOf(std::uint32_t expert) const;
    std::vector<float> vectorOf(Weight weight) const; // empty where the model has none
    void norm(Weight weight);
    void addSum(Weight next);
    void takeQueryGates(const HeadAttention& heads);
    void gateAttended();
    void normHeads(Weight weight, std::span<float> rows) const; // each head by itself
    // out = in · matrixᵀ + bias, with what adapters add to the matrix
    void multiply(const Projection& projection, std::span<const float> in, std::vector<float>& out) const;
    std::span<const float> anglesOf(std::size_t row);
    std::uint32_t positionOf(std::size_t row) const;
    std::uint32_t slotOf(std::size_t row) const;
    // The rows of a layer's keys or values, each `length` long, that a row of the batch sees, in order of
    // position: shared slots lie together, so a branch's own are copied after them.
    const float* visible(std::size_t row, const float* all, std::size_t length,
                         std::vector<float>& copied) const;

    const ModelConfig& m_config;
    const FileWeights& m_weights;
    const ReferenceAdapters& m_adapters;
    const Batch& m_batch;
    ReferenceCache& m_cache;
    std::vector<float>& m_logits;
    std::size_t m_rows;
    std::vector<float> m_x, m_normed;   // [n x d]
    std::vector<float> m_q, m_k, m_v;   // [n x heads*keySize], [n x kvHeads*keySize], [n x kvHeads*valueSize]
    std::vector<float> m_attended;      // [n x heads*valueSize]
    std::vector<float> m_gate, m_up;    // [n x f]
    std::vector<float> m_sum;           // [n x d]
    std::vector<ChosenExpert> m_chosen; // [n x used]
    std::vector<float> m_share;         // [n], of the shared expert
    std::vector<float> m_expertGate;    // [n x used x h]
    std::vector<float> m_latent;   // [n x kvRank + ropeSize]; then what attention gives [n x heads x kvRank]
    std::vector<float> m_absorbed; // [n x heads x kvRank + ropeSize]
    std::vector<float> m_mixed;    // [n x channels]: q, k, v of the delta rule
    std::vector<float> m_deltaGate, m_step, m_write; // [n x valueHeads*size], [n x valueHeads], likewise
    std::vector<float> m_queryGate;                  // [n x heads*valueSize]
    std::vector<float> m_angles;                     // [n x rotary/2] pairs (cos, sin)
};

} // namespace ponder
