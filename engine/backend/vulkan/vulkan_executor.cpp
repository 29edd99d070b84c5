#include "engine/backend/vulkan/vulkan_executor.h"

#include "engine/backend/batch_check.h"
#include "engine/backend/vulkan/sampling_kernels.h"
#include "engine/backend/vulkan/vulkan_decode_stream.h"
#include "engine/base/translatable.h"
#include "engine/model/rope_table.h"
#include "engine/quant/decode.h"

#include <algorithm>
#include <cstring>

namespace ponder {

VulkanExecutor::VulkanExecutor(VulkanContext& context, VulkanPlan plan, const KernelTuning& tuning)
    : m_context(context), m_plan(std::move(plan)), m_tuning(tuning), m_tokenPace(tuning.firstRate),
      m_promptPace(tuning.firstRate) {}

Result<VulkanPlan> VulkanExecutor::plan(const VulkanContext& context, const LoadRequest& request,
                                        const PlanLimits& limits) {
    auto plan = VulkanPlan::make(request.config, request.weights, limits, request.contextTokens,
                                 request.kvType, request.layers);
    if (!plan) return plan;
    const std::uint64_t needed = plan->memory().total();
    if (const std::uint64_t free = context.freeBytes(); needed > free)
        return Error{ErrorCode::DoesNotFit, limits.deviceName,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "%1 bytes are needed and %2 are free"),
                            {std::to_string(needed), std::to_string(free)}}};
    return plan;
}

Result<std::unique_ptr<Executor>> VulkanExecutor::load(VulkanContext& context, const LoadRequest& request,
                                                       const PlanLimits& limits, const KernelTuning& tuning,
                                                       const Progress& progress,
                                                       const std::stop_token& stop) {
    auto plan = VulkanExecutor::plan(context, request, limits);
    if (!plan) return plan.error();
    std::unique_ptr<VulkanExecutor> executor(new VulkanExecutor(context, std::move(*plan), tuning));
    if (const TensorInfo* factors = request.weights.ropeFactors) {
        executor->m_ropeFactors.resize(factors->rowLength());
        decode(factors->type, factors->bytes, executor->m_ropeFactors);
    }
    if (auto allocated = executor->allocate(request.file, progress, stop); !allocated)
        return allocated.error();
    if (auto bound = executor->bind(); !bound) return bound.error();
    if (auto built = executor->buildPipelines(request.kvType, stop); !built) return built.error();
    return std::unique_ptr<Executor>(std::move(executor));
}

Result<void> VulkanExecutor::allocate(const ModelFile& file, const Progress& progress,
                                      const std::stop_token& stop) {
    auto step = VulkanBuffer::create(m_context, m_plan.step.bytes, Place::Upload);
    if (!step) return step.error();
    m_step = std::move(*step);
    std::memset(m_step.mapped(), 0, m_step.bytes()); // activations are padded with zeros
    auto logits = VulkanBuffer::create(m_context, m_plan.logitBytes(), Place::Download);
    if (!logits) return logits.error();
    m_logits = std::move(*logits);
    if (m_plan.decode.ranges > 0) {
        auto decode = DecodeBuffers::create(m_context, m_plan.decode);
        if (!decode) return decode.error();
        m_decode = std::move(*decode);
    }
    auto store = WeightStore::load(m_context, m_plan, file, progress, stop);
    if (!store) return store.error();
    m_store = std::move(*store);
    return {};
}

Result<void> VulkanExecutor::bind() {
    auto pipelines = PipelineSet::create(m_context);
    if (!pipelines) return pipelines.error();
    m_pipelines = std::move(*pipelines);
    auto scratchSet = m_pipelines->texelSet(PipelineSet::ScratchSet, {&m_store.scratch, &m_step});
    if (!scratchSet) return scratchSet.error();
    m_scratchSet = std::move(*scratchSet);
    m_buffers.logits = m_logits.address();
    for (const VulkanBuffer& chunk : m_store.chunks) {
        auto set = m_pipelines->texelSet(PipelineSet::WeightsSet, {&chunk});
        if (!set) return set.error();
        m_weightSets.push_back(std::move(*set));
        m_buffers.chunks.push_back({chunk.address(), m_store.scratch.address(), 0, m_step.address(),
                                    m_weightSets.back().set, m_scratchSet.set, VK_NULL_HANDLE});
    }
    if (m_plan.decode.ranges == 0) return {};
    return m_decode.bind(*m_pipelines, m_store.scratch, m_logits, m_buffers);
}

// Records a token and a prompt for a cache of one position, which builds every pipeline they need.
Result<void> VulkanExecutor::buildPipelines(KvType type, const std::stop_token& stop) {
    auto cache = createCache(1, type);
    if (!cache) return cache.error();
    const auto& vulkanCache = static_cast<const VulkanKvCache&>(**cache);
    for (const std::uint32_t rows : {1U, m_plan.limits.maxRows}) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        StepShape shape = shapeOf(rows, rows);
        shape.logitRows = std::min(rows, m_plan.logitRows);
        if (auto recorded = record(vulkanCache, shape, true); !recorded) return recorded.error();
    }
    if (m_plan.decode.ranges == 0) return {};
    CommandRecorder recorder(m_context, *m_pipelines, m_tokenPace.costPerSlice());
    const SamplingSettings allKernels{.frequencyPenalty = 1};
    recordSampling(recorder, sampleCall(m_plan, allKernels, 0), m_decode.sampling(),
                   m_context.physical().maxInvocations);
    if (auto recorded = recorder.finish(); !recorded) return recorded.error();
    return {};
}

Result<std::unique_ptr<DecodeStream>> VulkanExecutor::startDecode(KvCache& cache, std::uint32_t position,
                                                                  std::span<const TokenId> history,
                                                                  const SamplingSettings& settings) {
    const bool whole = m_plan.decode.ranges > 0; // all layers are here
    if (!whole || !samplesOnDevice(settings) || m_decode.lent || position == 0)
        return std::unique_ptr<DecodeStream>();
    if (m_context.lost()) return m_context.error(VK_ERROR_DEVICE_LOST, "startDecode");
    return std::unique_ptr<DecodeStream>(std::make_unique<VulkanDecodeStream>(
        *this, static_cast<VulkanKvCache&>(cache), position, history, settings));
}

Result<std::unique_ptr<KvCache>> VulkanExecutor::createCache(std::uint32_t tokens, KvType type) {
    if (m_context.lost()) return m_context.error(VK_ERROR_DEVICE_LOST, "createCache");
    // Scratch memory was planned for the context of the load: attention in more parts has no room there.
    const std::uint64_t longest = std::uint64_t{m_plan.scratch.partPlaces} * m_tuning.maxPartPositions;
    if (tokens > longest)
        return Error{ErrorCode::BadArgument, "context",
                     Detail{PONDER_TR_NOOP("ErrorDetail", "at most %1 tokens"), {std::to_string(longest)}}};
    const auto plan = m_plan.planCache(tokens, type);
    if (!plan) return plan.error();
    auto cache = VulkanKvCache::create(m_context, *m_pipelines, *plan, m_cacheBytes);
    if (!cache) return cache.error();
    return std::unique_ptr<KvCache>(std::move(*cache));
}

MemoryUse VulkanExecutor::memory() const {
    MemoryUse use;
    for (const VulkanBuffer& chunk : m_store.chunks)
        use.weights += chunk.bytes();
    use.kv = *m_cacheBytes;
    use.scratch = m_store.scratch.bytes() + m_decode.state.bytes() + m_decode.logits.bytes();
    use.staging = m_step.bytes() + m_logits.bytes() + m_decode.inputs.bytes() + m_decode.tokens.bytes();
    return use;
}

std::uint32_t VulkanExecutor::partsOf(std::uint32_t rows, std::uint32_t length) const {
    const std::uint32_t most = m_tuning.maxPartPositions;
    const std::uint32_t needed = (length + most - 1) / most;
    if (rows > 1) return needed;
    const std::uint32_t useful = length / m_tuning.decodePartPositions + 1;
    return std::max(needed, std::min(useful, m_plan.scratch.partPlaces));
}

// Rows of the next pass: so many that no single dispatch takes much longer than a slice should, and that the
// parts of attention have room.
std::uint32_t VulkanExecutor::rowsOfPass(const Batch& batch, std::uint32_t rows) const {
    double largest = 1;
    for (std::uint32_t layer = m_plan.layers.first; layer < m_plan.layers.end; ++layer) {
        const TensorInfo& gate = *m_plan.weights.layers[layer].gate->source;
        largest =
            std::max(largest, 2.0 * static_cast<double>(gate.rows()) * static_cast<double>(gate.rowLength()));
    }
    auto most = static_cast<std::uint32_t>(std::min(m_promptPace.costPerSlice() / largest, 4096.0)) / 8 * 8;
    most = std::clamp<std::uint32_t>(most, 8, m_plan.limits.maxRows);
    const StepShape shape = shapeOf(batch);
    if (const std::uint32_t parts = shape.parts + shape.ownParts; parts > 1)
        most = std::min(most, std::max(1U, m_plan.scratch.partPlaces / parts));
    return std::min(rows, most);
}

void VulkanExecutor::writeStep(const Batch& rows) {
    const auto count = static_cast<std::uint32_t>(rows.tokens.size());
    const auto place = [&](std::size_t piece) { return m_step.mapped() + piece * 16; };
    const Branches branches = rows.branches.value_or(Branches{});
    const std::uint32_t head[4] = {count, rows.firstPosition, branches.shared, branches.length};
    std::memcpy(place(0), head, sizeof(head));
    std::memcpy(place(m_plan.step.branches), branches.ofRow.data(), branches.ofRow.size_bytes());
    static_assert(sizeof(TokenId) == sizeof(std::uint32_t));
    std::memcpy(place(m_plan.step.tokens), rows.tokens.data(), rows.tokens.size_bytes());
    // Branches are all at one position.
    const std::vector<float> turns =
        ropeTable(m_plan.config, m_ropeFactors, rows.firstPosition, rows.branches ? 1 : count);
    const std::size_t repeats = rows.branches ? count : 1;
    for (std::size_t i = 0; i < repeats; ++i)
        std::memcpy(place(m_plan.step.turns) + i * turns.size() * sizeof(float), turns.data(),
                    turns.size() * sizeof(float));
    const std::size_t width = m_plan.config.width;
    for (std::size_t row = 0; row * width < rows.activations.size(); ++row)
        std::memcpy(place(m_plan.step.activations + row * m_plan.scratch.x.stride),
                    rows.activations.data() + row * width, width * sizeof(float));
}

StepShape VulkanExecutor::shapeOf(std::uint32_t rows, std::uint32_t length) const {
    StepShape shape;
    shape.rows = rows;
    shape.parts = partsOf(rows, length);
    shape.costPerSlice = (rows == 1 ? m_tokenPace : m_promptPace).costPerSlice();
    shape.purpose = purposeOf(RecordFor::Once);
    // Attention does about as much again for softmax as for its products.
    shape.attentionCost = 4.0 * rows * length * m_plan.config.queryLength();
    return shape;
}

StepShape VulkanExecutor::shapeOf(const Batch& pass) const {
    const auto rows = static_cast<std::uint32_t>(pass.tokens.size());
    if (!pass.branches) return shapeOf(rows, pass.firstPosition + rows);
    StepShape shape = shapeOf(rows, pass.firstPosition + 1);
    const std::uint32_t shared = pass.branches->shared;
    const std::uint32_t most = m_tuning.maxPartPositions;
    shape.costPerSlice = m_promptPace.costPerSlice();
    shape.ownParts = (pass.firstPosition - shared) / most + 1;
    const std::uint32_t needed = (shared + most - 1) / most;
    const std::uint32_t useful = shared / m_tuning.decodePartPositions / rows + (shared > 0 ? 1 : 0);
    shape.parts = std::max(needed, std::min(useful, m_plan.scratch.partPlaces / rows - 1));
    return shape;
}

Result<Recording> VulkanExecutor::record(const VulkanKvCache& cache, const StepShape& shape, bool withBody) {
    StepRecorder ops(m_context, *m_pipelines, m_plan, m_tuning, m_buffers, cache, shape);
    if (withBody)
        forward(ops, m_plan.weights, m_plan.layers.first, m_plan.layers.end);
    else
        ops.head(m_plan.weights.outputNorm, m_plan.weights.output);
    auto recording = ops.finish();
    if (recording && withBody) {
        m_lastBodyDispatches = 0;
        for (std::size_t i = 0; i < recording->headSlice; ++i)
            m_lastBodyDispatches += recording->slices[i].dispatches;
    }
    return recording;
}

Result<void> VulkanExecutor::submit(const Recording& recording, std::size_t from, std::size_t to,
                                    SubmitPace& pace, const std::stop_token& stop) {
    for (std::size_t i = from; i < to; ++i) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        const auto seconds = m_context.submitAndWait(recording.slices[i].commands);
        if (!seconds) return seconds.error();
        if (auto added = addTimes(recording.slices[i], m_positionsRead); !added) return added;
        // A prompt's head may be one column of another kernel: only the body tells the rate.
        if (i < recording.headSlice) pace.measured(recording.slices[i].cost, *seconds);
        ++m_submits;
    }
    return {};
}

Result<void> VulkanExecutor::runOne(VulkanKvCache& cache, std::uint32_t length, bool wantsLogits,
                                    const std::stop_token& stop) {
    StepShape shape = shapeOf(1, length);
    shape.logitRows = 1;
    VulkanKvCache::DecodeStep& step = cache.decode;
    if (!step.recording || step.parts != shape.parts || m_tokenPace.isFarFrom(step.costPerSlice) ||
        step.recording->profiles != m_profiles) {
        step.recording.reset();
        auto recorded = record(cache, shape, true);
        if (!recorded) return recorded.error();
        step.recording.emplace(std::move(*recorded));
        step.parts = shape.parts;
        step.costPerSlice = shape.costPerSlice;
    }
    return submit(*step.recording, 0, wantsLogits ? step.recording->slices.size() : step.recording->headSlice,
                  m_tokenPace, stop);
}

Result<void> VulkanExecutor::runPass(VulkanKvCache& cache, const Batch& pass, const std::stop_token& stop,
                                     float* logits) {
    const auto rows = static_cast<std::uint32_t>(pass.tokens.size());
    writeStep(pass);
    m_lastLogitRow = 0;
    m_positionsRead = pass.firstPosition + rows;
    if (pass.branches) // the shared ones once
        m_positionsRead = pass.branches->shared + rows * (pass.firstPosition + 1 - pass.branches->shared);
    if (rows == 1 && !pass.branches) {
        if (auto ran = runOne(cache, pass.firstPosition + 1, pass.firstLogits == 0, stop); !ran) return ran;
        if (pass.firstLogits == 0) copyLogits(1, logits);
        return {};
    }
    StepShape shape = shapeOf(pass);
    // The head's one dispatch must not take longer than a slice either.
    const double headCost = static_cast<double>(m_plan.config.vocabulary) * m_plan.config.width;
    const auto headRows = std::clamp<std::uint32_t>(
        static_cast<std::uint32_t>(std::min(shape.costPerSlice / headCost, 4096.0)) / 8 * 8, 8,
        m_plan.logitRows);
    shape.firstLogits = pass.firstLogits;
    shape.logitRows = std::min(rows - pass.firstLogits, m_plan.hasLast() ? headRows : rows);
    bool withBody = true;
    do {
        const auto recording = record(cache, shape, withBody);
        if (!recording) return recording.error();
        if (auto ran = submit(*recording, 0, recording->slices.size(), m_promptPace, stop); !ran) return ran;
        copyLogits(shape.logitRows, logits);
        m_lastLogitRow = std::max(shape.logitRows, 1U) - 1;
        logits += std::size_t{shape.logitRows} * m_plan.logitLength;
        shape.firstLogits += shape.logitRows;
        shape.logitRows = std::min(rows - shape.firstLogits, headRows);
        withBody = false;
    } while (shape.firstLogits < rows);
    return {};
}

void VulkanExecutor::profile(bool on) {
    m_profiles = on;
    m_kernels.clear();
}

Result<void> VulkanExecutor::addTimes(const CommandSlice& slice, std::uint32_t positions) {
    return slice.stamps ? slice.stamps->addTo(m_kernels, positions) : Result<void>();
}

void VulkanExecutor::copyLogits(std::uint32_t rows, float* out) const {
    for (std::uint32_t row = 0; row < rows; ++row)
        std::memcpy(out + std::size_t{row} * m_plan.logitLength,
                    m_logits.mapped() + std::size_t{row} * m_plan.logitStride * 16,
                    m_plan.logitLength * sizeof(float));
}

Result<void> VulkanExecutor::check(const Batch& batch, const KvCache& cache) const {
    return checkBatch(batch, {maxBatch(), cache.capacity(), m_plan.config.vocabulary,
                              m_plan.hasFirst() ? 0 : m_plan.config.width});
}

Result<void> VulkanExecutor::run(const Batch& batch, KvCache& cache, std::stop_token stop,
                                 std::vector<float>& logits) {
    if (auto sound = check(batch, cache); !sound) return sound;
    const auto rows = static_cast<std::uint32_t>(batch.tokens.size());
    // Whoever lacks the last layer hands on every row.
    const std::uint32_t firstLogits = m_plan.hasLast() ? batch.firstLogits : 0;
    logits.resize(std::size_t{rows - firstLogits} * m_plan.logitLength);

    auto& vulkanCache = static_cast<VulkanKvCache&>(cache);
    const std::size_t width = m_plan.hasFirst() ? 0 : m_plan.config.width;
    float* out = logits.data();
    for (std::uint32_t done = 0; done < rows;) {
        const std::uint32_t count = rowsOfPass(batch, rows - done);
        Batch pass;
        pass.tokens = batch.tokens.subspan(done, count);
        pass.firstPosition = batch.firstPosition + (batch.branches ? 0 : done);
        if (batch.branches)
            pass.branches = {batch.branches->shared, batch.branches->length,
                             batch.branches->ofRow.subspan(done, count)};
        pass.firstLogits = std::min(std::max(firstLogits, done) - done, count);
        pass.activations = batch.activations.subspan(done * width, count * width);
        if (auto ran = runPass(vulkanCache, pass, stop, out); !ran) return ran;
        out += std::size_t{count - pass.firstLogits} * m_plan.logitLength;
        done += count;
    }
    return {};
}

} // namespace ponder
