// Mixtures of experts: the part of step_recorder.h that records routing and the products with chosen experts'
// matrices. Nothing of it is seen by the host: which experts they are stays on the device. Where a layer's
// experts are elsewhere (backend/expert_worker.h), the host routes its rows and gives what they add.
#include "engine/backend/vulkan/step/step_recorder.h"

#include <algorithm>

namespace ponder {
namespace {

constexpr std::uint32_t kSortWorkgroup = 64;

} // namespace

// A workgroup takes up to twice the rows that an expert gets on average, so that most experts need one only.
MatrixShape StepRecorder::expertShape(const MixtureFeedForward& mixture,
                                      std::initializer_list<Weight> matrices) const {
    const std::uint64_t users = std::uint64_t{m_shape.rows} * mixture.used;
    const std::uint32_t columns = std::min(m_shape.rows, 2 * ceilDiv(users, mixture.experts));
    return m_tuning.matrix(columns, readsQuants(columns, matrices));
}

// The most that there can be: each expert's last is not full.
std::uint32_t StepRecorder::expertTiles(const MixtureFeedForward& mixture, std::uint32_t tileColumns) const {
    const std::uint32_t users = m_shape.rows * mixture.used;
    return std::min(users, std::min(users, mixture.experts) + users / tileColumns);
}

// Of the experts that are read at least.
KernelWork StepRecorder::expertWork(Weight stack, const MixtureFeedForward& mixture) const {
    const DeviceLayout& layout = slice(stack).layout;
    const double users = double(m_shape.rows) * mixture.used;
    const double read = std::min<double>(users, mixture.experts) / mixture.experts;
    KernelWork work(double(layout.rows) * layout.blocks * 32 * users / mixture.experts);
    work.bytes = static_cast<std::uint64_t>(double(layout.bytes()) * read);
    return work;
}

void StepRecorder::route(Weight router, Weight bias, Weight share, const MixtureFeedForward& mixture) {
    const ScratchPlan& s = m_plan.scratch;
    const ExpertScratch& e = s.experts;
    const WeightSlice& experts = slice(router);
    const bool shares = share != kNoWeight;
    if (m_plan.lendsExperts(router.layer) && !shares) return;
    const WeightSlice& shareSlice = shares ? slice(share) : experts;
    const NormQkvCall product{.x = s.normed.at,
                              .xStride = s.normed.stride,
                              .squares = s.squares.at,
                              .squarePieces = s.squares.stride,
                              .width = m_normWidth,
                              .epsilon = m_normEpsilon,
                              .blocks = experts.layout.blocks,
                              .y = e.logits.at,
                              .yStride = e.logits.stride,
                              .matrices = {experts.at, shareSlice.at, experts.at},
                              .groups = {groupsOf(experts), shares ? groupsOf(shareSlice) : 0, 0},
                              .biases = {s.zeros, s.zeros, s.zeros}};
    // In floats: a rounded logit may choose another expert.
    const MatrixShape shape = m_tuning.matrix(m_shape.rows, false).inFloats();
    const std::uint32_t format = kernelFormat(experts.layout.type);
    m_recorder.dispatch(
        shape.key(MatrixKernel::NormQkv, {format, kernelFormat(shareSlice.layout.type), format},
                  kWritesFloats),
        buffersOf(experts), product,
        shape.workgroups(shape.tiles(product.groups[0]) + shape.tiles(product.groups[1]), m_shape.rows),
        KernelWork(double(mixture.experts) * m_plan.config.width * m_shape.rows, experts.layout.bytes()));
    const bool single = m_shape.rows == 1;
    const RouteCall call{.logits = e.logits.at,
                         .logitStride = e.logits.stride,
                         .squares = s.squares.at,
                         .squarePieces = s.squares.stride,
                         .width = m_normWidth,
                         .epsilon = m_normEpsilon,
                         .bias = vectorAt(bias),
                         .experts = mixture.experts,
                         .used = mixture.used,
                         .groups = mixture.groups,
                         .usedGroups = mixture.usedGroups,
                         .scale = mixture.scale,
                         .choices = e.choices,
                         .facts = e.facts,
                         .users = single ? e.users : 0,
                         .tiles = e.tiles};
    const PipelineKey key{"route",
                          {m_tuning.attentionWorkgroup, static_cast<std::uint32_t>(mixture.gating),
                           mixture.normalises ? 1U : 0U}};
    m_recorder.dispatch(key, activationBuffers(), call, {m_shape.rows},
                        double(m_shape.rows) * mixture.experts * mixture.used);
}

// Puts the rows of a prompt into the order of their experts.
void StepRecorder::sortExperts(const MixtureFeedForward& mixture, std::uint32_t tileColumns,
                               const ScratchRegion& from) {
    const ExpertScratch& e = m_plan.scratch.experts;
    const std::uint64_t users = std::uint64_t{m_shape.rows} * mixture.used;
    const SortExpertsCall sort{.choices = e.choices,
                               .used = mixture.used,
                               .experts = mixture.experts,
                               .tileColumns = tileColumns,
                               .users = e.users,
                               .tiles = e.tiles,
                               .tileCount = expertTiles(mixture, tileColumns)};
    m_recorder.dispatch({"sort_experts", {kSortWorkgroup}}, activationBuffers(), sort, {1},
                        double(users) + mixture.experts);
    const GatherRowsCall gather{
        .from = from.at, .fromStride = from.stride, .users = e.users, .used = mixture.used, .to = e.rows.at};
    const std::uint64_t pieces = users * from.stride;
    m_recorder.dispatch({"gather_rows", {m_tuning.plainWorkgroup}}, activationBuffers(), gather,
                        {ceilDiv(pieces, m_tuning.plainWorkgroup)}, double(pieces) * 4);
}

void StepRecorder::gateChosen(Weight gateWeight, Weight upWeight, Weight reader,
                              const MixtureFeedForward& mixture) {
    if (m_plan.lendsExperts(gateWeight.layer)) return lendRows(gateWeight.layer);
    const ScratchPlan& s = m_plan.scratch;
    const ExpertScratch& e = s.experts;
    const WeightSlice& gate = slice(gateWeight);
    const WeightSlice& up = slice(upWeight);
    const MatrixShape shape = expertShape(mixture, {gateWeight, upWeight});
    const bool single = m_shape.rows == 1, quants = expertShape(mixture, {reader}).integer;
    const ScratchRegion& normed = shape.integer ? s.normedQuants : s.normed;
    if (!single) sortExperts(mixture, shape.tileColumns(), normed);
    const std::uint32_t groups = mixture.hidden / 4;
    const ExpertGateUpCall call{.x = single ? normed.at : e.rows.at,
                                .xStride = single ? 0 : normed.stride,
                                .tiles = e.tiles,
                                .users = e.users,
                                .facts = e.facts,
                                .blocks = gate.layout.blocks,
                                .y = e.hidden.at,
                                .yStride = e.hidden.stride,
                                .gate = gate.at,
                                .up = up.at,
                                .groups = groups,
                                .expertGroups = mixture.merged ? 2 * groups : groups,
                                .upFirst = mixture.merged ? groups : 0,
                                .stackGroups = groupsOf(gate),
                                .quants = e.hiddenQuants.at,
                                .quantStride = e.hiddenQuants.stride};
    const std::uint32_t format = kernelFormat(gate.layout.type);
    KernelWork work = expertWork(gateWeight, mixture);
    if (!mixture.merged) {
        const KernelWork other = expertWork(upWeight, mixture);
        work.cost += other.cost;
        work.bytes += other.bytes;
    }
    m_recorder.dispatch(shape.key(MatrixKernel::ExpertGateUp, {format, kernelFormat(up.layout.type), format},
                                  quants ? kWritesQuants : kWritesFloats),
                        buffersOf(gate), call,
                        {shape.tiles(groups), expertTiles(mixture, shape.tileColumns())}, work);
}

void StepRecorder::lendRows(std::uint32_t layer) {
    copyStream(m_shape.rows * m_plan.scratch.x.stride);
    m_recorder.handOver(layer, m_shape.rows);
}

void StepRecorder::addChosen(Weight downWeight, const MixtureFeedForward& mixture, Weight next) {
    if (m_plan.lendsExperts(downWeight.layer)) {
        m_recorder.takeBack();
        return receive(next, kAddsToFirst);
    }
    const ScratchPlan& s = m_plan.scratch;
    const ExpertScratch& e = s.experts;
    const WeightSlice& down = slice(downWeight);
    const MatrixShape shape = expertShape(mixture, {downWeight});
    const ScratchRegion& hidden = shape.integer ? e.hiddenQuants : e.hidden;
    const std::uint32_t groups = m_plan.config.width / 4;
    const ExpertDownCall product{.y = hidden.at,
                                 .yStride = hidden.stride,
                                 .tiles = e.tiles,
                                 .users = e.users,
                                 .blocks = down.layout.blocks,
                                 .matrix = down.at,
                                 .groups = groups,
                                 .stackGroups = groupsOf(down),
                                 .result = e.rows.at,
                                 .resultStride = e.rows.stride};
    const std::uint32_t format = kernelFormat(down.layout.type);
    m_recorder.dispatch(shape.key(MatrixKernel::ExpertDown, {format, format, format}, kWritesFloats),
                        buffersOf(down), product,
                        {shape.tiles(groups), expertTiles(mixture, shape.tileColumns())},
                        expertWork(downWeight, mixture));
    const AddExpertsCall add{.results = e.rows.at,
                             .choices = e.choices,
                             .used = mixture.used,
                             .x = s.x.at,
                             .xStride = s.x.stride,
                             .normed = s.normed.at,
                             .squares = s.squares.at,
                             .squarePieces = s.squares.stride,
                             .norm = announce(next),
                             .quants = s.normedQuants.at,
                             .quantStride = s.normedQuants.stride};
    PipelineKey key{"add_experts", {m_tuning.plainWorkgroup}};
    key.constants[6] = m_normedWrites;
    const std::uint64_t invocations = std::uint64_t{m_shape.rows} * (s.x.stride / 8);
    m_recorder.dispatch(key, activationBuffers(), add, {ceilDiv(invocations, m_tuning.plainWorkgroup)},
                        double(invocations) * 32 * mixture.used);
}

// What gate() has left of the shared expert, times how much it counts in each row.
void StepRecorder::shareRows(Weight reader) {
    const ScratchPlan& s = m_plan.scratch;
    const std::uint32_t blocks = slice(reader).layout.blocks;
    const ShareRowsCall call{.y = s.hidden.at,
                             .yStride = s.hidden.stride,
                             .quants = s.hiddenQuants.at,
                             .quantStride = s.hiddenQuants.stride,
                             .blocks = blocks,
                             .facts = s.experts.facts};
    PipelineKey key{"share_rows", {m_tuning.plainWorkgroup}};
    key.constants[6] = readsQuants(m_shape.rows, {reader}) ? kWritesQuants : kWritesFloats;
    const std::uint64_t invocations = std::uint64_t{m_shape.rows} * blocks;
    m_recorder.dispatch(key, activationBuffers(), call, {ceilDiv(invocations, m_tuning.plainWorkgroup)},
                        double(invocations) * 32);
}

static_assert(ExpertOps<StepRecorder>);

} // namespace ponder
