#include "engine/backend/vulkan/decode/vulkan_decode_stream.h"

#include "engine/backend/vulkan/decode/sampling_kernels.h"
#include "engine/model/rope_table.h"

#include <algorithm>
#include <cmath>

namespace ponder {
namespace {

constexpr std::uint64_t kInputsAtOnce = kDecodeRing / 2;
constexpr std::uint64_t kLookNanoseconds = 20'000'000; // between two looks at the stop token
constexpr double kShortStep = 0.02;                    // seconds

} // namespace

VulkanDecodeStream::VulkanDecodeStream(VulkanModel& model, DecodeBuffers& buffers, VulkanKvCache& cache,
                                       std::uint32_t position, std::span<const TokenId> history,
                                       const SamplingSettings& settings)
    : m_model(model), m_buffers(buffers), m_cache(cache), m_position(position), m_settings(settings),
      m_draws(settings.seed) {
    const std::size_t most = std::min(settings.penaltyWindow, kSampleHistory);
    const auto last = history.last(std::min(history.size(), most));
    m_history.assign(last.begin(), last.end());
    m_buffers.lent = true;
}

VulkanDecodeStream::~VulkanDecodeStream() {
    // Fails only where the device is lost, and then nothing is under way any more.
    if (m_lastTicket > 0) (void)m_model.context.wait(m_lastTicket, UINT64_MAX);
    m_buffers.lent = false;
}

Result<TokenId> VulkanDecodeStream::next(std::stop_token stop) {
    const std::uint64_t wanted = m_handedOut + 1 + stepsAhead();
    while (m_submitted < wanted) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        if (m_submitted > 0 && lengthOfStep() > m_cache.capacity()) break;
        if (auto sent = m_submitted == 0 ? submitFirst() : submitStep(stop); !sent) return sent.error();
        // Not ahead of steps that are cut into slices.
        if (m_step && m_step->slices.size() > 1) break;
    }
    if (m_submitted == m_handedOut)
        return Error{ErrorCode::ContextFull, std::to_string(lengthOfStep()),
                     std::to_string(m_cache.capacity())};
    // A state that has seen a token needs it to be handed out.
    const bool waits = m_cache.hasStates() && m_step && m_step->slices.size() == 1;
    if (auto ended = waitFor(m_tickets.front(), waits ? std::stop_token() : stop); !ended)
        return ended.error();
    if (auto added = addTimes(); !added) return added.error();
    m_tickets.pop_front();
    TokenId id = 0;
    std::memcpy(&id, m_buffers.tokens.mapped() + m_handedOut % kDecodeRing * sizeof(id), sizeof(id));
    ++m_handedOut;
    return id;
}

// So many that the device never waits for the host; few, for those after the end of a reply are in vain.
std::uint64_t VulkanDecodeStream::stepsAhead() const {
    if (m_model.profiles) return 0;    // times are read before the commands run again
    if (m_cache.hasStates()) return 0; // a state could not forget those tokens
    if (!m_step) return 1;
    return m_model.cutter.tokenPace.secondsFor(m_step->cost()) > kShortStep ? 1 : 3;
}

// Of the step whose pick is handed out now, while profiling is on.
Result<void> VulkanDecodeStream::addTimes() {
    const std::optional<Recording>& ended = m_handedOut == 0 ? m_first : m_step;
    if (!ended || m_submitted != m_handedOut + 1) return {};
    const std::uint32_t positions = m_position + static_cast<std::uint32_t>(m_handedOut);
    for (const CommandSlice& slice : ended->slices)
        if (auto added = m_model.addTimes(slice, positions); !added) return added;
    return {};
}

std::uint32_t VulkanDecodeStream::lengthOfStep() const {
    return m_position + static_cast<std::uint32_t>(m_submitted);
}

Result<void> VulkanDecodeStream::waitFor(std::uint64_t ticket, const std::stop_token& stop) {
    auto ended = m_model.context.wait(ticket, 0);
    const bool waited = ended && !*ended;
    while (ended && !*ended) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        ended = m_model.context.wait(ticket, kLookNanoseconds);
    }
    if (!ended) return ended.error();
    measure(waited);
    while (!m_retired.empty() && m_retired.front().first <= ticket)
        m_retired.pop_front();
    return {};
}

// A step's time is known where the host waited for its end and for that of the step before.
void VulkanDecodeStream::measure(bool waited) {
    const auto now = Clock::now();
    if (waited && m_knowsLastEnd && m_step && m_step->slices.size() == 1 && m_retired.empty())
        m_model.cutter.tokenPace.measured(m_step->cost(),
                                          std::chrono::duration<double>(now - m_lastEnd).count());
    m_knowsLastEnd = waited;
    m_lastEnd = now;
}

// For the picks m_submitted and the following: a number to draw with and the turns of the token's position.
void VulkanDecodeStream::writeInputs() {
    if (m_submitted % kInputsAtOnce != 0) return;
    const std::uint32_t pieces = m_model.plan.decode.turnPieces;
    const std::vector<float> turns = ropeTable(m_model.plan.config, m_model.ropeFactors, lengthOfStep(),
                                               static_cast<std::uint32_t>(kInputsAtOnce));
    std::byte* to = m_buffers.inputs.mapped() + m_submitted % kDecodeRing * (std::size_t{1} + pieces) * 16;
    for (std::uint64_t i = 0; i < kInputsAtOnce; ++i) {
        // Rounding up to 1 would draw after the last token.
        const float draw = std::min(static_cast<float>(m_draws.next()), std::nextafter(1.0F, 0.0F));
        const float head[4] = {draw, 0, 0, 0};
        std::memcpy(to, head, sizeof(head));
        std::memcpy(to + sizeof(head), turns.data() + i * pieces * 4, std::size_t{pieces} * 16);
        to += (std::size_t{1} + pieces) * 16;
    }
}

// The state before the first pick, which moves it to the first token's position.
void VulkanDecodeStream::writeState(CommandRecorder& recorder) const {
    const VulkanPlan& plan = m_model.plan;
    const VulkanBuffer& state = m_buffers.state;
    std::vector<std::uint32_t> step(std::size_t{plan.step.turns} * 4, 0);
    step[0] = 1;
    step[1] = m_position - 1;
    recorder.update(state, 0, std::as_bytes(std::span(step)));
    const std::array<std::uint32_t, 4> counters{0, static_cast<std::uint32_t>(m_history.size()), 0, 0};
    recorder.update(state, std::uint64_t{plan.decode.counters} * 16, std::as_bytes(std::span(counters)));
    if (!m_history.empty())
        recorder.update(state, std::uint64_t{plan.decode.history} * 16, std::as_bytes(std::span(m_history)));
}

Result<void> VulkanDecodeStream::submitFirst() {
    writeInputs();
    CommandRecorder recorder(m_model.context, m_model.pipelines, m_model.cutter.tokenPace.costPerSlice(),
                             m_model.purposeOf(RecordFor::Once));
    writeState(recorder);
    CallBuffers buffers = m_buffers.sampling();
    buffers.other = m_model.logits.address();
    buffers.otherSet = m_buffers.runLogitsSet.set;
    recordSampling(recorder,
                   sampleCall(m_model.plan, m_settings, m_model.lastLogitRow * m_model.plan.logitStride),
                   buffers, m_model.context.physical().maxInvocations);
    auto recorded = recorder.finish();
    if (!recorded) return recorded.error();
    m_first.emplace(std::move(*recorded));
    for (const CommandSlice& slice : m_first->slices) {
        auto ticket = m_model.submit(slice);
        if (!ticket) return ticket.error();
        m_lastTicket = *ticket;
    }
    m_tickets.push_back(m_lastTicket);
    ++m_submitted;
    return {};
}

Result<void> VulkanDecodeStream::recordStep() {
    StepShape shape = m_model.cutter.shapeOf(1, lengthOfStep());
    const bool fits = m_step && m_parts == shape.parts &&
                      !m_model.cutter.tokenPace.isFarFrom(m_costPerSlice) &&
                      m_step->profiles == m_model.profiles;
    if (fits) return {};
    shape.logitRows = 1;
    shape.streams = true;
    shape.purpose = m_model.purposeOf(RecordFor::Resubmits);
    StepRecorder ops(m_model.context, m_model.pipelines, m_model.plan, m_model.tuning, m_buffers.step,
                     m_cache, shape);
    m_model.forwardInto(ops);
    recordSampling(ops.recorder(), sampleCall(m_model.plan, m_settings, 0), m_buffers.sampling(),
                   m_model.context.physical().maxInvocations);
    auto recorded = ops.finish();
    if (!recorded) return recorded.error();
    if (m_step) m_retired.emplace_back(m_lastTicket, std::move(*m_step));
    m_step.emplace(std::move(*recorded));
    m_parts = shape.parts;
    m_costPerSlice = shape.costPerSlice;
    return {};
}

Result<void> VulkanDecodeStream::submitStep(const std::stop_token& stop) {
    writeInputs();
    if (auto recorded = recordStep(); !recorded) return recorded;
    const TokenId picked = 0; // the device knows which
    const Batch step{std::span(&picked, 1), lengthOfStep() - 1};
    if (auto begun = m_cache.begin(step); !begun) return begun;
    if (m_step->slices.size() > 1) {
        if (auto ran = submitSlices(*m_step, stop); !ran) return ran;
    } else {
        auto ticket = m_model.submit(m_step->slices.front());
        if (!ticket) return ticket.error();
        m_lastTicket = *ticket;
    }
    m_cache.end(step);
    m_tickets.push_back(m_lastTicket);
    ++m_submitted;
    return {};
}

Result<void> VulkanDecodeStream::submitSlices(const Recording& recording, const std::stop_token& stop) {
    for (const CommandSlice& slice : recording.slices) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        // What was submitted before would count as this slice's time.
        if (auto idle = waitFor(m_lastTicket, stop); !idle) return idle;
        const auto start = Clock::now();
        auto ticket = m_model.submit(slice);
        if (!ticket) return ticket.error();
        m_lastTicket = *ticket;
        if (auto ended = m_model.context.wait(*ticket, UINT64_MAX); !ended) return ended.error();
        m_model.cutter.tokenPace.measured(slice.cost,
                                          std::chrono::duration<double>(Clock::now() - start).count());
    }
    return {};
}

} // namespace ponder
