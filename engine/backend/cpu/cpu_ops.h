// The operations of model/forward.h on the processor: fused, on all threads, without allocating per token.
//
// One object serves an executor for its life; begin() takes the next rows. Each operation is one or two tasks
// of the pool: norms and rounding by rows, products by panels of sixteen weight rows, attention by key heads
// (and by parts of a long cache). Owner: CpuExecutor. Thread: its device's. Errors: none; once a stop is
// requested the remaining operations do nothing and stopped() says so. Next station: cpu_executor.h.
#pragma once

#include "engine/backend/cpu/attention_kernels.h"
#include "engine/backend/cpu/cpu_adapters.h"
#include "engine/backend/cpu/cpu_cache.h"
#include "engine/backend/cpu/cpu_weights.h"
#include "engine/backend/cpu/expert_rows.h"
#include "engine/backend/cpu/kernel_clock.h"
#include "engine/model/forward.h"

#include <algorithm>

namespace ponder::cpu {

inline constexpr std::size_t kChunkRows = kChunkPanels * kPanelRows;

class CpuOps {
public:
    CpuOps(const CpuPlan& plan, const CpuWeights& weights, const CpuAdapters& adapters, ThreadPool& pool);

    // The rows of the next pass; `out` takes what head() or send() give.
    void begin(const Batch& batch, CpuCache& cache, const std::stop_token& stop, std::vector<float>& out);
    // The same for route(), gateChosen() and addChosen() alone, of a layer with the norm `next` before it.
    void beginExperts(std::span<const float> x, Weight next, const std::stop_token& stop,
                      std::vector<float>& out);
    void clear(); // x becomes zero; what has been read of it stays
    bool stopped() const { return m_stop.stop_requested(); }

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

    std::uint64_t bytes() const; // of scratch memory, as it is now
    KernelClock& clock() { return m_clock; }
    const KernelClock& clock() const { return m_clock; }

private:
    using Tensor = const CpuTensor*;
    // Rows of activations in both forms that products take.
    struct Operand {
        explicit Operand(Rounding rounding) : tiles(rounding) {}

        std::vector<float> values; // [rows x length]
        ActivationTiles tiles;
        std::uint32_t length = 0;
    };
    struct Place { // where rows of a product go
        float* first = nullptr;
        std::size_t stride = 0;
    };

    struct RowRange {
        std::uint32_t first, count;
    };

    void fit(std::vector<float>& values, std::size_t length) const; // room for all rows
    std::uint32_t positionOf(std::uint32_t row) const;
    std::uint32_t slotOf(std::uint32_t row) const;
    // A matrix and what adapters add to it.
    struct Adapted {
        Tensor matrix;
        const CpuAddition& added;
    };
    Adapted adapted(Weight weight) const;
    template<class Use>
    void usePanels(Tensor matrix, std::uint64_t first, std::uint64_t end, unsigned thread, Use&& use);
    void norm(RowRange rows, std::initializer_list<Adapted> readers);
    void quantize(Operand& rows, std::uint32_t count);
    void multiply(const Adapted& matrix, const Operand& in, std::uint32_t rows, std::uint64_t first,
                  std::uint64_t end, unsigned thread, Place out);
    void addProduct(Weight matrix, Rows rows, float* to);
    void gateUpChunk(const Adapted& gate, const Adapted& up, const Adapted& reader, std::uint64_t chunk,
                     unsigned thread);
    struct ProjectedPart {
        Adapted matrix;
        const float* bias;
        std::size_t at; // in a row of m_qkv
    };
    void projectInto(std::span<const ProjectedPart> parts);
    // Rows of values of all heads.
    struct HeadRows {
        float* first;
        std::size_t rowStride, headStride;
    };
    void multiplyHeads(Tensor stack, std::uint32_t heads, const HeadRows& in, const HeadRows& out);
    void quantizeHeads(std::uint32_t heads, std::uint32_t length, const HeadRows& in);
    std::size_t panelGrain(std::uint64_t panels) const;
    void descend(const Operand& in, std::uint32_t rows, std::initializer_list<Adapted> readers);
    void descendPanel(const Operand& in, RowRange rows, const CpuAddition& addition, std::uint64_t panel);
    void climb(const CpuAddition& addition, std::uint32_t rows, std::uint64_t first, std::uint64_t end,
               unsigned thread, Place out);
    void embedAdded(const CpuAddition& table);
    struct ExpertChunk {
        Tensor stack;
        const ExpertGroup* group;
        std::uint64_t panel; // of the stack
    };
    template<class RowOf>
    void multiplyExpert(const ExpertChunk& chunk, const ActivationTiles& tiles, RowOf&& rowOf,
                        unsigned thread, float* out);
    void fetchChosen(std::initializer_list<Tensor> stacks, std::uint32_t experts) const;
    void layOutExperts(bool quantized, const MixtureFeedForward& mixture);
    void gateExpert(Tensor gate, Tensor up, Tensor reader, const MixtureFeedForward& mixture,
                    std::uint64_t unit, unsigned thread);
    float shareOf(std::uint32_t row) const;
    // Attention of one layer: its numbers, which of the executor's layers it is, and its rows.
    struct AttendedLayer {
        const HeadAttention& heads;
        std::uint32_t own;
        const float* queries; // [rows x heads x keySize], each row after `queryStride`,
        std::size_t queryStride;
        std::size_t queryHead; // each head after this
        float* out;            // [rows x heads * valueSize]
        std::size_t outStride;
    };
    void attend(const AttendedLayer& layer);
    void gateAttended(const HeadAttention& heads);
    std::uint32_t sequences() const;
    void prepareDelta(const DeltaAttention& delta, const DeltaWeights& weights);
    void gateDelta(const DeltaAttention& delta, const float* norm);
    void makeAngles();
    const float* anglesOf(std::uint32_t row) const;
    HeadBlocks headBlocks(const AttendedLayer& layer, std::uint32_t kvHead) const;
    Slots slotsOf(std::uint32_t row) const;
    // The positions that a row sees.
    PositionRange seenBy(const AttendedLayer& layer, std::uint32_t row) const;
    void attendRows(const AttendedLayer& layer, std::uint32_t kvHead, RowRange rows, unsigned thread);
    void attendPart(const HeadBlocks& head, RowRange rows, PositionRange range, Queries& queries) const;
    Place attendedPlace(const HeadAttention& heads);
    void narrow(const HeadAttention& heads, std::uint32_t row, std::uint32_t firstHead, std::uint32_t count);
    void attendInParts(const AttendedLayer& layer, const PositionRange& seen);

    const CpuPlan& m_plan;
    const ModelConfig& m_config;
    const CpuWeights& m_weights;
    const CpuAdapters& m_adapters;
    ThreadPool& m_pool;
    KernelClock m_clock;

    Batch m_batch;
    CpuCache* m_cache = nullptr;
    std::stop_token m_stop;
    std::vector<float>* m_out = nullptr;
    std::uint32_t m_rows = 0;
    std::uint32_t m_lookedUp = 0; // rows of the table of embeddings so far

    Weight m_nextNorm = kNoWeight; // that x is normed with before the next product reads it
    std::vector<float> m_x;        // residual stream [rows x width]
    Operand m_normed;              // [rows x width]
    std::vector<float> m_given;    // by a part, before it is normed [rows x width]
    std::vector<float> m_qkv;      // q, k and v after each other, each padded to whole panels
    std::size_t m_kAt = 0, m_vAt = 0, m_qkvStride = 0;
    std::vector<float> m_angles;        // [rows x rotary/2] pairs (cos, sin)
    Operand m_attended;                 // [rows x heads * valueSize]
    std::uint32_t m_attendedLength = 0; // the longest of these in any layer
    std::vector<float> m_wide;          // the same with padded heads, where they are padded
    Operand m_gated;                    // activation(gate) * up [rows x hidden]
    std::uint32_t m_hiddenLength = 0;   // the longest of these in any layer
    // Of latent attention. The queries are in m_qkv or, where they are made from less, in m_queries.
    Operand m_compressed;                     // what queries are made from [rows x queryRank]
    std::vector<float> m_queries;             // [rows x heads * keySize]
    HeadRows m_query{};                       // whichever it is
    std::vector<float> m_absorbed, m_latents; // [rows x heads * keptSize], [rows x heads * kvRank]
    std::vector<ActivationTiles> m_headTiles; // of each head, in m_headMemory
    HostBuffer m_headMemory;
    std::vector<ChosenExpert> m_chosen; // [rows x used]
    ExpertRows m_experts;               // the same, sorted
    std::vector<float> m_logits;        // the router's [rows x padded experts], then scores [rows x experts]
    std::vector<float> m_share;         // of the shared expert, before the sigmoid, [rows x a panel]
    std::vector<float> m_expertGated;   // where the next product reads floats [users x hidden]
    std::vector<float> m_low;           // s ⊙ (A x) of the adapters [rows x their ranks]
    std::vector<float> m_parts;         // attention in parts: [part][head][padded valueSize]
    std::vector<AttentionState> m_states; // [part][head]
    struct Thread {
        std::vector<std::byte> unpacked;
        HostBuffer packed;        // panels of a matrix that stays in the file, on cache lines
        std::vector<float> part;  // of attention: [query][padded valueSize]
        std::vector<float> chunk; // results of a few panels [rows x panels * 16], twice
        std::vector<float> delta; // what adapters add to them
    };
    std::vector<Thread> m_threads;
};

// Calls use(matrix, from, to, row) for panels first .. end - 1 of a weight, whose results begin at `row`.
// Those of a matrix that stays in the file are packed just before, a few at a time, and have other numbers.
template<class Use>
void CpuOps::usePanels(Tensor weight, std::uint64_t first, std::uint64_t end, unsigned thread, Use&& use) {
    if (!weight->mapped) return use(m_weights.matrix(weight), first, end, std::size_t{0});
    for (std::uint64_t p = first; p < end; p += kChunkPanels) {
        const std::uint64_t stop = std::min<std::uint64_t>(end, p + kChunkPanels);
        use(m_weights.packed(weight, p, stop, m_threads[thread].packed.data()), std::uint64_t{0}, stop - p,
            std::size_t{p - first} * kPanelRows);
    }
}

} // namespace ponder::cpu
