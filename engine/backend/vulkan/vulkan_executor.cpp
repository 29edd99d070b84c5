#include "engine/backend/vulkan/vulkan_executor.h"

#include "engine/backend/batch.h"
#include "engine/backend/vulkan/decode/sampling_kernels.h"
#include "engine/backend/vulkan/decode/vulkan_decode_stream.h"
#include "engine/backend/vulkan/step/step_parameters.h"
#include "engine/base/translatable.h"
#include "engine/quant/decode.h"

#include <algorithm>
#include <cstring>

namespace ponder {
namespace {

Result<void> checkFree(const VulkanContext& context, const PlanLimits& limits, std::uint64_t needed) {
    const std::uint64_t free = context.freeBytes();
    if (needed <= free) return {};
    return Error{ErrorCode::DoesNotFit, limits.deviceName,
                 Detail{PONDER_TR_NOOP("ErrorDetail", "%1 bytes are needed and %2 are free"),
                        {std::to_string(needed), std::to_string(free)}}};
}

} // namespace

VulkanExecutor::VulkanExecutor(VulkanContext& context, PipelineSet& pipelines, VulkanPlan plan,
                               const KernelTuning& tuning)
    : m_model(context, pipelines, std::move(plan), tuning) {}

Result<VulkanPlan> VulkanExecutor::plan(const VulkanContext& context, const PlanRequest& request,
                                        const PlanLimits& limits) {
    auto plan = VulkanPlan::make(request.config, request.weights, limits, request.contextTokens,
                                 request.kvType, request.layers);
    if (!plan) return plan;
    if (request.adapters) {
        const auto adapters =
            VulkanAdapterPlan::make(*request.adapters, request.config, limits, plan->layers);
        if (!adapters) return adapters.error();
        plan->adapterBytes = adapters->weightBytes();
        plan->adapterScratchBytes = adapters->scratchBytes();
    }
    if (auto fits = checkFree(context, limits, plan->memory().total()); !fits) return fits.error();
    return plan;
}

Result<std::unique_ptr<Executor>> VulkanExecutor::load(VulkanContext& context, PipelineSet& pipelines,
                                                       const LoadRequest& request, const PlanLimits& limits,
                                                       const KernelTuning& tuning, const Progress& progress,
                                                       const std::stop_token& stop) {
    auto plan = VulkanExecutor::plan(context, request.plan, limits);
    if (!plan) return plan.error();
    std::unique_ptr<VulkanExecutor> executor(
        new VulkanExecutor(context, pipelines, std::move(*plan), tuning));
    executor->m_model.experts = request.experts;
    if (executor->m_model.plan.lacksExperts && !request.experts)
        return Error{
            ErrorCode::Internal, limits.deviceName,
            Detail{PONDER_TR_NOOP("ErrorDetail", "nobody multiplies the experts of some layers"), {}}};
    const FileWeights weights =
        withRopeFactors(request.plan.weights, request.plan.config, request.plan.contextTokens);
    if (const TensorInfo* factors = weights[Slot::RopeFactors]) {
        executor->m_model.ropeFactors.resize(factors->rowLength());
        decode(factors->type, factors->bytes, executor->m_model.ropeFactors);
    }
    if (auto allocated = executor->allocate(stop); !allocated) return allocated.error();
    if (auto bound = executor->bind(); !bound) return bound.error();
    // While the weights are read, other threads compile.
    if (auto begun = executor->preparePipelines(request.plan.kvType); !begun) return begun.error();
    auto filled = executor->m_model.store.fill(context, executor->m_model.plan, request.file, progress, stop);
    if (!filled) return filled.error();
    if (auto built = executor->m_model.pipelines.finish(stop); !built) return built.error();
    if (request.plan.adapters)
        if (auto set = executor->setAdapters(*request.plan.adapters); !set) return set.error();
    return std::unique_ptr<Executor>(std::move(executor));
}

Result<void> VulkanExecutor::allocate(const std::stop_token& stop) {
    auto step = VulkanBuffer::create(m_model.context, m_model.plan.step.bytes, Place::Upload);
    if (!step) return step.error();
    m_model.step = std::move(*step);
    std::memset(m_model.step.mapped(), 0, m_model.step.bytes()); // activations are padded with zeros
    auto logits = VulkanBuffer::create(m_model.context, m_model.plan.logitBytes(), Place::Download);
    if (!logits) return logits.error();
    m_model.logits = std::move(*logits);
    if (m_model.plan.decode.ranges > 0) {
        auto decode = DecodeBuffers::create(m_model.context, m_model.plan.decode);
        if (!decode) return decode.error();
        m_decode = std::move(*decode);
    }
    auto store = WeightStore::allocate(m_model.context, m_model.plan, stop);
    if (!store) return store.error();
    m_model.store = std::move(*store);
    return {};
}

Result<void> VulkanExecutor::bind() {
    auto scratchSet =
        m_model.pipelines.texelSet(PipelineSet::ScratchSet, {&m_model.store.scratch, &m_model.step});
    if (!scratchSet) return scratchSet.error();
    m_model.scratchSet = std::move(*scratchSet);
    m_model.buffers.logits = m_model.logits.address();
    for (const VulkanBuffer& chunk : m_model.store.chunks) {
        auto set = m_model.pipelines.texelSet(PipelineSet::WeightsSet, {&chunk});
        if (!set) return set.error();
        m_model.weightSets.push_back(std::move(*set));
        m_model.buffers.chunks.push_back({chunk.address(), m_model.store.scratch.address(), 0,
                                          m_model.step.address(), m_model.weightSets.back().set,
                                          m_model.scratchSet.set, VK_NULL_HANDLE});
    }
    if (m_model.plan.decode.ranges == 0) return {};
    return m_decode.bind(m_model.pipelines, m_model.store.scratch, m_model.logits, m_model.buffers);
}

// Those of a token and of a prompt, for a cache like those to come.
Result<void> VulkanExecutor::preparePipelines(KvType type) {
    auto cache = createCache(1, type);
    if (!cache) return cache.error();
    std::set<PipelineKey> keys;
    for (const std::uint32_t rows : {1U, m_model.plan.limits.maxRows}) {
        StepShape shape = m_model.cutter.shapeOf(rows, rows);
        shape.purpose = RecordFor::Keys;
        shape.logitRows = std::min(rows, m_model.plan.logitRows);
        StepRecorder ops(m_model.context, m_model.pipelines, m_model.plan, m_model.tuning, m_model.buffers,
                         static_cast<const VulkanKvCache&>(**cache), shape);
        m_model.forwardInto(ops);
        keys.insert(ops.recorder().keys().begin(), ops.recorder().keys().end());
    }
    if (m_model.plan.decode.ranges > 0) {
        CommandRecorder recorder(m_model.context, m_model.pipelines, 0, RecordFor::Keys);
        const SamplingSettings allKernels{.frequencyPenalty = 1};
        recordSampling(recorder, sampleCall(m_model.plan, allKernels, 0), m_decode.sampling(),
                       m_model.context.physical().maxInvocations);
        keys.insert(recorder.keys().begin(), recorder.keys().end());
    }
    m_model.pipelines.prepare({keys.begin(), keys.end()});
    return {};
}

Result<std::unique_ptr<DecodeStream>> VulkanExecutor::startDecode(KvCache& cache, std::uint32_t position,
                                                                  std::span<const TokenId> history,
                                                                  const SamplingSettings& settings) {
    const bool whole = m_model.plan.decode.ranges > 0; // all layers are here
    if (!whole || !samplesOnDevice(settings) || m_decode.lent || position == 0)
        return std::unique_ptr<DecodeStream>();
    if (m_model.context.lost()) return m_model.context.error(VK_ERROR_DEVICE_LOST, "startDecode");
    return std::unique_ptr<DecodeStream>(std::make_unique<VulkanDecodeStream>(
        m_model, m_decode, static_cast<VulkanKvCache&>(cache), position, history, settings));
}

Result<std::unique_ptr<KvCache>> VulkanExecutor::createCache(std::uint32_t tokens, KvType type) {
    if (m_model.context.lost()) return m_model.context.error(VK_ERROR_DEVICE_LOST, "createCache");
    // Scratch memory was planned for the context of the load: attention in more parts has no room there.
    const std::uint64_t longest =
        std::uint64_t{m_model.plan.scratch.partPlaces} * m_model.tuning.maxPartPositions;
    if (tokens > longest)
        return Error{ErrorCode::BadArgument, "context",
                     Detail{PONDER_TR_NOOP("ErrorDetail", "at most %1 tokens"), {std::to_string(longest)}}};
    const auto plan = m_model.plan.planCache(tokens, type);
    if (!plan) return plan.error();
    auto cache = VulkanKvCache::create(m_model.context, m_model.pipelines, *plan, m_cacheBytes);
    if (!cache) return cache.error();
    return std::unique_ptr<KvCache>(std::move(*cache));
}

MemoryUse VulkanExecutor::memory() const {
    MemoryUse use;
    for (const VulkanBuffer& chunk : m_model.store.chunks)
        use.weights += chunk.bytes();
    use.weights += m_adapters.weightBytes();
    use.kv = *m_cacheBytes;
    use.scratch = m_adapters.scratchBytes() + m_model.store.scratch.bytes() + m_decode.state.bytes() +
                  m_decode.logits.bytes();
    use.staging =
        m_model.step.bytes() + m_model.logits.bytes() + m_decode.inputs.bytes() + m_decode.tokens.bytes();
    return m_model.experts ? use + m_model.experts->memory() : use;
}

Result<void> VulkanExecutor::setAdapters(const AdapterSet& set) {
    if (m_model.context.lost()) return m_model.context.error(VK_ERROR_DEVICE_LOST, "setAdapters");
    if (set.sameAdapters(m_adapterSet)) {
        if (auto changed = m_adapters.setStrengths(m_model.context, m_model.plan, set); !changed)
            return changed;
    } else {
        const auto plan =
            VulkanAdapterPlan::make(set, m_model.plan.config, m_model.plan.limits, m_model.plan.layers);
        if (!plan) return plan.error();
        if (auto fits =
                checkFree(m_model.context, m_model.plan.limits, plan->weightBytes() + plan->scratchBytes());
            !fits)
            return fits;
        auto made = VulkanAdapters::load(m_model.context, m_model.pipelines, m_model.plan, set, m_model.step,
                                         m_decode.state);
        if (!made) return made.error();
        m_adapters = std::move(*made);
        m_adapterSet = set;
    }
    m_model.buffers.adapters = m_adapters.buffers(false);
    m_decode.step.adapters = m_adapters.buffers(true);
    ++m_adapterChanges;
    return {};
}

Result<Recording> VulkanExecutor::record(const VulkanKvCache& cache, const StepShape& shape, bool withBody) {
    StepRecorder ops(m_model.context, m_model.pipelines, m_model.plan, m_model.tuning, m_model.buffers, cache,
                     shape);
    if (withBody)
        m_model.forwardInto(ops);
    else
        ops.head({Slot::Output});
    auto recording = ops.finish();
    if (recording && withBody) {
        m_lastBodyDispatches = 0;
        for (std::size_t i = 0; i < recording->headSlice; ++i)
            m_lastBodyDispatches += recording->slices[i].dispatches;
    }
    return recording;
}

Result<void> VulkanExecutor::runOne(VulkanKvCache& cache, std::uint32_t length, bool wantsLogits,
                                    const std::stop_token& stop) {
    StepShape shape = m_model.cutter.shapeOf(1, length);
    shape.purpose = m_model.purposeOf(RecordFor::Once);
    shape.logitRows = 1;
    VulkanKvCache::DecodeStep& step = cache.decode;
    if (!step.recording || step.parts != shape.parts ||
        m_model.cutter.tokenPace.isFarFrom(step.costPerSlice) ||
        step.recording->profiles != m_model.profiles || step.adapterChanges != m_adapterChanges) {
        step.recording.reset();
        auto recorded = record(cache, shape, true);
        if (!recorded) return recorded.error();
        step.recording.emplace(std::move(*recorded));
        step.parts = shape.parts;
        step.costPerSlice = shape.costPerSlice;
        step.adapterChanges = m_adapterChanges;
    }
    return m_model.submitAndWait(*step.recording, 0,
                                 wantsLogits ? step.recording->slices.size() : step.recording->headSlice,
                                 m_model.cutter.tokenPace, m_positionsRead, stop);
}

Result<void> VulkanExecutor::runPass(VulkanKvCache& cache, const Batch& pass, const std::stop_token& stop,
                                     float* logits) {
    const auto rows = static_cast<std::uint32_t>(pass.tokens.size());
    writeStepParameters(m_model.plan, m_model.ropeFactors, pass, m_model.step.mapped());
    m_model.lastLogitRow = 0;
    m_positionsRead = pass.firstPosition + rows;
    if (pass.branches) // the shared ones once
        m_positionsRead = pass.branches->shared + rows * (pass.firstPosition + 1 - pass.branches->shared);
    if (rows == 1 && !pass.branches) {
        if (auto ran = runOne(cache, pass.firstPosition + 1, pass.firstLogits == 0, stop); !ran) return ran;
        if (pass.firstLogits == 0) copyLogits(1, logits);
        return {};
    }
    StepShape shape = m_model.cutter.shapeOf(pass);
    shape.purpose = m_model.purposeOf(RecordFor::Once);
    const std::uint32_t headRows = m_model.cutter.headRows(shape.costPerSlice);
    shape.firstLogits = pass.firstLogits;
    shape.logitRows = std::min(rows - pass.firstLogits, m_model.plan.hasLast() ? headRows : rows);
    bool withBody = true;
    do {
        const auto recording = record(cache, shape, withBody);
        if (!recording) return recording.error();
        if (auto ran = m_model.submitAndWait(*recording, 0, recording->slices.size(),
                                             m_model.cutter.promptPace, m_positionsRead, stop);
            !ran)
            return ran;
        copyLogits(shape.logitRows, logits);
        m_model.lastLogitRow = std::max(shape.logitRows, 1U) - 1;
        logits += std::size_t{shape.logitRows} * m_model.plan.logitLength;
        shape.firstLogits += shape.logitRows;
        shape.logitRows = std::min(rows - shape.firstLogits, headRows);
        withBody = false;
    } while (shape.firstLogits < rows);
    return {};
}

std::vector<KernelTime> VulkanExecutor::kernelTimes() const {
    std::vector<KernelTime> times = m_model.kernels.times();
    if (!m_model.experts) return times;
    const std::vector<KernelTime> beside = m_model.experts->kernelTimes();
    times.insert(times.end(), beside.begin(), beside.end());
    return times;
}

void VulkanExecutor::profile(bool on) {
    m_model.profiles = on;
    m_model.kernels.clear();
    if (m_model.experts) m_model.experts->profile(on);
}

void VulkanExecutor::copyLogits(std::uint32_t rows, float* out) const {
    for (std::uint32_t row = 0; row < rows; ++row)
        std::memcpy(out + std::size_t{row} * m_model.plan.logitLength,
                    m_model.logits.mapped() + std::size_t{row} * m_model.plan.logitStride * 16,
                    m_model.plan.logitLength * sizeof(float));
}

Result<void> VulkanExecutor::check(const Batch& batch, const KvCache& cache) const {
    return checkBatch(batch, {maxBatch(), cache.capacity(), m_model.plan.config.vocabulary,
                              m_model.plan.hasFirst() ? 0 : m_model.plan.config.width});
}

Result<void> VulkanExecutor::run(const Batch& batch, KvCache& cache, std::stop_token stop,
                                 std::vector<float>& logits) {
    if (auto sound = check(batch, cache); !sound) return sound;
    const auto rows = static_cast<std::uint32_t>(batch.tokens.size());
    // Whoever lacks the last layer hands on every row.
    const std::uint32_t firstLogits = m_model.plan.hasLast() ? batch.firstLogits : 0;
    logits.resize(std::size_t{rows - firstLogits} * m_model.plan.logitLength);

    auto& vulkanCache = static_cast<VulkanKvCache&>(cache);
    if (auto begun = vulkanCache.begin(batch); !begun) return begun;
    const std::size_t width = m_model.plan.hasFirst() ? 0 : m_model.plan.config.width;
    float* out = logits.data();
    for (std::uint32_t done = 0; done < rows;) {
        const std::uint32_t count = m_model.cutter.rowsOfPass(batch, rows - done);
        Batch pass;
        pass.tokens = batch.tokens.subspan(done, count);
        pass.firstPosition = batch.firstPosition + (batch.branches ? 0 : done);
        if (batch.branches)
            pass.branches = {batch.branches->shared, batch.branches->length,
                             batch.branches->ofRow.subspan(done, count)};
        pass.firstLogits = std::min(std::max(firstLogits, done) - done, count);
        pass.activations = batch.activations.subspan(done * width, count * width);
        if (auto ran = runPass(vulkanCache, pass, stop, out); !ran) return ran;
        out += std::size_t{count - pass.firstLogits} * m_model.plan.logitLength;
        done += count;
    }
    vulkanCache.end(batch);
    return {};
}

} // namespace ponder
