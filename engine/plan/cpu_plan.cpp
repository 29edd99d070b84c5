#include "engine/plan/cpu_plan.h"

#include "engine/plan/cpu_adapter_plan.h"
#include "engine/plan/small_model.h"
#include "engine/plan/state_room.h"

#include <algorithm>
#include <map>
#include <set>

namespace ponder {
namespace {

constexpr std::uint32_t kMaxRows = 256;

// Gives every tensor its place, in the order in which a pass reads them.
class CpuPlacer {
public:
    explicit CpuPlacer(CpuPlan& plan) : m_plan(plan) {}

    const CpuTensor* place(const TensorRow& row, const TensorInfo* source) {
        CpuTensor* tensor = known(source);
        if (tensor->packed) return tensor;
        if (row.multiplied()) {
            tensor->packed = true;
            tensor->at = m_plan.weightBytes;
        }
        tensor->decoded = row.kind == TensorKind::Vector;
        m_plan.weightBytes += packedBytes(row, *source);
        return tensor;
    }

private:
    CpuTensor* known(const TensorInfo* source) {
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

void placeWeights(CpuPlan& plan, const FileWeights& file) {
    CpuPlacer placer(plan);
    plan.weights = Weights<const CpuTensor*>(file.layers());
    plan.weights.tied = file.tied;
    plan.weights.made = file.made;
    forEachWeight(file.layers(), [&](Weight weight) {
        const TensorRow* row = plan.config.family->row(weight.slot);
        if (!row || !file[weight]) return;
        plan.weights[weight] = placer.place(*row, file[weight]);
    });
    for (std::uint32_t i = plan.layers.first; i < plan.layers.end; ++i)
        plan.floatExperts = plan.floatExperts || hasFloatExperts(file, i);
}

// Keys and values of one head in 16 slots.
std::uint64_t headBytes(KvType type, std::uint32_t keySize, std::uint32_t valueSize) {
    const std::uint64_t values = std::uint64_t{kCacheSlots} * (keySize + valueSize);
    switch (type) {
    case KvType::F32:
        return values * 4;
    case KvType::F16:
        return values * 2;
    case KvType::Q8_0:
        break;
    }
    return values + values / 32 * 2;
}

// Bytes that 32 values take as whole numbers in tiles, at most.
std::uint64_t tileBytes(const CpuPlan& plan) { return plan.rounding == Rounding::Fine ? 84 : 68; }

// What routing leaves, and rows once more for each expert that they use (backend/cpu/expert_rows.h).
std::uint64_t expertScratch(const CpuPlan& plan) {
    const MixtureFeedForward& mixture = plan.config.mixture;
    if (mixture.experts == 0) return 0;
    const std::uint64_t users = std::uint64_t{plan.maxRows} * mixture.used;
    // An expert's last tile may be half empty at most, and has eight columns.
    const std::uint64_t columns =
        std::min(2 * users, users + 7 * std::min<std::uint64_t>(users, mixture.experts));
    const std::uint64_t tiles = columns * (plan.config.width + mixture.hidden) / 32 * tileBytes(plan);
    const std::uint64_t logits = std::uint64_t{plan.maxRows} * (2 * mixture.experts + 2 * kPanelRows) * 4;
    const std::uint64_t gated = plan.floatExperts ? users * mixture.hidden * 4 : 0;
    return tiles + logits + gated + users * 20 + std::uint64_t{mixture.experts} * 192;
}

// Of a row of latent attention: queries, what they are made from, what is kept, queries that keys were
// absorbed in, what attention gives, and whole numbers of each head's (backend/cpu/cpu_latent.cpp).
std::uint64_t latentScratch(const CpuPlan& plan) {
    const LatentAttention& latent = plan.config.latent;
    if (latent.heads == 0) return 0;
    const std::uint64_t size = keptSize(latent), heads = latent.heads;
    return 4 * (latent.queryLength() + 2 * latent.queryRank + size + 3 * kPanelRows + heads * size +
                heads * latent.kvRank) +
           (latent.queryRank + heads * std::max(latent.kvRank, latent.nopeSize)) / 32 * tileBytes(plan);
}

// Of a thread: an unpacked panel, a chunk of results.
std::uint64_t threadScratch(std::uint64_t widest) {
    return widest / 32 * kUnpackedBlockBytes + std::uint64_t{kMaxRows} * 64 * 4;
}

std::uint64_t blockBytes(const CpuTensor& tensor) { return lineBytes(tensor.layout.bytes()); }

void addAdapters(CpuPlan& plan, const AdapterSet& set, unsigned threads) {
    const CpuAdapterPlan adapters = CpuAdapterPlan::make(set, plan.layers, plan.config);
    plan.adapterBytes = adapters.bytes;
    // Of a row: A x; of a thread: what is added to a chunk.
    plan.scratchBytes += std::uint64_t{adapters.lowLength} * 4 * plan.maxRows;
    if (adapters.bytes > 0) plan.scratchBytes += std::uint64_t{kMaxRows} * 32 * 4 * threads;
}

// Matrices that may stay in the file, in the order in which they leave the memory: the experts of the last
// layer first, as a token needs few of them; then others, from the last layer on.
std::vector<Weight> mappable(const CpuPlan& plan) {
    std::vector<Weight> experts, others;
    forEachWeight(plan.weights.layers(), [&](Weight weight) {
        const CpuTensor* tensor = plan.weights[weight];
        if (!isOfLayer(weight.slot) || !tensor || !tensor->packed) return;
        const TensorKind kind = plan.config.family->row(weight.slot)->kind;
        if (kind == TensorKind::Stack) experts.push_back(weight);
        if (kind == TensorKind::Matrix) others.push_back(weight);
    });
    std::reverse(experts.begin(), experts.end());
    experts.insert(experts.end(), others.rbegin(), others.rend());
    return experts;
}

// Closes the gaps in the block of weights, where tensors lie in the order of their places: a table that is
// multiplied with as well is known long before it has one.
void placeAgain(CpuPlan& plan) {
    std::map<std::uint64_t, CpuTensor*> places;
    for (CpuTensor& tensor : plan.tensors)
        if (tensor.packed || tensor.mapped) places[tensor.at] = &tensor;
    std::uint64_t left = 0;
    for (const auto& [at, tensor] : places) {
        tensor->at -= left;
        if (tensor->mapped) left += blockBytes(*tensor);
    }
}

// As few matrices as possible, until all else has room.
void leaveInFile(CpuPlan& plan, std::uint64_t room, unsigned threads) {
    std::set<const CpuTensor*> leaving;
    for (const Weight weight : mappable(plan)) {
        if (plan.memory().total() <= room) break;
        const CpuTensor& tensor = *plan.weights[weight];
        leaving.insert(&tensor);
        plan.weightBytes -= blockBytes(tensor);
        plan.mappedBytes += bytesOf(*tensor.source);
        const std::uint64_t panels = std::max(plan.mappedPanels, kChunkPanels * tensor.layout.panelBytes());
        plan.scratchBytes += (panels - plan.mappedPanels) * threads;
        plan.mappedPanels = panels;
    }
    for (CpuTensor& tensor : plan.tensors) {
        tensor.mapped = leaving.contains(&tensor);
        tensor.packed = tensor.packed && !tensor.mapped;
    }
    placeAgain(plan);
}

} // namespace

std::uint64_t packedBytes(const TensorRow& row, const TensorInfo& tensor) {
    if (row.kind == TensorKind::Table) return 0;
    if (!row.multiplied()) return tensor.rowLength() * tensor.rows() * sizeof(float);
    return lineBytes(PanelLayout::of(tensor.type, tensor.rowLength(), tensor.rows()).bytes());
}

DeltaRow DeltaRow::of(const DeltaAttention& delta) {
    const auto padded = [](std::uint32_t rows) { return (rows + kPanelRows - 1) / kPanelRows * kPanelRows; };
    const std::uint32_t gateAt = padded(delta.channels()), stepAt = gateAt + padded(delta.valueLength());
    const std::uint32_t writeAt = stepAt + padded(delta.valueHeads);
    return {gateAt, stepAt, writeAt, writeAt + padded(delta.valueHeads)};
}

bool hasFloatExperts(const FileWeights& weights, std::uint32_t layer) {
    const TensorInfo* down = weights[{Slot::DownExperts, layer}];
    return down && !PanelLayout::of(down->type, down->rowLength(), down->rows()).quantized();
}

CpuPlan CpuPlan::begin(const PlanRequest& request) {
    CpuPlan plan;
    plan.config = request.config;
    plan.lengths = RowLengths::of(request.config);
    plan.layers = request.layers.of(request.config.layers);
    plan.maxRows = kMaxRows;
    plan.rounding = request.precision == Precision::Float  ? Rounding::Fine
                    : request.fileBytes < kSmallModelBytes ? Rounding::Outliers
                                                           : Rounding::Coarse;
    return plan;
}

CpuPlan CpuPlan::ofExperts(const PlanRequest& request, unsigned threads) {
    CpuPlan plan = begin(request);
    placeWeights(plan, expertsOf(request.weights, plan.layers.first, plan.layers.end));
    plan.planExpertScratch(threads);
    if (request.room > 0) leaveInFile(plan, request.room, threads);
    return plan;
}

void CpuPlan::planExpertScratch(unsigned threads) {
    // Of a row: x, its normed form, what experts add, tiles.
    const std::uint64_t width = config.width;
    const std::uint64_t row = 3 * 4 * width + width / 32 * tileBytes(*this);
    const std::uint64_t widest = std::max<std::uint64_t>(width, config.mixture.hidden);
    scratchBytes = row * maxRows + threadScratch(widest) * threads + expertScratch(*this);
}

CpuKvPlan CpuPlan::planCache(std::uint32_t tokens, KvType type) const {
    CpuKvPlan out;
    out.tokens = tokens;
    out.type = type;
    out.snapshots = stateSnapshots(config);
    const std::uint64_t blocks = (std::uint64_t{tokens} + kCacheSlots - 1) / kCacheSlots;
    for (std::uint32_t i = layers.first; i < layers.end; ++i) {
        const Layer layer = config.layer(i);
        const KeptValues kept = layer.kept();
        const std::uint32_t keySize = paddedHead(kept.keySize), valueSize = paddedHead(kept.valueSize);
        out.layers.push_back({kept.heads, keySize, valueSize, headBytes(type, keySize, valueSize),
                              out.slotBytes, kept.keySize, kept.valueSize, layer.keptState().length()});
        out.slotBytes += blocks * out.layers.back().blockBytes();
        out.stateBytes += layer.keptState().bytes();
    }
    return out;
}

void CpuPlan::planScratch(unsigned threads) {
    bool normsAfter = false;
    wideLength = 0;
    for (std::uint32_t i = layers.first; i < layers.end; ++i) {
        const Layer layer = config.layer(i);
        normsAfter = normsAfter || layer.normsAfter;
        const HeadAttention* heads = layer.heads();
        if (heads && paddedHead(heads->valueSize) != heads->valueSize)
            wideLength = std::max(wideLength, heads->heads * paddedHead(heads->valueSize));
    }
    const std::uint64_t width = config.width, attended = lengths.attended, hidden = lengths.hidden;
    const std::uint64_t widest =
        std::max({width, hidden, attended, std::uint64_t{config.mixture.hidden},
                  std::uint64_t{config.latent.queryRank}, std::uint64_t{config.latent.kvRank}});
    // Of a row: x, its normed form, what a part gives where that is normed, q, k, v, what attention gives,
    // tiles (at most 68 or 84 bytes for 32 values).
    const std::uint64_t projected = std::max<std::uint64_t>(lengths.queries + lengths.keys + lengths.values,
                                                            DeltaRow::of(config.delta).length);
    const std::uint64_t row =
        std::uint64_t{4} * ((normsAfter ? 3 : 2) * width + projected + attended + hidden + wideLength) +
        (width + attended + hidden) / 32 * tileBytes(*this) + latentScratch(*this);
    scratchBytes = row * maxRows + threadScratch(widest) * threads + expertScratch(*this);
}

CpuPlan CpuPlan::make(const PlanRequest& request, unsigned threads) {
    CpuPlan plan = begin(request);
    placeWeights(plan, partOf(withRopeFactors(request.weights, plan.config, request.contextTokens),
                              plan.layers.first, plan.layers.end));
    plan.kv = plan.planCache(request.contextTokens, request.kvType);
    plan.planScratch(threads);
    if (request.adapters) addAdapters(plan, *request.adapters, threads);
    if (request.room > 0) leaveInFile(plan, request.room, threads);
    return plan;
}

} // namespace ponder
