// The kernels of the gated delta rule against their plain twins: odd sizes, many rows and few, convolutions
// of other lengths, states that begin anew or go on, branches, both load paths, both ways to share out
// columns.
#include "engine/backend/vulkan/step/delta_calls.h"
#include "tests/engine/backend/vulkan_kernel_bench.h"
#include "tests/support/test_class.h"
#include "tests/support/thorough.h"

using namespace ponder;
using test::KernelBench;

namespace {

constexpr float kEpsilon = 1e-6F;

// Vectors of a layer, by channel or value head.
struct Vectors {
    std::vector<float> taps, decay, stepBias, norm;
};

// Which rows there are, and whose state they go on from.
struct Rows {
    std::uint32_t count, first;
    std::vector<std::uint32_t> branches; // of each row; empty: all rows are one sequence
    std::uint32_t sequences() const { return branches.empty() ? 1 : count; }
    std::size_t stateOf(std::uint32_t row) const { return branches.empty() ? 0 : branches[row]; }
};

struct Twin {
    const DeltaAttention& delta;
    const Vectors& vectors;
    KeptState kept() const { return Layer{delta, GatedFeedForward{}}.keptState(); }

    // As the device has it: matrices of the state are transposed there.
    std::vector<float> transposed(std::span<const float> state) const {
        std::vector<float> out(state.begin(), state.end());
        const std::size_t size = delta.headSize;
        for (std::size_t at = kept().columns; at < out.size(); at += size * size)
            for (std::size_t i = 0; i < size; ++i)
                for (std::size_t j = 0; j < size; ++j)
                    out[at + j * size + i] = state[at + i * size + j];
        return out;
    }
    // mixed: of one row, q, k and v; becomes what the convolution makes of them.
    void convolve(std::span<float> state, std::span<float> mixed) const {
        const std::size_t channels = delta.channels();
        std::vector<float> columns(state.begin(), state.begin() + kept().columns);
        columns.insert(columns.end(), mixed.begin(), mixed.end());
        for (std::size_t c = 0; c < channels; ++c) {
            float sum = 0;
            for (std::size_t k = 0; k < delta.kernel; ++k)
                sum += vectors.taps[c * delta.kernel + k] * columns[k * channels + c];
            mixed[c] = reference::silu(sum);
        }
        std::copy(columns.begin() + static_cast<std::ptrdiff_t>(channels), columns.end(), state.begin());
        for (std::size_t head = 0; head < 2 * delta.keyHeads; ++head) {
            const auto one = mixed.subspan(head * delta.headSize, delta.headSize);
            reference::toUnitLength(one, kEpsilon);
            if (head < delta.keyHeads)
                for (float& value : one)
                    value /= std::sqrt(static_cast<float>(delta.headSize));
        }
    }
    // row: q, k and v convolved, then z.
    void apply(std::span<float> state, std::span<const float> row, std::span<const float> steps,
               std::span<const float> writes, std::span<float> out) const {
        const std::size_t size = delta.headSize;
        for (std::size_t head = 0; head < delta.valueHeads; ++head) {
            const std::size_t asked = head % delta.keyHeads * size;
            const float step = reference::softplus(steps[head] + vectors.stepBias[head]);
            std::vector<float> given(size), normed(size);
            reference::deltaStep(state.subspan(kept().columns + head * size * size, size * size),
                                 row.subspan(asked, size), row.subspan(delta.keyLength() + asked, size),
                                 row.subspan(2 * delta.keyLength() + head * size, size),
                                 std::exp(vectors.decay[head] * step), reference::sigmoid(writes[head]),
                                 given);
            reference::rmsNorm(given, vectors.norm, kEpsilon, normed);
            for (std::size_t i = 0; i < size; ++i)
                out[head * size + i] = normed[i] * reference::silu(row[delta.channels() + head * size + i]);
        }
    }
};

} // namespace

class VulkanDeltaKernelsTest : public QObject {
    Q_OBJECT
    static constexpr std::uint32_t kMixed = 0, kConvolved = 200000, kSteps = 400000, kResult = 410000,
                                   kTaps = 500000, kDecay = 520000, kStepBias = 521000, kNorm = 522000,
                                   kState = 64, kBranches = 500, kBranchCount = 9;
    test::KernelBenches m_benches;
    std::mt19937 m_random{23};

    static QString text(const DeltaAttention& delta, const Rows& rows) {
        return QString("%1 of %2 heads of %3, kernel %4, %5 rows at %6, %7 sequences")
            .arg(delta.keyHeads)
            .arg(delta.valueHeads)
            .arg(delta.headSize)
            .arg(delta.kernel)
            .arg(rows.count)
            .arg(rows.first)
            .arg(rows.sequences());
    }
    Vectors randomVectors(const DeltaAttention& delta) {
        Vectors out{test::randomFloats(std::size_t{delta.channels()} * delta.kernel, m_random),
                    test::randomFloats(delta.valueHeads, m_random),
                    test::randomFloats(delta.valueHeads, m_random),
                    test::randomFloats(delta.headSize, m_random)};
        for (float& decay : out.decay)
            decay = -0.5F * (decay + 1.01F);
        return out;
    }
    static DeltaPlace placeOf(const DeltaAttention& delta) {
        return {.delta = delta,
                .epsilon = kEpsilon,
                .mixed = {kMixed, (delta.channels() + delta.valueLength()) / 4},
                .convolved = {kConvolved, delta.channels() / 4},
                .steps = {kSteps, 2 * ((delta.valueHeads + 3) / 4)},
                .result = {kResult, delta.valueLength() / 4},
                .taps = kTaps,
                .decay = kDecay,
                .stepBias = kStepBias,
                .norm = kNorm,
                .state = kState,
                .statePieces = Layer{delta, GatedFeedForward{}}.keptState().length() / 4,
                .branches = kBranches};
    }
    static void writeVectors(KernelBench& b, const Vectors& vectors) {
        for (const auto& [at, values] :
             {std::pair(kTaps, &vectors.taps), std::pair(kDecay, &vectors.decay),
              std::pair(kStepBias, &vectors.stepBias), std::pair(kNorm, &vectors.norm)})
            b.put(b.scratch, at, *values, values->size(), test::pieces(values->size()));
    }
    static void writeRows(KernelBench& b, const Rows& rows) {
        b.writeStep(rows.count, rows.first);
        const std::uint32_t branched[2] = {3, rows.branches.empty() ? 0U : 10U};
        std::memcpy(b.step.mapped() + 8, branched, sizeof(branched));
        std::memcpy(b.step.mapped() + kBranches * 16, rows.branches.data(), rows.branches.size() * 4);
    }
    static bool record(KernelBench& b, const DeltaPlace& place, const Rows& rows, bool bySlots) {
        KernelTuning tuning = b.tuning;
        tuning.attentionBySlots = bySlots;
        CommandRecorder recorder(*b.context, *b.pipelines, 1e18);
        recordConvolution(recorder, tuning, b.buffers, place, {rows.count, !rows.branches.empty()});
        recordDelta(recorder, tuning, b.buffers, place, {rows.count, !rows.branches.empty()});
        const auto recording = recorder.finish();
        return recording && b.context->submitAndWait(recording->slices.front().commands);
    }
    void compare(KernelBench& b, const DeltaAttention& delta, const Rows& rows, bool bySlots) {
        const Vectors vectors = randomVectors(delta);
        const Twin twin{delta, vectors};
        const std::size_t length = twin.kept().length(), channels = delta.channels();
        const std::size_t row = channels + delta.valueLength(), heads = delta.valueHeads;
        const std::size_t apart = (heads + 3) / 4 * 4; // of steps and writes
        auto mixed = test::randomFloats(rows.count * row, m_random);
        const auto steps = test::randomFloats(rows.count * 2 * apart, m_random);
        std::vector<std::vector<float>> states(rows.branches.empty() ? 1 : kBranchCount);
        const DeltaPlace place = placeOf(delta);
        for (std::size_t i = 0; i < states.size(); ++i) {
            states[i] = test::randomFloats(length, m_random);
            b.put(b.other, kState + std::uint32_t(i) * place.statePieces, twin.transposed(states[i]), length,
                  place.statePieces);
            if (rows.first == 0) std::fill(states[i].begin(), states[i].end(), 0.0F); // what is there is old
        }
        b.put(b.scratch, kMixed, mixed, row, place.mixed.stride);
        b.put(b.scratch, kSteps, steps, 2 * apart, place.steps.stride);
        writeVectors(b, vectors);
        writeRows(b, rows);
        QVERIFY(record(b, place, rows, bySlots));

        std::vector<float> wanted(rows.count * delta.valueLength());
        for (std::uint32_t t = 0; t < rows.count; ++t) {
            std::vector<float>& state = states[rows.stateOf(t)];
            const auto own = std::span(mixed).subspan(t * row, row);
            const auto step = std::span(steps).subspan(t * 2 * apart, 2 * apart);
            twin.convolve(state, own.first(channels));
            twin.apply(state, own, step.first(heads), step.subspan(apart, heads),
                       std::span(wanted).subspan(t * delta.valueLength(), delta.valueLength()));
        }
        const double away = test::worst(
            b.get(b.scratch, kResult, rows.count, delta.valueLength(), place.result.stride), wanted);
        QVERIFY2(away < 2e-5, qPrintable(QString("%1: %2").arg(text(delta, rows)).arg(away)));
        for (std::uint32_t t = 0; t < rows.sequences(); ++t) {
            const std::size_t which = rows.stateOf(t);
            const double kept =
                test::worst(b.get(b.other, kState + std::uint32_t(which) * place.statePieces, 1, length, 0),
                            twin.transposed(states[which]));
            QVERIFY2(kept < 1e-5, qPrintable(QString("%1: state %2").arg(text(delta, rows)).arg(kept)));
        }
    }
    static void paths() {
        QTest::addColumn<int>("path");
        for (const int path : {0, 1})
            QTest::addRow("%s", path == 0 ? "texels" : "addresses") << path;
    }

private slots:
    void initTestCase() {
        if (!m_benches.open()) QSKIP("no usable Vulkan device with validation layers");
    }
    void cleanup() { QCOMPARE(m_benches.messages(), std::string()); }

    void aStateGoesOnOrBeginsAnew_data() { paths(); }
    void aStateGoesOnOrBeginsAnew() {
        QFETCH(int, path);
        for (const bool bySlots : {true, false})
            for (const DeltaAttention& delta :
                 {DeltaAttention{1, 1, 32, 4}, DeltaAttention{2, 4, 64, 2}, DeltaAttention{3, 3, 96, 4},
                  DeltaAttention{1, 5, 32, 7}, DeltaAttention{2, 6, 128, 4}, DeltaAttention{1, 2, 160, 3},
                  DeltaAttention{1, 1, 256, 16}}) {
                // Software devices take minutes to compile these.
                if (delta.headSize > 128 && !test::isThorough()) continue;
                for (const std::uint32_t n : {1U, 2U, 7U, 64U, 65U})
                    for (const std::uint32_t first : {0U, 5U})
                        compare(m_benches[path], delta, {n, first, {}}, bySlots);
            }
    }

    void branchesHaveStatesOfTheirOwn_data() { paths(); }
    void branchesHaveStatesOfTheirOwn() {
        QFETCH(int, path);
        for (const bool bySlots : {true, false})
            for (const DeltaAttention& delta : {DeltaAttention{2, 4, 64, 2}, DeltaAttention{1, 1, 32, 4}})
                for (const std::uint32_t first : {0U, 5U}) {
                    compare(m_benches[path], delta, {1, first, {3}}, bySlots);
                    compare(m_benches[path], delta, {5, first, {4, 0, 8, 2, 5}}, bySlots); // not in order
                }
    }
};

PONDER_TEST(VulkanDeltaKernelsTest)
#include "vulkan_delta_kernels_test.moc"
