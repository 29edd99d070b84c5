#include "engine/plan/vulkan_plan.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/plan/state_room.h"
#include "engine/plan/type_check.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

namespace ponder {
namespace {

constexpr std::uint32_t kMaxLogitRows = 64;
constexpr std::uint32_t kMostBranches = 64;                  // in one pass
constexpr std::uint32_t kQuantPieces = 3;                    // of 32 quantized activations
constexpr std::uint64_t kMaxPieces = std::uint64_t{1} << 31; // texel coordinates are signed

std::uint32_t padded(std::uint64_t value, std::uint32_t to) {
    return static_cast<std::uint32_t>((value + to - 1) / to * to);
}

// `pattern` has the bytes as %1, the bytes of the largest buffer as %2 and the tensor, if any, as %3.
Error tooLarge(const PlanLimits& limits, const char* pattern, std::uint64_t bytes,
               std::string_view tensor = {}) {
    return {
        ErrorCode::DoesNotFit, limits.deviceName,
        Detail{pattern, {std::to_string(bytes), std::to_string(limits.largestBuffer), printable(tensor)}}};
}

std::uint32_t valueBytes(KvType type) {
    switch (type) {
    case KvType::F16:
        return 2;
    case KvType::F32:
        return 4;
    case KvType::Q8_0:
        return 1;
    }
    return 0;
}

constexpr const char* kTensorTooLarge =
    PONDER_TR_NOOP("ErrorDetail", "%3 needs %1 bytes in one buffer of at most %2");

// Puts tensors into chunks, in order, as long as the current chunk has room.
class Placer {
public:
    explicit Placer(VulkanPlan& plan) : m_plan(plan) {}

    // Matrices that one dispatch reads: all in one chunk.
    Result<void> together(std::span<const Weight> group, const FileWeights& from) {
        std::uint64_t pieces = 0;
        for (const Weight weight : group)
            pieces += limits().layoutOf(*from[weight], from[weight]->rows()).pieces();
        if (pieces * 16 > limits().largestBuffer)
            return tooLarge(limits(), kTensorTooLarge, pieces * 16, from[group.front()]->name);
        reserve(pieces);
        for (const Weight weight : group) {
            VulkanTensor& tensor = add(from[weight]);
            addSlice(tensor, 0, from[weight]->rows());
            m_plan.weights[weight] = &tensor;
        }
        return {};
    }

    // A matrix that may be cut by rows (embedding, output).
    Result<const VulkanTensor*> cut(const TensorInfo* matrix) {
        if (const auto known = m_known.find(matrix); known != m_known.end()) return known->second;
        VulkanTensor& tensor = add(matrix);
        const std::uint64_t few = limits().rowsTogether();
        const std::uint64_t fewBytes = limits().layoutOf(*matrix, few).bytes();
        const std::uint64_t fit = limits().largestBuffer / fewBytes * few;
        if (fit == 0) return tooLarge(limits(), kTensorTooLarge, fewBytes, matrix->name);
        for (std::uint64_t row = 0; row < matrix->rows(); row += fit) {
            const std::uint64_t rows = std::min(fit, matrix->rows() - row);
            reserve(limits().layoutOf(*matrix, rows).pieces());
            addSlice(tensor, row, rows);
        }
        m_known[matrix] = &tensor;
        return &tensor;
    }

    // A norm or bias: f32 in scratch.
    const VulkanTensor* vector(const TensorInfo* source) {
        if (!source) return nullptr;
        VulkanTensor& tensor = add(source);
        tensor.vectorAt = static_cast<std::uint32_t>(m_plan.scratch.pieces);
        tensor.vectorPieces = vectorPieces(source->rowLength() * source->rows());
        m_plan.scratch.pieces += tensor.vectorPieces;
        return &tensor;
    }
    // As many as a row has values.
    void ones() {
        m_plan.scratch.ones = static_cast<std::uint32_t>(m_plan.scratch.pieces);
        m_plan.scratch.pieces += vectorPieces(m_plan.config.width);
    }

private:
    const PlanLimits& limits() const { return m_plan.limits; }
    VulkanTensor& add(const TensorInfo* source) {
        m_plan.tensors.push_back({source, {}, 0, 0});
        return m_plan.tensors.back();
    }
    void reserve(std::uint64_t pieces) {
        if (m_plan.chunks.empty() || m_plan.chunks.back() + pieces * 16 > limits().largestBuffer)
            m_plan.chunks.push_back(0);
    }
    void addSlice(VulkanTensor& tensor, std::uint64_t firstRow, std::uint64_t rows) {
        std::uint64_t& chunk = m_plan.chunks.back();
        const DeviceLayout layout = limits().layoutOf(*tensor.source, rows);
        tensor.slices.push_back({static_cast<std::uint32_t>(m_plan.chunks.size() - 1),
                                 static_cast<std::uint32_t>(chunk / 16), firstRow, layout});
        chunk += layout.bytes();
    }

    VulkanPlan& m_plan;
    std::map<const TensorInfo*, const VulkanTensor*> m_known;
};

// Vectors first, then matrices, those of one reader together, in the order of the family's table.
Result<void> placeLayer(Placer& placer, const FileWeights& from, VulkanPlan& plan, std::uint32_t layer) {
    std::array<std::vector<Weight>, kReaders> groups;
    std::vector<std::vector<Weight>*> order;
    std::vector<std::vector<Weight>> alone;
    alone.reserve(plan.config.family->tensors.size());
    for (const TensorRow& row : plan.config.family->tensors) {
        const Weight weight{row.slot, layer};
        if (!isOfLayer(row.slot) || !from[weight]) continue;
        if (row.kind == TensorKind::Vector) {
            plan.weights[weight] = placer.vector(from[weight]);
            continue;
        }
        std::vector<Weight>& group =
            row.reader == Reader::Alone ? alone.emplace_back() : groups[static_cast<std::size_t>(row.reader)];
        if (group.empty()) order.push_back(&group);
        group.push_back(weight);
    }
    for (const std::vector<Weight>* group : order)
        if (auto placed = placer.together(*group, from); !placed) return placed;
    return {};
}

Result<void> placeWeights(VulkanPlan& plan, const FileWeights& from) {
    Placer placer(plan);
    plan.weights = Weights<const VulkanTensor*>(from.layers());
    plan.weights.tied = from.tied;
    plan.weights.made = from.made;
    placer.ones();
    if (plan.hasFirst()) {
        const auto embedding = placer.cut(from[Slot::TokenEmbedding]);
        if (!embedding) return embedding.error();
        plan.weights[Slot::TokenEmbedding] = *embedding;
    }
    for (std::uint32_t i = plan.layers.first; i < plan.layers.end; ++i) {
        if (auto placed = placeLayer(placer, from, plan, i); !placed) return placed.error();
        if (plan.lendsExperts(i))
            plan.lacksExperts = true;
        else if (from[{Slot::DownExperts, i}])
            plan.hasExperts = true;
    }
    if (!plan.hasLast()) return {};
    plan.weights[Slot::OutputNorm] = placer.vector(from[Slot::OutputNorm]);
    const auto output = placer.cut(from[Slot::Output]);
    if (!output) return output.error();
    plan.weights[Slot::Output] = *output;
    return {};
}

// What scratch needs to know of the plan's layers.
struct LayerFacts {
    bool normsAfter = false; // in any
    // Values of a head's query and of what attention gives, for all heads, with their padding.
    std::uint32_t queries = 0, attended = 0;
    std::uint32_t projected = 0, projection = 0; // values that matrices make of n: together, the most of one

    static LayerFacts of(const ModelConfig& config, const LayerRange& layers) {
        LayerFacts out;
        const auto have = [&](std::uint32_t heads, std::uint32_t keySize, std::uint32_t valueSize) {
            out.queries = std::max(out.queries, heads * paddedHead(keySize));
            out.attended = std::max(out.attended, heads * paddedHead(valueSize));
        };
        for (std::uint32_t i = layers.first; i < layers.end; ++i) {
            const Layer layer = config.layer(i);
            out.normsAfter = out.normsAfter || layer.normsAfter;
            if (const HeadAttention* heads = layer.heads()) {
                have(heads->heads, heads->keySize, heads->valueSize);
                out.project({heads->askedLength(), heads->keyLength(), heads->valueLength()});
            }
            if (const LatentAttention* latent = layer.latent())
                have(latent->heads, latent->latentSize(), latent->kvRank);
            if (const DeltaAttention* delta = layer.delta())
                out.project({delta->channels(), delta->valueLength()});
        }
        return out;
    }
    void project(std::initializer_list<std::uint32_t> lengths) {
        projected = std::max(projected, std::accumulate(lengths.begin(), lengths.end(), 0U));
        projection = std::max(projection, std::max(lengths));
    }
};

// region: takes rows of that many pieces.
template<class Region>
LatentScratch latentScratch(const VulkanPlan& plan, const Region& region) {
    const LatentAttention& latent = plan.config.latent;
    LatentScratch out;
    if (latent.heads == 0) return out;
    const std::uint32_t attended = latent.heads * latent.kvRank;
    if (latent.queryRank == 0) {
        out.heads = region(attended / 4);
        return out;
    }
    out.compressed = region(padded(latent.queryRank, 32) / 4);
    out.squares = region(out.compressed.stride / 4);
    if (plan.limits.quantizesActivations) out.quants = region(out.compressed.stride / 8 * kQuantPieces);
    out.heads = region(std::max(latent.queryLength(), attended) / 4);
    return out;
}

template<class Region>
DeltaScratch deltaScratch(const VulkanPlan& plan, const Region& region) {
    const DeltaAttention& delta = plan.config.delta;
    if (delta.valueHeads == 0) return {};
    DeltaScratch out;
    out.convolved = region(delta.channels() / 4);
    out.steps = region(2 * ((delta.valueHeads + 3) / 4));
    return out;
}

// Continues after the vectors that placeWeights() has put into scratch.
void placeScratch(VulkanPlan& plan, std::uint32_t contextTokens) {
    const ModelConfig& config = plan.config;
    ScratchPlan& scratch = plan.scratch;
    const auto take = [&](std::uint64_t pieces) {
        const auto at = static_cast<std::uint32_t>(scratch.pieces);
        scratch.pieces += pieces;
        return at;
    };
    // A tile reads (and forgets) rows after the last; logits may begin at any row.
    const std::uint64_t rows = plan.limits.maxRows + plan.limits.tileColumns;
    const auto region = [&](std::uint32_t stride) { return ScratchRegion{take(rows * stride), stride}; };
    const LatentAttention& latent = config.latent;
    const RowLengths& lengths = plan.lengths;
    const LayerFacts facts = LayerFacts::of(config, plan.layers);
    const std::uint32_t queries = std::max(lengths.queries, latent.queryLength());
    const std::uint32_t keys = std::max(lengths.keys, latent.heads > 0 ? latent.latentSize() : 0);
    const std::uint32_t values = lengths.values;
    scratch.zeros = take(padded(std::max({queries, keys, values, config.width, config.mixture.experts,
                                          latent.queryRank, facts.projection}),
                                32) /
                         4);
    scratch.x = region(padded(config.width, 32) / 4);
    scratch.normed = region(scratch.x.stride);
    scratch.squares = region(scratch.x.stride / 4);
    if (facts.normsAfter) {
        scratch.given = region(scratch.x.stride);
        scratch.givenSquares = region(scratch.squares.stride);
    }
    const std::uint32_t projected = (latent.queryRank > 0 ? latent.queryRank : queries) + keys + values;
    scratch.qkv = region(std::max(projected, facts.projected) / 4);
    scratch.query = region(facts.queries / 4);
    scratch.attention = region(lengths.attended / 4);
    scratch.hidden = region(padded(lengths.hidden, 32) / 4);
    if (plan.limits.quantizesActivations) {
        scratch.normedQuants = region(scratch.x.stride / 8 * kQuantPieces);
        scratch.hiddenQuants = region(scratch.hidden.stride / 8 * kQuantPieces);
    }
    if (const MixtureFeedForward& mixture = config.mixture; mixture.experts > 0) {
        ExpertScratch& experts = scratch.experts;
        const std::uint64_t users = std::uint64_t{plan.limits.maxRows} * mixture.used;
        const std::uint64_t places = users + plan.limits.tileColumns;
        const auto byPlace = [&](std::uint32_t stride) {
            return ScratchRegion{take(places * stride), stride};
        };
        experts.logits = region((mixture.experts + 3) / 4 + 1); // and the share
        experts.choices = take(users);
        experts.facts = take(rows);
        if (plan.hasExperts) {
            experts.users = take(places);
            experts.tiles = take(users);
            experts.rows = byPlace(scratch.x.stride);
            experts.hidden = byPlace(padded(mixture.hidden, 32) / 4);
            if (plan.limits.quantizesActivations)
                experts.hiddenQuants = byPlace(experts.hidden.stride / 8 * kQuantPieces);
        }
    }
    scratch.latent = latentScratch(plan, region);
    scratch.delta = deltaScratch(plan, region);
    const std::uint64_t prompt = plan.limits.maxPartPositions;
    const std::uint64_t parts = (contextTokens + prompt - 1) / prompt;
    // Branches need a part of their own positions besides those of the shared ones.
    scratch.partPlaces = static_cast<std::uint32_t>(
        std::max<std::uint64_t>(parts > 1 ? plan.limits.maxRows * parts : 0, kMostBranches * (parts + 1)));
    scratch.parts = take(std::uint64_t{scratch.partPlaces} * (facts.attended / 4 + config.heads));
}

// What the host writes before a pass, and what it reads after it.
void placeTransfers(VulkanPlan& plan) {
    const ModelConfig& config = plan.config;
    const std::uint32_t rows = plan.limits.maxRows;
    plan.step.branches = plan.step.tokens + rows / 4 + 1;
    plan.step.turns = plan.step.branches + rows / 4 + 1;
    plan.step.activations = plan.step.turns + rows * (config.rotary / 4);
    const bool receives = !plan.hasFirst() || plan.lacksExperts;
    const std::uint64_t received = !receives ? 0 : std::uint64_t{rows} * plan.scratch.x.stride;
    plan.step.bytes = (plan.step.activations + received) * 16;
    plan.logitRows = plan.hasLast() ? std::min(rows, kMaxLogitRows) : rows;
    plan.logitLength = plan.hasLast() ? config.vocabulary : config.width;
    plan.logitStride = padded(plan.logitLength, plan.hasLast() ? 4 : 32) / 4;
}

} // namespace

PlanLimits PlanLimits::of(const DeviceInfo& device, const PlanRequest& request) {
    const bool software = device.kind == DeviceKind::Software;
    PlanLimits limits;
    limits.deviceName = device.name;
    limits.largestBuffer = device.largestAllocation;
    limits.maxRows = maxPassRows(device.kind);
    limits.tileColumns = software ? 8 : 64;
    limits.quantizesActivations =
        request.precision == Precision::Fast && request.fileBytes >= kSmallModelBytes;
    limits.maxPartPositions = ponder::maxPartPositions(device.kind);
    limits.groupsTogether = software ? 8 : 1;
    limits.uploadBytes = device.unified ? 0 : kUploadRingBytes;
    return limits;
}

DecodePlan DecodePlan::of(const ModelConfig& config, const StepPlan& step) {
    DecodePlan out;
    out.ranges = (config.vocabulary + kSampleRange - 1) / kSampleRange;
    out.turnPieces = config.rotary / 4;
    out.counters = static_cast<std::uint32_t>(step.bytes / 16);
    out.parts = out.counters + 1 + kSampleLevels / 4;
    out.candidates = out.parts + out.ranges;
    out.history = out.candidates + kSampleLevels * kSampleCandidates / 2;
    out.stateBytes = (out.history + std::uint64_t{kSampleHistory} / 4) * 16;
    out.logitBytes = std::uint64_t{padded(config.vocabulary, 4)} * 4;
    out.inputBytes = std::uint64_t{kDecodeRing} * (1 + out.turnPieces) * 16;
    out.tokenBytes = std::uint64_t{kDecodeRing} * 4;
    return out;
}

std::uint64_t KvPlan::bytes() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t buffer : buffers)
        sum += buffer;
    return sum;
}

Result<KvPlan> VulkanPlan::planCache(std::uint32_t tokens, KvType type) const {
    if (tokens == 0)
        return Error{ErrorCode::BadArgument, "context",
                     Detail{PONDER_TR_NOOP("ErrorDetail", "at least 1 token"), {}}};
    KvPlan out;
    out.tokens = tokens;
    out.type = type;
    out.range = layers;
    out.snapshots = stateSnapshots(config);
    for (std::uint32_t i = layers.first; i < layers.end; ++i) {
        const Layer layer = config.layer(i);
        const KeptValues values = layer.kept();
        KvPlan::Layer& kept = out.layers.emplace_back(
            KvPlan::Layer{values.heads, paddedHead(values.keySize), paddedHead(values.valueSize)});
        kept.keyBytes = std::uint64_t{kept.keySize} * valueBytes(type);
        kept.valueBytes = std::uint64_t{kept.valueSize} * valueBytes(type);
        if (type == KvType::Q8_0) {
            kept.keyScaleBytes = padded(kept.keySize, 64) / 64 * 4;
            kept.valueScaleBytes = padded(kept.valueSize, 64) / 64 * 4;
        }
        kept.state = layer.keptState();
        const std::uint64_t bytes = (tokens * kept.slotBytes() + 15) / 16 * 16 + kept.state.bytes();
        if (bytes > limits.largestBuffer)
            return tooLarge(
                limits,
                PONDER_TR_NOOP("ErrorDetail", "one layer's cache needs %1 bytes in one buffer of at most %2"),
                bytes);
        if (out.buffers.empty() || out.buffers.back() + bytes > limits.largestBuffer)
            out.buffers.push_back(0);
        kept.buffer = static_cast<std::uint32_t>(out.buffers.size() - 1);
        kept.at = out.buffers.back();
        out.buffers.back() += bytes;
    }
    return out;
}

MemoryUse VulkanPlan::memory() const {
    MemoryUse use;
    for (const std::uint64_t chunk : chunks)
        use.weights += chunk;
    use.weights += adapterBytes;
    use.kv = kv.bytes();
    use.scratch = adapterScratchBytes + scratch.pieces * 16 + decode.stateBytes + decode.logitBytes;
    use.staging = step.bytes + logitBytes() + decode.inputBytes + decode.tokenBytes + limits.uploadBytes;
    return use;
}

Result<VulkanPlan> VulkanPlan::begin(const ModelConfig& config, const PlanLimits& limits,
                                     const LayerRange& layers) {
    // The kernels turn four values at a time; halves of what is turned begin at a multiple of four.
    const std::uint32_t turnedTogether = config.ropePairs() == RopePairs::Halves ? 8 : 4;
    const bool inFours = (config.headSize | config.latent.valueSize | config.latent.queryRank) % 4 == 0;
    if (config.rotary % turnedTogether != 0 || !inFours || config.rotary > config.headSize)
        return Error{ErrorCode::BadMetadata, limits.deviceName,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "heads of %1 values, %2 of them turned"),
                            {std::to_string(config.headSize), std::to_string(config.rotary)}}};
    VulkanPlan plan;
    plan.config = config;
    plan.limits = limits;
    plan.lengths = RowLengths::of(config);
    plan.layers = layers.of(config.layers);
    if (plan.layers.first >= plan.layers.end)
        return Error{ErrorCode::BadArgument, "layers",
                     Detail{PONDER_TR_NOOP("ErrorDetail", "at least 1 layer"), {}}};
    return plan;
}

Result<void> VulkanPlan::finish(std::uint32_t contextTokens, KvType type) {
    scratch.vectorPieces = scratch.pieces;
    if (auto planned = setContext(contextTokens, type); !planned) return planned;
    placeTransfers(*this);
    const bool decodes = hasFirst() && hasLast() && !lacksExperts;
    decode = decodes ? DecodePlan::of(config, step) : DecodePlan();
    return {};
}

Result<VulkanPlan> VulkanPlan::make(const ModelConfig& config, const FileWeights& weights,
                                    const PlanLimits& limits, std::uint32_t contextTokens, KvType type,
                                    const LayerRange& layers) {
    auto plan = begin(config, limits, layers);
    if (!plan) return plan;
    if (const auto known = checkTypes(weights, plan->layers, limits.deviceName, DeviceLayout::knows); !known)
        return known.error();
    if (auto placed = placeWeights(*plan, weights); !placed) return placed.error();
    if (auto finished = plan->finish(contextTokens, type); !finished) return finished.error();
    return plan;
}

Result<void> VulkanPlan::setContext(std::uint32_t contextTokens, KvType type) {
    scratch.pieces = scratch.vectorPieces;
    placeScratch(*this, contextTokens);
    if (scratch.pieces > kMaxPieces || scratch.pieces * 16 > limits.largestBuffer)
        return tooLarge(
            limits,
            PONDER_TR_NOOP("ErrorDetail", "scratch memory needs %1 bytes in one buffer of at most %2"),
            scratch.pieces * 16);
    kv = {};
    if (contextTokens == 0) return {};
    auto planned = planCache(contextTokens, type);
    if (!planned) return planned.error();
    kv = std::move(*planned);
    return {};
}

} // namespace ponder
