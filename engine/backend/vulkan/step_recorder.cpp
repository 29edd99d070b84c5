#include "engine/backend/vulkan/step_recorder.h"

#include <algorithm>
#include <cmath>

namespace ponder {
namespace {

std::uint32_t ceilDiv(std::uint64_t a, std::uint64_t b) {
    return static_cast<std::uint32_t>((a + b - 1) / b);
}
std::uint32_t groupsOf(const WeightSlice& slice) { return static_cast<std::uint32_t>(slice.layout.groups()); }
// Of matrices times so many columns.
KernelWork workOf(std::initializer_list<const WeightSlice*> slices, std::uint32_t columns) {
    KernelWork work(0);
    for (const WeightSlice* slice : slices) {
        work.cost += static_cast<double>(slice->layout.rows) * slice->layout.blocks * 32 * columns;
        work.bytes += slice->layout.bytes();
    }
    return work;
}

bool isFloat(const VulkanTensor& matrix) { return scaleKind(matrix.source->type) == ScaleKind::None; }

} // namespace

StepRecorder::StepRecorder(VulkanContext& context, PipelineSet& pipelines, const VulkanPlan& plan,
                           const KernelTuning& tuning, const StepBuffers& buffers, const VulkanKvCache& cache,
                           const StepShape& shape)
    : m_plan(plan), m_tuning(tuning), m_buffers(buffers), m_cache(cache), m_shape(shape),
      m_recorder(context, pipelines, shape.costPerSlice, shape.purpose) {
    if (!m_tuning.integer) return;
    bool floats = m_tuning.many.isHalf(); // the head may have fewer rows than the layers
    for (std::uint32_t i = plan.layers.first; i < plan.layers.end; ++i) {
        const auto& layer = plan.weights.layers[i];
        for (const Tensor matrix : {layer.q, layer.k, layer.v, layer.gate, layer.up})
            floats = floats || isFloat(*matrix);
    }
    floats = floats || adapted();
    floats = floats || (plan.hasLast() && isFloat(*plan.weights.output));
    m_normedWrites = kWritesQuants | (floats ? kWritesFloats : 0);
}

bool StepRecorder::readsQuants(std::uint32_t rows, std::initializer_list<Tensor> matrices) const {
    return m_tuning.readsQuants(rows) &&
           std::none_of(matrices.begin(), matrices.end(), [](Tensor matrix) { return isFloat(*matrix); });
}

CallBuffers StepRecorder::buffersOf(const WeightSlice& slice) const { return m_buffers.chunks[slice.chunk]; }

CallBuffers StepRecorder::activationBuffers() const {
    CallBuffers out = m_buffers.chunks.front();
    out.weights = 0;
    out.weightSet = VK_NULL_HANDLE;
    return out;
}

// The norm whose weights x is multiplied with before a layer, or before the head; zeros where the layer
// belongs to another executor, which does so itself.
std::uint32_t StepRecorder::normBefore(std::uint32_t layer) const {
    const auto& layers = m_plan.weights.layers;
    const Tensor norm = layer < layers.size() ? layers[layer].attentionNorm : m_plan.weights.outputNorm;
    return norm ? norm->vectorAt : m_plan.scratch.zeros;
}

CallBuffers StepRecorder::buffersOf(std::uint32_t layer) const {
    const VulkanKvCache::LayerPlace place = m_cache.place(layer);
    CallBuffers out = activationBuffers();
    out.other = place.address;
    out.otherSet = place.set;
    return out;
}

void StepRecorder::embed(Tensor embedding) {
    const bool changes = adapted() && m_buffers.adapters.plan->additions.tokenEmbedding;
    embedWith(embedding, changes ? addToTable(m_buffers.adapters.plan->additions.tokenEmbedding) : 0);
}

// flags: what adapters have left to be added.
void StepRecorder::embedWith(Tensor embedding, std::uint32_t flags) {
    const ScratchPlan& s = m_plan.scratch;
    ScratchRegion added;
    if (flags > 0) added = m_buffers.adapters.plan->delta;
    for (const WeightSlice& slice : embedding->slices) {
        const EmbedCall call{slice.at,
                             groupsOf(slice),
                             static_cast<std::uint32_t>(slice.firstRow),
                             slice.layout.blocks,
                             s.x.at,
                             s.x.stride,
                             s.normed.at,
                             s.squares.at,
                             s.squares.stride,
                             normBefore(0),
                             s.normedQuants.at,
                             s.normedQuants.stride,
                             added.at,
                             added.stride};
        PipelineKey key{"embed", {m_tuning.plainWorkgroup, 0, kernelFormat(slice.layout.type)}};
        key.constants[6] = m_normedWrites | flags;
        const std::uint64_t invocations = std::uint64_t{m_shape.rows} * slice.layout.blocks;
        CallBuffers buffers = buffersOf(slice);
        buffers.other = m_buffers.adapters.scratch;
        m_recorder.dispatch(key, buffers, call, {ceilDiv(invocations, m_tuning.plainWorkgroup)},
                            static_cast<double>(invocations) * 32);
    }
}

void StepRecorder::receive() {
    const ScratchPlan& s = m_plan.scratch;
    const ReceiveCall call{m_plan.step.activations,
                           s.x.at,
                           s.x.stride,
                           s.normed.at,
                           s.squares.at,
                           s.squares.stride,
                           normBefore(m_plan.layers.first),
                           s.normedQuants.at,
                           s.normedQuants.stride};
    const std::uint64_t invocations = std::uint64_t{m_shape.rows} * (s.x.stride / 8);
    PipelineKey key{"receive", {m_tuning.plainWorkgroup}};
    key.constants[6] = m_normedWrites;
    m_recorder.dispatch(key, activationBuffers(), call, {ceilDiv(invocations, m_tuning.plainWorkgroup)},
                        static_cast<double>(invocations) * 32);
}

void StepRecorder::send() {
    if (m_shape.logitRows == 0) return;
    m_recorder.markHead();
    CallBuffers buffers = activationBuffers();
    buffers.other = m_buffers.logits;
    const std::uint32_t pieces = m_shape.logitRows * m_plan.logitStride;
    m_recorder.dispatch({"send", {m_tuning.plainWorkgroup}}, buffers, SendCall{m_plan.scratch.x.at, pieces},
                        {ceilDiv(pieces, m_tuning.plainWorkgroup)}, static_cast<double>(pieces) * 4);
}

void StepRecorder::normQkv(const LayerWeights<Tensor>& layer) {
    const ScratchPlan& s = m_plan.scratch;
    const WeightSlice* slices[3] = {&layer.q->slices.front(), &layer.k->slices.front(),
                                    &layer.v->slices.front()};
    const Tensor biases[3] = {layer.qBias, layer.kBias, layer.vBias};
    const bool integer = readsQuants(m_shape.rows, {layer.q, layer.k, layer.v});
    const ScratchRegion& x = integer ? s.normedQuants : s.normed;
    NormQkvCall call{x.at,
                     x.stride,
                     s.squares.at,
                     s.squares.stride,
                     static_cast<float>(m_plan.config.width),
                     m_plan.config.normEpsilon,
                     slices[0]->layout.blocks,
                     s.qkv.at,
                     s.qkv.stride,
                     {},
                     {},
                     {}};
    std::array<std::uint32_t, 3> formats{};
    const MatrixShape shape = m_tuning.matrix(m_shape.rows, integer);
    std::uint32_t tiles = 0;
    for (int i = 0; i < 3; ++i) {
        call.matrices[i] = slices[i]->at;
        call.groups[i] = groupsOf(*slices[i]);
        call.biases[i] = biases[i] ? biases[i]->vectorAt : s.zeros;
        formats[i] = kernelFormat(slices[i]->layout.type);
        tiles += shape.tiles(call.groups[i]);
    }
    m_recorder.dispatch(shape.key(MatrixKernel::NormQkv, formats, kWritesFloats), buffersOf(*slices[0]), call,
                        shape.workgroups(tiles, m_shape.rows),
                        workOf({slices[0], slices[1], slices[2]}, m_shape.rows));
    if (!adapted()) return;
    const LayerWeights<VulkanAddition>& added = addedTo(layer);
    const AdditionTrio trio{&added.q, &added.k, &added.v};
    const std::uint32_t k = s.qkv.at + m_plan.config.queryLength() / 4;
    if (AdapterCalls::any(trio))
        adapterCalls().add(
            trio, normedInput(),
            {activationBuffers().scratch, {s.qkv.at, k, k + m_plan.config.kvLength() / 4}, s.qkv.stride},
            m_shape.rows);
}

void StepRecorder::ropeStore(std::uint32_t index, Tensor) {
    // The rope factors are in the host's cosines and sines already.
    const ScratchPlan& s = m_plan.scratch;
    const ModelConfig& c = m_plan.config;
    const RopeStoreCall call{s.qkv.at,
                             s.qkv.stride,
                             s.query.at,
                             s.query.stride,
                             c.heads,
                             c.kvHeads,
                             c.headSize,
                             c.rotary,
                             m_plan.step.turns,
                             m_cache.place(index).at,
                             m_cache.capacity(),
                             1.0F / std::sqrt(static_cast<float>(c.headSize)),
                             m_plan.step.branches};
    PipelineKey key{"rope_store", {m_tuning.plainWorkgroup}};
    key.constants[5] = c.ropePairs == RopePairs::Halves ? 1 : 0;
    key.constants[6] = static_cast<std::uint32_t>(m_cache.type());
    const std::uint64_t invocations =
        std::uint64_t{m_shape.rows} * (c.heads + 2 * c.kvHeads) * (c.headSize / 8);
    m_recorder.dispatch(key, buffersOf(index), call, {ceilDiv(invocations, m_tuning.plainWorkgroup)},
                        static_cast<double>(invocations) * 8);
}

void StepRecorder::attention(std::uint32_t index) {
    const ScratchPlan& s = m_plan.scratch;
    const ModelConfig& c = m_plan.config;
    const AttentionPlace place{c.heads,
                               c.kvHeads,
                               c.headSize,
                               s.query,
                               s.attention,
                               s.parts,
                               m_cache.type(),
                               m_cache.place(index).at,
                               m_cache.capacity(),
                               m_plan.step.branches};
    recordAttention(m_recorder, m_tuning, buffersOf(index), place,
                    {m_shape.rows, m_shape.parts, m_shape.ownParts},
                    {m_shape.attentionCost, 0, m_cache.bytesPerPosition()});
}

void StepRecorder::projectAdd(const WeightSlice& slice, const ScratchRegion& input, bool integer,
                              std::uint32_t nextNorm) {
    const ScratchPlan& s = m_plan.scratch;
    const ProjectAddCall call{
        input.at, input.stride,      slice.layout.blocks,  slice.at,     groupsOf(slice),
        s.x.at,   s.x.stride,        s.normed.at,          s.squares.at, s.squares.stride,
        nextNorm, s.normedQuants.at, s.normedQuants.stride};
    const std::uint32_t format = kernelFormat(slice.layout.type);
    const MatrixShape shape = m_tuning.matrix(m_shape.rows, integer);
    m_recorder.dispatch(shape.key(MatrixKernel::ProjectAdd, {format, format, format}, m_normedWrites),
                        buffersOf(slice), call, shape.workgroups(shape.tiles(call.groups), m_shape.rows),
                        workOf({&slice}, m_shape.rows));
}

void StepRecorder::outputAdd(const LayerWeights<Tensor>& layer) {
    if (adapted()) addToStream(addedTo(layer).output, m_plan.scratch.attention);
    projectAdd(layer.output->slices.front(), m_plan.scratch.attention, false,
               layer.feedForwardNorm->vectorAt);
}

void StepRecorder::normGateUp(const LayerWeights<Tensor>& layer) {
    const ScratchPlan& s = m_plan.scratch;
    const WeightSlice& gate = layer.gate->slices.front();
    const WeightSlice& up = layer.up->slices.front();
    const bool integer = readsQuants(m_shape.rows, {layer.gate, layer.up});
    const ScratchRegion& x = integer ? s.normedQuants : s.normed;
    std::uint32_t writes = readsQuants(m_shape.rows, {layer.down}) ? kWritesQuants : kWritesFloats;
    ScratchRegion delta;
    if (adapted()) {
        const LayerWeights<VulkanAddition>& added = addedTo(layer);
        delta = m_buffers.adapters.plan->delta;
        const AdditionTrio trio{&added.gate, &added.up};
        if (AdapterCalls::any(trio))
            adapterCalls().add(
                trio, normedInput(),
                {m_buffers.adapters.scratch, {delta.at, delta.at + groupsOf(gate)}, delta.stride, false},
                m_shape.rows);
        writes |= (added.gate ? kAddsToFirst : 0) | (added.up ? kAddsToSecond : 0);
        if (added.down) writes |= kWritesFloats; // its adapters read them
    }
    const NormGateUpCall call{x.at,
                              x.stride,
                              s.squares.at,
                              s.squares.stride,
                              static_cast<float>(m_plan.config.width),
                              m_plan.config.normEpsilon,
                              gate.layout.blocks,
                              s.hidden.at,
                              s.hidden.stride,
                              gate.at,
                              up.at,
                              groupsOf(gate),
                              s.hiddenQuants.at,
                              s.hiddenQuants.stride,
                              delta.at,
                              delta.stride};
    const std::uint32_t format = kernelFormat(gate.layout.type);
    const MatrixShape shape = m_tuning.matrix(m_shape.rows, integer);
    CallBuffers buffers = buffersOf(gate);
    buffers.other = m_buffers.adapters.scratch;
    m_recorder.dispatch(
        shape.key(MatrixKernel::NormGateUp, {format, kernelFormat(up.layout.type), format}, writes), buffers,
        call, shape.workgroups(shape.tiles(call.groups), m_shape.rows), workOf({&gate, &up}, m_shape.rows));
}

void StepRecorder::downAdd(const LayerWeights<Tensor>& layer) {
    const auto index = static_cast<std::uint32_t>(indexOf(m_plan.weights, layer));
    if (adapted()) addToStream(addedTo(layer).down, m_plan.scratch.hidden);
    const bool integer = readsQuants(m_shape.rows, {layer.down});
    projectAdd(layer.down->slices.front(), integer ? m_plan.scratch.hiddenQuants : m_plan.scratch.hidden,
               integer, normBefore(index + 1));
}

void StepRecorder::head(Tensor, Tensor output) {
    if (m_shape.logitRows == 0) return;
    if (!m_shape.streams) m_recorder.markHead();
    const ScratchPlan& s = m_plan.scratch;
    const bool integer = readsQuants(m_shape.logitRows, {output});
    const ScratchRegion& x = integer ? s.normedQuants : s.normed;
    for (const WeightSlice& slice : output->slices) {
        const HeadCall call{x.at + m_shape.firstLogits * x.stride,
                            x.stride,
                            s.squares.at + m_shape.firstLogits * s.squares.stride,
                            s.squares.stride,
                            static_cast<float>(m_plan.config.width),
                            m_plan.config.normEpsilon,
                            slice.layout.blocks,
                            slice.at,
                            groupsOf(slice),
                            static_cast<std::uint32_t>(slice.firstRow / 4),
                            m_plan.logitStride,
                            m_shape.logitRows};
        CallBuffers buffers = buffersOf(slice);
        buffers.other = m_buffers.logits;
        const std::uint32_t format = kernelFormat(slice.layout.type);
        const MatrixShape shape = m_tuning.matrix(m_shape.logitRows, integer);
        m_recorder.dispatch(shape.key(MatrixKernel::Head, {format, format, format}, kWritesFloats), buffers,
                            call, shape.workgroups(shape.tiles(call.groups), m_shape.logitRows),
                            workOf({&slice}, m_shape.logitRows));
    }
    if (adapted() && m_buffers.adapters.plan->additions.output)
        adapterCalls().add({&m_buffers.adapters.plan->additions.output}, normedInput(m_shape.firstLogits),
                           {m_buffers.logits, {}, m_plan.logitStride}, m_shape.logitRows);
}

const LayerWeights<VulkanAddition>& StepRecorder::addedTo(const LayerWeights<Tensor>& layer) const {
    return m_buffers.adapters.plan->additions.layers[indexOf(m_plan.weights, layer)];
}

AdapterInput StepRecorder::normedInput(std::uint32_t firstRow) const {
    return {m_plan.scratch.normed, m_plan.scratch.squares, firstRow, static_cast<float>(m_plan.config.width),
            m_plan.config.normEpsilon};
}

AdapterCalls StepRecorder::adapterCalls() {
    return {m_recorder, m_tuning, m_buffers.adapters, activationBuffers()};
}

// Before the product that adds to x as well, for that also prepares the next norm.
void StepRecorder::addToStream(const VulkanAddition& addition, const ScratchRegion& input) {
    if (!addition) return;
    const ScratchRegion& x = m_plan.scratch.x;
    adapterCalls().add({&addition}, {input, {}}, {activationBuffers().scratch, {x.at}, x.stride},
                       m_shape.rows);
}

// The rows of A that belong to the tokens, times B: left in delta for embed().
std::uint32_t StepRecorder::addToTable(const VulkanAddition& addition) {
    const VulkanAdapterPlan& plan = *m_buffers.adapters.plan;
    AdapterCalls calls = adapterCalls();
    const WeightSlice& rows = addition.down;
    EmbedCall call{rows.at,
                   groupsOf(rows),
                   0,
                   rows.layout.blocks,
                   plan.unread.at,
                   plan.low.stride,
                   plan.low.at,
                   plan.unread.at,
                   plan.unread.stride,
                   addition.scalesAt};
    PipelineKey key{"embed", {m_tuning.plainWorkgroup, 0, kernelFormat(rows.layout.type)}};
    key.constants[6] = kWritesFloats;
    const std::uint64_t invocations = std::uint64_t{m_shape.rows} * rows.layout.blocks;
    m_recorder.dispatch(key, calls.ownBuffers(addition), call,
                        {ceilDiv(invocations, m_tuning.plainWorkgroup)},
                        static_cast<double>(invocations) * 32);
    calls.climb({&addition}, {m_buffers.adapters.scratch, {plan.delta.at}, plan.delta.stride, false},
                m_shape.rows);
    return kAddsToFirst;
}

} // namespace ponder
