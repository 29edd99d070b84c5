#include "engine/backend/vulkan/step/step_recorder.h"

#include <algorithm>
#include <limits>

namespace ponder {
namespace {

bool isFloat(const VulkanTensor& matrix) { return scaleKind(matrix.source->type) == ScaleKind::None; }

} // namespace

KernelWork workOf(std::initializer_list<const WeightSlice*> slices, std::uint32_t columns) {
    KernelWork work(0);
    for (const WeightSlice* slice : slices) {
        work.cost += static_cast<double>(slice->layout.rows) * slice->layout.blocks * 32 * columns;
        work.bytes += slice->layout.bytes();
    }
    return work;
}

StepRecorder::StepRecorder(VulkanContext& context, PipelineSet& pipelines, const VulkanPlan& plan,
                           const KernelTuning& tuning, const StepBuffers& buffers, const VulkanKvCache& cache,
                           const StepShape& shape)
    : m_plan(plan), m_tuning(tuning), m_buffers(buffers), m_cache(cache), m_shape(shape),
      m_recorder(context, pipelines, shape.costPerSlice, shape.purpose) {
    announce(Slot::OutputNorm); // a recording of the head alone follows it
    if (!m_tuning.integer) return;
    bool floats = m_tuning.many.isHalf(); // the head may have fewer rows than the layers
    forEachWeight(plan.config.layers, [&](Weight weight) {
        const TensorRow* row = plan.config.family->row(weight.slot);
        const bool readsNormed = row && (row->reader != Reader::Alone || weight.slot == Slot::Output);
        floats = floats || (readsNormed && tensor(weight) && isFloat(*tensor(weight)));
    });
    floats = floats || adapted();
    m_normedWrites = kWritesQuants | (floats ? kWritesFloats : 0);
}

bool StepRecorder::readsQuants(std::uint32_t rows, std::initializer_list<Weight> matrices) const {
    return m_tuning.readsQuants(rows) &&
           std::none_of(matrices.begin(), matrices.end(),
                        [this](Weight matrix) { return isFloat(*tensor(matrix)); });
}

std::uint32_t StepRecorder::announce(Weight next) {
    const bool norms = next != kNoWeight;
    // The squares' sum over this width is next to nothing.
    m_normWidth = norms ? static_cast<float>(m_plan.config.width) : std::numeric_limits<float>::max();
    m_normEpsilon = norms ? m_plan.config.normEpsilon : 1.0F;
    return norms ? vectorAt(next) : m_plan.scratch.ones;
}

std::uint32_t StepRecorder::vectorAt(Weight weight) const {
    return tensor(weight) ? tensor(weight)->vectorAt : m_plan.scratch.zeros;
}

CallBuffers StepRecorder::buffersOf(const WeightSlice& slice) const { return m_buffers.chunks[slice.chunk]; }

CallBuffers StepRecorder::activationBuffers() const {
    CallBuffers out = m_buffers.chunks.front();
    out.weights = 0;
    out.weightSet = VK_NULL_HANDLE;
    return out;
}

CallBuffers StepRecorder::buffersOf(std::uint32_t layer) const {
    const VulkanKvCache::LayerPlace place = m_cache.place(layer);
    CallBuffers out = activationBuffers();
    out.other = place.address;
    out.otherSet = place.set;
    return out;
}

void StepRecorder::embed(Weight table, Weight next) {
    const ScratchPlan& s = m_plan.scratch;
    const bool changes = adapted() && addedTo(table);
    const std::uint32_t flags = changes ? addToTable(addedTo(table)) : 0; // what adapters have left
    ScratchRegion added;
    if (changes) added = m_buffers.adapters.plan->delta;
    for (const WeightSlice& slice : tensor(table)->slices) {
        const EmbedCall call{.matrix = slice.at,
                             .groups = groupsOf(slice),
                             .firstToken = static_cast<std::uint32_t>(slice.firstRow),
                             .blocks = slice.layout.blocks,
                             .x = s.x.at,
                             .xStride = s.x.stride,
                             .normed = s.normed.at,
                             .squares = s.squares.at,
                             .squarePieces = s.squares.stride,
                             .norm = announce(next),
                             .quants = s.normedQuants.at,
                             .quantStride = s.normedQuants.stride,
                             .added = added.at,
                             .addedStride = added.stride};
        PipelineKey key{"embed", {m_tuning.plainWorkgroup, 0, kernelFormat(slice.layout.type)}};
        key.constants[6] = m_normedWrites | flags;
        const std::uint64_t invocations = std::uint64_t{m_shape.rows} * slice.layout.blocks;
        CallBuffers buffers = buffersOf(slice);
        buffers.other = m_buffers.adapters.scratch;
        m_recorder.dispatch(key, buffers, call, {ceilDiv(invocations, m_tuning.plainWorkgroup)},
                            static_cast<double>(invocations) * 32);
    }
}

void StepRecorder::receive(Weight next) { receive(next, 0); }

// What the host has left in the step's parameters becomes x or, with kAddsToFirst, is added to it.
void StepRecorder::receive(Weight next, std::uint32_t flags) {
    const ScratchPlan& s = m_plan.scratch;
    const ReceiveCall call{.from = m_plan.step.activations,
                           .x = s.x.at,
                           .xStride = s.x.stride,
                           .normed = s.normed.at,
                           .squares = s.squares.at,
                           .squarePieces = s.squares.stride,
                           .norm = announce(next),
                           .quants = s.normedQuants.at,
                           .quantStride = s.normedQuants.stride};
    const std::uint64_t invocations = std::uint64_t{m_shape.rows} * (s.x.stride / 8);
    PipelineKey key{"receive", {m_tuning.plainWorkgroup}};
    key.constants[6] = m_normedWrites | flags;
    m_recorder.dispatch(key, activationBuffers(), call, {ceilDiv(invocations, m_tuning.plainWorkgroup)},
                        static_cast<double>(invocations) * 32);
}

void StepRecorder::send() {
    if (m_shape.logitRows == 0) return;
    m_recorder.markHead();
    copyStream(m_shape.logitRows * m_plan.logitStride);
}

// To where the host reads.
void StepRecorder::copyStream(std::uint32_t pieces) {
    CallBuffers buffers = activationBuffers();
    buffers.other = m_buffers.logits;
    const SendCall call{.x = m_plan.scratch.x.at, .pieces = pieces};
    m_recorder.dispatch({"send", {m_tuning.plainWorkgroup}}, buffers, call,
                        {ceilDiv(pieces, m_tuning.plainWorkgroup)}, static_cast<double>(pieces) * 4);
}

void StepRecorder::multiplyNormed(const NormedRows& x, std::initializer_list<Projection> parts,
                                  const ScratchRegion& y) {
    bool integer = true;
    for (const Projection& part : parts)
        integer = integer && readsQuants(m_shape.rows, {part.matrix});
    const ScratchRegion& input = integer ? x.quants : x.floats;
    const WeightSlice& first = slice(parts.begin()->matrix);
    const std::uint32_t zeros = m_plan.scratch.zeros, format = kernelFormat(first.layout.type);
    NormQkvCall call{.x = input.at,
                     .xStride = input.stride,
                     .squares = x.squares.at,
                     .squarePieces = x.squares.stride,
                     .width = x.width,
                     .epsilon = x.epsilon,
                     .blocks = first.layout.blocks,
                     .y = y.at,
                     .yStride = y.stride,
                     .matrices = {first.at, first.at, first.at},
                     .groups = {0, 0, 0},
                     .biases = {zeros, zeros, zeros}};
    std::array<std::uint32_t, 3> formats{format, format, format};
    const MatrixShape shape = m_tuning.matrix(m_shape.rows, integer);
    std::uint32_t tiles = 0;
    KernelWork work(0);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const Projection& part = parts.begin()[i];
        const WeightSlice& matrix = slice(part.matrix);
        call.matrices[i] = matrix.at;
        call.groups[i] = groupsOf(matrix);
        call.biases[i] = vectorAt(part.bias);
        formats[i] = kernelFormat(matrix.layout.type);
        tiles += shape.tiles(call.groups[i]);
        const KernelWork more = workOf({&matrix}, m_shape.rows);
        work.cost += more.cost;
        work.bytes += more.bytes;
    }
    m_recorder.dispatch(shape.key(MatrixKernel::NormQkv, formats, kWritesFloats), buffersOf(first), call,
                        shape.workgroups(tiles, m_shape.rows), work);
}

void StepRecorder::project(const Projection& q, const Projection& k, const Projection& v) {
    const ScratchPlan& s = m_plan.scratch;
    multiplyNormed(stream(), {q, k, v}, s.qkv);
    if (!adapted()) return;
    const AdditionTrio trio{&addedTo(q.matrix), &addedTo(k.matrix), &addedTo(v.matrix)};
    if (!AdapterCalls::any(trio)) return;
    const std::uint32_t keys = s.qkv.at + groupsOf(slice(q.matrix)),
                        values = keys + groupsOf(slice(k.matrix));
    adapterCalls().add(trio, normedInput(),
                       {activationBuffers().scratch, {s.qkv.at, keys, values}, s.qkv.stride}, m_shape.rows);
}

void StepRecorder::turnAndStore(std::uint32_t layer, const HeadAttention& heads, Weight queryNorm,
                                Weight keyNorm) {
    // The rope factors are in the host's cosines and sines already.
    const ScratchPlan& s = m_plan.scratch;
    const RopeStoreCall call{.qkv = s.qkv.at,
                             .qkvStride = s.qkv.stride,
                             .query = s.query.at,
                             .queryStride = s.query.stride,
                             .heads = heads.heads,
                             .kvHeads = heads.kvHeads,
                             .headSize = paddedHead(heads.keySize),
                             .rotary = heads.turns ? m_plan.config.rotary : 0,
                             .turns = m_plan.step.turns,
                             .cacheAt = m_cache.place(layer).at,
                             .capacity = m_cache.capacity(),
                             .scale = heads.scale,
                             .branches = m_plan.step.branches,
                             .queryNorm = vectorAt(queryNorm),
                             .keyNorm = vectorAt(keyNorm),
                             .epsilon = m_plan.config.normEpsilon,
                             .size = heads.keySize,
                             .growth = heads.growth,
                             .growthLength = heads.growthLength,
                             .askedSize = heads.askedSize()};
    PipelineKey key{"rope_store", {m_tuning.plainWorkgroup}};
    key.constants[5] = m_plan.config.ropePairs() == RopePairs::Halves ? 1 : 0;
    key.constants[6] = static_cast<std::uint32_t>(m_cache.type());
    key.constants[7] = heads.normsHeads ? 1 : heads.normsTurned ? 2 : 0;
    const std::uint64_t invocations =
        std::uint64_t{m_shape.rows} * (heads.heads + 2 * heads.kvHeads) * (paddedHead(heads.keySize) / 8);
    m_recorder.dispatch(key, buffersOf(layer), call, {ceilDiv(invocations, m_tuning.plainWorkgroup)},
                        static_cast<double>(invocations) * 8);
}

void StepRecorder::attend(std::uint32_t layer, const HeadAttention& heads) {
    const ScratchPlan& s = m_plan.scratch;
    const AttentionPlace place{.heads = heads.heads,
                               .kvHeads = heads.kvHeads,
                               .headSize = paddedHead(heads.keySize),
                               .resultSize = heads.valueSize,
                               .query = s.query,
                               .result = s.attention,
                               .parts = s.parts,
                               .type = m_cache.type(),
                               .cacheAt = m_cache.place(layer).at,
                               .capacity = m_cache.capacity(),
                               .branches = m_plan.step.branches,
                               .window = heads.window,
                               .gates = {s.qkv.at + heads.keySize / 4, s.qkv.stride},
                               .gateHead = heads.gated ? heads.askedSize() / 4 : 0};
    recordAttention(m_recorder, m_tuning, buffersOf(layer), place,
                    {m_shape.rows, m_shape.parts, m_shape.ownParts},
                    {m_shape.attentionCost, 0, m_cache.bytesPerPosition(layer)});
}

void StepRecorder::addTo(Weight matrix, Rows rows, Weight next) {
    const ScratchPlan& s = m_plan.scratch;
    const bool gated = rows != Rows::Attended;
    if (rows == Rows::Shared) shareRows(matrix);
    const ScratchRegion& floats = gated ? s.hidden : s.attention;
    if (adapted()) addFrom(floats, addedTo(matrix), s.x, true);
    const bool integer = gated && readsQuants(m_shape.rows, {matrix}); // gate() has left quants then
    ProjectAddCall call = productOf(matrix, integer ? s.hiddenQuants : floats);
    call.x = s.x.at;
    call.normed = s.normed.at;
    call.squares = s.squares.at;
    call.norm = announce(next);
    recordProduct(matrix, call, integer, m_normedWrites);
}

// In two calls: the mean square of all of a row must be there before any of it is added.
void StepRecorder::addNormedTo(Weight matrix, Rows rows, Weight norm, Weight next) {
    const ScratchPlan& s = m_plan.scratch;
    const bool gated = rows != Rows::Attended;
    const ScratchRegion& floats = gated ? s.hidden : s.attention;
    const bool changes = adapted() && addedTo(matrix);
    if (changes) addFrom(floats, addedTo(matrix), s.given, false);
    const bool integer = gated && readsQuants(m_shape.rows, {matrix});
    ProjectAddCall product = productOf(matrix, integer ? s.hiddenQuants : floats);
    product.x = s.given.at;
    product.squares = s.givenSquares.at;
    product.norm = s.ones;
    recordProduct(matrix, product, integer, changes ? 0 : kReplaces);
    const AddNormedCall call{.given = s.given.at,
                             .givenSquares = s.givenSquares.at,
                             .after = vectorAt(norm),
                             .width = static_cast<float>(m_plan.config.width),
                             .epsilon = m_plan.config.normEpsilon,
                             .x = s.x.at,
                             .xStride = s.x.stride,
                             .normed = s.normed.at,
                             .squares = s.squares.at,
                             .squarePieces = s.squares.stride,
                             .norm = announce(next),
                             .quants = s.normedQuants.at,
                             .quantStride = s.normedQuants.stride};
    PipelineKey key{"add_normed", {m_tuning.plainWorkgroup}};
    key.constants[6] = m_normedWrites;
    const std::uint64_t invocations = std::uint64_t{m_shape.rows} * (s.x.stride / 8);
    m_recorder.dispatch(key, activationBuffers(), call, {ceilDiv(invocations, m_tuning.plainWorkgroup)},
                        static_cast<double>(invocations) * (32 + s.squares.stride));
}

// A product of rows; where it goes is left to the caller.
ProjectAddCall StepRecorder::productOf(Weight matrix, const ScratchRegion& input) const {
    const ScratchPlan& s = m_plan.scratch;
    const WeightSlice& slice = this->slice(matrix);
    return {.y = input.at,
            .yStride = input.stride,
            .blocks = slice.layout.blocks,
            .matrix = slice.at,
            .groups = groupsOf(slice),
            .x = 0,
            .xStride = s.x.stride,
            .normed = 0,
            .squares = 0,
            .squarePieces = s.squares.stride,
            .norm = 0,
            .quants = s.normedQuants.at,
            .quantStride = s.normedQuants.stride};
}

void StepRecorder::recordProduct(Weight matrix, const ProjectAddCall& call, bool integer,
                                 std::uint32_t writes) {
    const WeightSlice& slice = this->slice(matrix);
    const std::uint32_t format = kernelFormat(slice.layout.type);
    const MatrixShape shape = m_tuning.matrix(m_shape.rows, integer);
    m_recorder.dispatch(shape.key(MatrixKernel::ProjectAdd, {format, format, format}, writes),
                        buffersOf(slice), call, shape.workgroups(shape.tiles(call.groups), m_shape.rows),
                        workOf({&slice}, m_shape.rows));
}

// What adapters add to gate and up, left beside them for the kernel; which of them have something.
std::uint32_t StepRecorder::addToGate(Weight gate, Weight up) {
    const AdditionTrio trio{&addedTo(gate), &addedTo(up)};
    if (!AdapterCalls::any(trio)) return 0;
    const ScratchRegion& delta = m_buffers.adapters.plan->delta;
    adapterCalls().add(
        trio, normedInput(),
        {m_buffers.adapters.scratch, {delta.at, delta.at + groupsOf(slice(gate))}, delta.stride, false},
        m_shape.rows);
    return (addedTo(gate) ? kAddsToFirst : 0) | (addedTo(up) ? kAddsToSecond : 0);
}

void StepRecorder::gate(Weight gateWeight, Weight upWeight, Activation /*silu*/, Weight reader) {
    const ScratchPlan& s = m_plan.scratch;
    const WeightSlice& gate = slice(gateWeight);
    const WeightSlice& up = slice(upWeight);
    const bool integer = readsQuants(m_shape.rows, {gateWeight, upWeight});
    const ScratchRegion& x = integer ? s.normedQuants : s.normed;
    std::uint32_t writes = readsQuants(m_shape.rows, {reader}) ? kWritesQuants : kWritesFloats;
    ScratchRegion delta;
    if (adapted()) {
        delta = m_buffers.adapters.plan->delta;
        writes |= addToGate(gateWeight, upWeight);
        if (addedTo(reader)) writes |= kWritesFloats; // its adapters read them
    }
    const NormGateUpCall call{.x = x.at,
                              .xStride = x.stride,
                              .squares = s.squares.at,
                              .squarePieces = s.squares.stride,
                              .width = m_normWidth,
                              .epsilon = m_normEpsilon,
                              .blocks = gate.layout.blocks,
                              .y = s.hidden.at,
                              .yStride = s.hidden.stride,
                              .gate = gate.at,
                              .up = up.at,
                              .groups = groupsOf(gate),
                              .quants = s.hiddenQuants.at,
                              .quantStride = s.hiddenQuants.stride,
                              .added = delta.at,
                              .addedStride = delta.stride};
    const std::uint32_t format = kernelFormat(gate.layout.type);
    const MatrixShape shape = m_tuning.matrix(m_shape.rows, integer);
    CallBuffers buffers = buffersOf(gate);
    buffers.other = m_buffers.adapters.scratch;
    m_recorder.dispatch(
        shape.key(MatrixKernel::NormGateUp, {format, kernelFormat(up.layout.type), format}, writes), buffers,
        call, shape.workgroups(shape.tiles(call.groups), m_shape.rows), workOf({&gate, &up}, m_shape.rows));
}

void StepRecorder::head(Weight output) {
    if (m_shape.logitRows == 0) return;
    if (!m_shape.streams) m_recorder.markHead();
    const ScratchPlan& s = m_plan.scratch;
    const bool integer = readsQuants(m_shape.logitRows, {output});
    const ScratchRegion& x = integer ? s.normedQuants : s.normed;
    for (const WeightSlice& slice : tensor(output)->slices) {
        const HeadCall call{.x = x.at + m_shape.firstLogits * x.stride,
                            .xStride = x.stride,
                            .squares = s.squares.at + m_shape.firstLogits * s.squares.stride,
                            .squarePieces = s.squares.stride,
                            .width = m_normWidth,
                            .epsilon = m_normEpsilon,
                            .blocks = slice.layout.blocks,
                            .matrix = slice.at,
                            .groups = groupsOf(slice),
                            .logits = static_cast<std::uint32_t>(slice.firstRow / 4),
                            .logitStride = m_plan.logitStride,
                            .columns = m_shape.logitRows};
        CallBuffers buffers = buffersOf(slice);
        buffers.other = m_buffers.logits;
        const std::uint32_t format = kernelFormat(slice.layout.type);
        const MatrixShape shape = m_tuning.matrix(m_shape.logitRows, integer);
        m_recorder.dispatch(shape.key(MatrixKernel::Head, {format, format, format}, kWritesFloats), buffers,
                            call, shape.workgroups(shape.tiles(call.groups), m_shape.logitRows),
                            workOf({&slice}, m_shape.logitRows));
    }
    if (adapted() && addedTo(output))
        adapterCalls().add({&addedTo(output)}, normedInput(m_shape.firstLogits),
                           {m_buffers.logits, {}, m_plan.logitStride}, m_shape.logitRows);
}

AdapterInput StepRecorder::normedInput(std::uint32_t firstRow) const {
    return {m_plan.scratch.normed, m_plan.scratch.squares, firstRow, m_normWidth, m_normEpsilon};
}

AdapterCalls StepRecorder::adapterCalls() {
    return {m_recorder, m_tuning, m_buffers.adapters, activationBuffers()};
}

// What adapters add to a product of `input`, before that itself is added there: only it prepares the next
// norm.
void StepRecorder::addFrom(const ScratchRegion& input, const VulkanAddition& addition,
                           const ScratchRegion& to, bool adds) {
    if (!addition) return;
    adapterCalls().add({&addition}, {input, {}}, {activationBuffers().scratch, {to.at}, to.stride, adds},
                       m_shape.rows);
}

// The rows of A that belong to the tokens, times B: left in delta for embed().
std::uint32_t StepRecorder::addToTable(const VulkanAddition& addition) {
    const VulkanAdapterPlan& plan = *m_buffers.adapters.plan;
    AdapterCalls calls = adapterCalls();
    const WeightSlice& rows = addition.down;
    const EmbedCall call{.matrix = rows.at,
                         .groups = groupsOf(rows),
                         .firstToken = 0,
                         .blocks = rows.layout.blocks,
                         .x = plan.unread.at,
                         .xStride = plan.low.stride,
                         .normed = plan.low.at,
                         .squares = plan.unread.at,
                         .squarePieces = plan.unread.stride,
                         .norm = addition.scalesAt};
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

static_assert(DecoderOps<StepRecorder>);

} // namespace ponder
