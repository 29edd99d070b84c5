#include "engine/plan/cpu_plan.h"

#include "engine/plan/cpu_adapter_plan.h"
#include "engine/plan/small_model.h"

#include <map>

namespace ponder {
namespace {

constexpr std::uint32_t kMaxRows = 256;
constexpr std::uint64_t kLine = 64; // matrices begin on a cache line

// Gives every tensor its place, in the order in which a pass reads them.
class Placer {
public:
    explicit Placer(CpuPlan& plan) : m_plan(plan) {}

    const CpuTensor* matrix(const TensorInfo* source) {
        CpuTensor* tensor = known(source);
        if (!tensor || tensor->packed) return tensor;
        tensor->packed = true;
        tensor->at = m_plan.weightBytes;
        m_plan.weightBytes += (tensor->layout.bytes() + kLine - 1) / kLine * kLine;
        return tensor;
    }

    // Norms and biases become f32; a table that is only looked up stays in the file.
    const CpuTensor* vector(const TensorInfo* source) {
        if (source) m_plan.weightBytes += source->rowLength() * sizeof(float);
        return known(source);
    }
    const CpuTensor* table(const TensorInfo* source) { return known(source); }

private:
    CpuTensor* known(const TensorInfo* source) {
        if (!source) return nullptr;
        CpuTensor*& tensor = m_known[source];
        if (!tensor) {
            m_plan.tensors.push_back(
                {source, PanelLayout::of(source->type, source->rowLength(), source->rows())});
            tensor = &m_plan.tensors.back();
        }
        return tensor;
    }

    CpuPlan& m_plan;
    std::map<const TensorInfo*, CpuTensor*> m_known;
};

void placeWeights(CpuPlan& plan, const FileWeights& all) {
    const FileWeights file = partOf(all, plan.layers.first, plan.layers.end);
    Placer place(plan);
    auto& out = plan.weights;
    out.layers.resize(file.layers.size());
    out.tied = file.tied;
    out.tokenEmbedding = place.table(file.tokenEmbedding);
    out.ropeFactors = place.vector(file.ropeFactors);
    for (std::size_t i = 0; i < file.layers.size(); ++i) {
        const auto& from = file.layers[i];
        auto& to = out.layers[i];
        to.attentionNorm = place.vector(from.attentionNorm);
        to.q = place.matrix(from.q);
        to.k = place.matrix(from.k);
        to.v = place.matrix(from.v);
        to.qBias = place.vector(from.qBias);
        to.kBias = place.vector(from.kBias);
        to.vBias = place.vector(from.vBias);
        to.output = place.matrix(from.output);
        to.feedForwardNorm = place.vector(from.feedForwardNorm);
        to.gate = place.matrix(from.gate);
        to.up = place.matrix(from.up);
        to.down = place.matrix(from.down);
    }
    out.outputNorm = place.vector(file.outputNorm);
    out.output = place.matrix(file.output);
}

} // namespace

CpuKvPlan CpuPlan::planCache(std::uint32_t tokens, KvType type) const {
    const std::uint64_t values = std::uint64_t{kCacheSlots} * config.headSize * 2;
    CpuKvPlan out;
    out.tokens = tokens;
    out.type = type;
    out.headBytes = type == KvType::F32   ? values * 4
                    : type == KvType::F16 ? values * 2
                                          : values + values / 32 * 2;
    out.layerBytes = (std::uint64_t{tokens} + kCacheSlots - 1) / kCacheSlots * config.kvHeads * out.headBytes;
    out.layers = layers.end - layers.first;
    return out;
}

CpuPlan CpuPlan::make(const PlanRequest& request, unsigned threads) {
    CpuPlan plan;
    plan.config = request.config;
    plan.layers = request.layers.of(request.config.layers);
    plan.maxRows = kMaxRows;
    placeWeights(plan, request.weights);
    plan.rounding = request.precision == Precision::Float  ? Rounding::Fine
                    : request.fileBytes < kSmallModelBytes ? Rounding::Outliers
                                                           : Rounding::Coarse;
    plan.kv = plan.planCache(request.contextTokens, request.kvType);
    const ModelConfig& c = plan.config;
    const std::uint64_t widest = std::max({c.width, c.hidden, c.queryLength()});
    // Of a row: x, its normed form, q, k, v, what attention gives, tiles (at most 68 or 84 bytes for 32
    // values).
    const std::uint64_t row = std::uint64_t{4} * (2 * c.width + 2 * c.queryLength() + 2 * c.kvLength()) +
                              (std::uint64_t{c.width} + c.queryLength() + c.hidden) / 32 *
                                  (plan.rounding == Rounding::Fine ? 84 : 68) +
                              std::uint64_t{4} * c.hidden;
    // Of a thread: an unpacked panel, a chunk of results.
    const std::uint64_t thread = widest / 32 * kUnpackedBlockBytes + std::uint64_t{kMaxRows} * 64 * 4;
    plan.scratchBytes = row * plan.maxRows + thread * threads;
    if (!request.adapters) return plan;
    const CpuAdapterPlan adapters = CpuAdapterPlan::make(*request.adapters, plan.layers, c.layers);
    plan.adapterBytes = adapters.bytes;
    // Of a row: A x; of a thread: what is added to a chunk.
    plan.scratchBytes += std::uint64_t{adapters.lowLength} * 4 * plan.maxRows;
    if (adapters.bytes > 0) plan.scratchBytes += std::uint64_t{kMaxRows} * 32 * 4 * threads;
    return plan;
}

} // namespace ponder
