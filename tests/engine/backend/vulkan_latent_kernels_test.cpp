// The kernels of latent attention against their plain twins: odd sizes, every type of cache, attention in
// several parts and over branches, both of its kernels, each head's matrix in every format, both load paths.
#include "engine/backend/vulkan/step/attention_calls.h"
#include "tests/engine/backend/vulkan_kernel_bench.h"
#include "tests/support/test_class.h"

using namespace ponder;
using test::KernelBench;

namespace {

struct Shape {
    std::uint32_t heads, rank, turned;
    std::uint32_t size() const { return paddedHead(rank + turned); }
};

// One layer's keys as the device holds them (shaders/include/cache.glsl).
struct Keys {
    std::uint32_t size, capacity;
    KvType type;

    std::size_t scaleAt(std::size_t row) const {
        return std::size_t{capacity} * size + row * ((size + 63) / 64 * 4);
    }
    float get(const std::byte* from, std::size_t row, std::size_t i) const {
        const std::size_t at = row * size + i;
        float single = 0;
        std::uint16_t half = 0;
        if (type == KvType::F32) std::memcpy(&single, from + at * 4, 4);
        if (type == KvType::F16) std::memcpy(&half, from + at * 2, 2);
        if (type == KvType::Q8_0) std::memcpy(&half, from + scaleAt(row) + i / 32 * 2, 2);
        if (type == KvType::F32) return single;
        return halfToFloat(half) *
               (type == KvType::F16 ? 1.0F : static_cast<float>(static_cast<std::int8_t>(from[at])));
    }
    // Random floats, halves, or bytes with random scales.
    void fill(std::byte* to, std::mt19937& random) const {
        const auto values = test::randomFloats(std::size_t{capacity} * size, random);
        for (std::size_t at = 0; at < values.size(); ++at) {
            const std::uint16_t half = floatToHalf(values[at]);
            if (type == KvType::F32) std::memcpy(to + at * 4, &values[at], 4);
            if (type == KvType::F16) std::memcpy(to + at * 2, &half, 2);
            if (type == KvType::Q8_0) to[at] = static_cast<std::byte>(random());
        }
        for (std::size_t row = 0; type == KvType::Q8_0 && row < capacity; ++row)
            for (std::size_t block = 0; block < size / 32; ++block) {
                const std::uint16_t scale = floatToHalf(values[row * size + block] / 127);
                std::memcpy(to + scaleAt(row) + block * 2, &scale, 2);
            }
    }
};

// Which rows there are, and where they look.
struct Rows {
    std::uint32_t count, first;
    std::uint32_t parts, ownParts = 0;
    std::uint32_t shared = 0, length = 0;
    std::vector<std::uint32_t> branches;

    std::uint32_t capacity() const {
        if (ownParts == 0) return first + count + 5;
        return shared + (*std::max_element(branches.begin(), branches.end()) + 1) * length;
    }
    std::uint32_t slot(std::uint32_t row, std::uint32_t position) const {
        return ownParts == 0 || position < shared ? position : position + branches[row] * length;
    }
    std::uint32_t seen(std::uint32_t row) const { return first + 1 + (ownParts > 0 ? 0 : row); }
    QString text() const {
        return QString("%1 rows at %2, %3 and %4 parts").arg(count).arg(first).arg(parts).arg(ownParts);
    }
};

} // namespace

class VulkanLatentKernelsTest : public QObject {
    Q_OBJECT
    static constexpr std::uint32_t kQuery = 0, kResult = 150000, kParts = 300000, kNorm = 900000,
                                   kTurns = 1000, kBranches = 500;
    test::KernelBenches m_benches;
    std::mt19937 m_random{17};

    static void paths() {
        QTest::addColumn<int>("path");
        QTest::addColumn<int>("type");
        for (const int path : {0, 1})
            for (const auto& [name, type] : {std::pair{"f16", KvType::F16}, std::pair{"f32", KvType::F32},
                                             std::pair{"q8_0", KvType::Q8_0}})
                QTest::addRow("%s, cache of %s", path == 0 ? "texels" : "addresses", name)
                    << path << static_cast<int>(type);
    }
    static void writeRows(KernelBench& b, const Rows& rows) {
        b.writeStep(rows.count, rows.first);
        const std::uint32_t branched[2] = {rows.shared, rows.length};
        std::memcpy(b.step.mapped() + 8, branched, sizeof(branched));
        std::memcpy(b.step.mapped() + kBranches * 16, rows.branches.data(), rows.branches.size() * 4);
    }
    // How far attention over a cache of random values is from the plain twin's.
    double attend(KernelBench& b, const Shape& shape, KvType type, const Rows& rows, bool byRows) {
        const Keys keys{shape.size(), rows.capacity(), type};
        keys.fill(b.other.mapped(), m_random);
        const std::uint32_t length = shape.heads * keys.size, resultLength = shape.heads * shape.rank;
        const auto query = test::randomFloats(std::size_t{rows.count} * length, m_random);
        b.put(b.scratch, kQuery, query, length, length / 4);
        writeRows(b, rows);
        KernelTuning tuning = b.tuning;
        tuning.attentionBySlots = byRows;
        const AttentionPlace place{.heads = shape.heads,
                                   .kvHeads = 1,
                                   .headSize = keys.size,
                                   .resultSize = shape.rank,
                                   .latent = true,
                                   .query = {kQuery, length / 4},
                                   .result = {kResult, resultLength / 4},
                                   .parts = kParts,
                                   .type = type,
                                   .cacheAt = 0,
                                   .capacity = keys.capacity,
                                   .branches = kBranches};
        CommandRecorder recorder(*b.context, *b.pipelines, 1e18);
        recordAttention(recorder, tuning, b.buffers, place, {rows.count, rows.parts, rows.ownParts}, 1);
        const auto recording = recorder.finish();
        if (!recording || !b.context->submitAndWait(recording->slices.front().commands)) return HUGE_VAL;

        std::vector<float> wanted(std::size_t{rows.count} * resultLength);
        for (std::uint32_t t = 0; t < rows.count; ++t) {
            std::vector<float> seen;
            for (std::uint32_t position = 0; position < rows.seen(t); ++position)
                for (std::size_t i = 0; i < keys.size; ++i)
                    seen.push_back(keys.get(b.other.mapped(), rows.slot(t, position), i));
            const reference::HeadView view{seen.data(), keys.size, rows.seen(t)};
            for (std::size_t at = t * shape.heads; at < (t + 1) * shape.heads; ++at)
                reference::attend(std::span(query).subspan(at * keys.size, keys.size), view, view, 1,
                                  std::span(wanted).subspan(at * shape.rank, shape.rank));
        }
        return test::worst(b.get(b.scratch, kResult, rows.count, resultLength, resultLength / 4), wanted);
    }
    // attention_latent_rows is for texels only.
    static std::vector<bool> kernels(int path) {
        return path == 0 ? std::vector<bool>{true, false} : std::vector<bool>{false};
    }

private slots:
    void initTestCase() {
        if (!m_benches.open()) QSKIP("no usable Vulkan device with validation layers");
    }
    void cleanup() { QCOMPARE(m_benches.messages(), std::string()); }

    void attentionStreamsOverKeysWhoseBeginningsAreValues_data() { paths(); }
    void attentionStreamsOverKeysWhoseBeginningsAreValues() {
        QFETCH(int, path);
        QFETCH(int, type);
        for (const bool byRows : kernels(path))
            for (const Shape& shape :
                 {Shape{5, 32, 4}, Shape{20, 64, 64}, Shape{1, 96, 20}, Shape{128, 512, 64}})
                for (const std::uint32_t first : {0U, 38U, 70U})
                    for (const std::uint32_t n : {1U, 3U})
                        for (const std::uint32_t parts : {1U, 3U}) {
                            if (shape.heads > 100 && (first > 38 || type != int(KvType::F16))) continue;
                            const Rows rows{n, first, parts, 0, 0, 0, {}};
                            const double apart = attend(m_benches[path], shape, KvType(type), rows, byRows);
                            QVERIFY2(apart < 2e-5, qPrintable(QString("%1 heads of %2, %3: %4")
                                                                  .arg(shape.heads)
                                                                  .arg(shape.rank)
                                                                  .arg(rows.text())
                                                                  .arg(apart)));
                        }
    }

    void branchesSeeTheSharedSlotsAndTheirOwn_data() { paths(); }
    void branchesSeeTheSharedSlotsAndTheirOwn() {
        QFETCH(int, path);
        QFETCH(int, type);
        for (const bool byRows : kernels(path))
            for (const Shape& shape : {Shape{5, 32, 4}, Shape{20, 64, 64}})
                for (const std::uint32_t n : {1U, 5U, 30U})
                    for (const std::uint32_t shared : {0U, 45U})
                        for (const std::uint32_t own : {1U, 9U}) {
                            Rows rows{n,           shared + own - 1, shared == 0 ? 0U : 1 + n % 2,
                                      1 + own % 2, shared,           11,
                                      {}};
                            for (std::uint32_t i = 0; i < n; ++i) // with gaps, and not in order
                                rows.branches.push_back((i * 29 + 3) % 67);
                            const double apart = attend(m_benches[path], shape, KvType(type), rows, byRows);
                            QVERIFY2(apart < 2e-5, qPrintable(QString("%1 heads of %2, %3 shared, %4: %5")
                                                                  .arg(shape.heads)
                                                                  .arg(shape.rank)
                                                                  .arg(shared)
                                                                  .arg(rows.text())
                                                                  .arg(apart)));
                        }
    }

    void whatATokenLeavesIsNormedTurnedAndStored_data() { paths(); }
    void whatATokenLeavesIsNormedTurnedAndStored() {
        QFETCH(int, path);
        QFETCH(int, type);
        for (const RopePairs pairs : {RopePairs::Adjacent, RopePairs::Halves})
            for (const Shape& shape : {Shape{3, 32, 8}, Shape{5, 96, 24}, Shape{16, 512, 64}})
                for (const std::uint32_t n : {1U, 7U})
                    for (const std::uint32_t length : {0U, 9U})
                        store(m_benches[path], KvType(type), pairs, shape, n, length);
    }

    void eachHeadMultipliesWithItsOwnMatrix_data() {
        QTest::addColumn<int>("path");
        for (const int path : {0, 1})
            QTest::addRow("%s", path == 0 ? "texels" : "addresses") << path;
    }
    void eachHeadMultipliesWithItsOwnMatrix() {
        QFETCH(int, path);
        KernelBench& b = m_benches[path];
        for (const TensorType type : {TensorType::F32, TensorType::F16, TensorType::BF16, TensorType::Q4_0,
                                      TensorType::Q5_1, TensorType::Q8_0, TensorType::IQ4_NL})
            for (const auto& [heads, length, rows] :
                 {std::array{3U, 64U, 96U}, std::array{5U, 32U, 20U}, std::array{2U, 96U, 260U}})
                for (const std::uint32_t n : {1U, 3U, 8U, 21U})
                    multiply(b, type, heads, length, rows, n);
        for (const std::uint32_t n : {1U, 9U}) // rows that end within a block
            multiply(b, TensorType::F16, 3, 20, 12, n);
    }

private:
    // length: of a branch, or 0 for rows at consecutive positions.
    void store(KernelBench& b, KvType type, RopePairs pairs, const Shape& shape, std::uint32_t n,
               std::uint32_t length) {
        const std::uint32_t first = 5, size = shape.size(), nope = 12, keySize = nope + shape.turned;
        const std::uint32_t row = shape.heads * keySize + shape.rank + shape.turned;
        Rows rows{n, first, 1, length > 0 ? 1U : 0U, first - 2, length, {}};
        for (std::uint32_t i = 0; i < n; ++i)
            rows.branches.push_back((i * 3 + 1) % 8);
        const Keys keys{size, first + 80, type};
        auto values = test::randomFloats(std::size_t{n} * row, m_random);
        const auto norm = test::randomFloats(shape.rank, m_random);
        const auto turns = test::randomFloats(std::size_t{n} * shape.turned, m_random);
        b.put(b.scratch, kQuery, values, row, row / 4);
        b.put(b.scratch, kNorm, norm, shape.rank, shape.rank / 4);
        b.put(b.step, kTurns, turns, shape.turned, shape.turned / 4);
        writeRows(b, rows);
        const LatentStoreCall call{.kept = kQuery + shape.heads * keySize / 4,
                                   .keptStride = row / 4,
                                   .q = kQuery,
                                   .qStride = row / 4,
                                   .query = kResult,
                                   .queryStride = shape.heads * size / 4,
                                   .heads = shape.heads,
                                   .keySize = keySize,
                                   .rank = shape.rank,
                                   .rotary = shape.turned,
                                   .headSize = size,
                                   .norm = kNorm,
                                   .epsilon = 1e-6F,
                                   .turns = kTurns,
                                   .cacheAt = 0,
                                   .capacity = keys.capacity,
                                   .branches = kBranches,
                                   .scale = 0.5F,
                                   .growth = 0.3F,
                                   .growthLength = 3};
        PipelineKey key{"latent_store", {b.tuning.attentionWorkgroup}};
        key.constants[5] = pairs == RopePairs::Halves;
        key.constants[6] = static_cast<std::uint32_t>(type);
        const std::uint32_t turned = shape.heads * ((size - shape.rank) / 4);
        QVERIFY(b.run(key, call, {n, 1 + ceilDiv(turned, b.tuning.attentionWorkgroup)}));

        std::vector<float> wantedQuery, gotQuery, wanted, got;
        for (std::uint32_t t = 0; t < n; ++t) {
            const std::span<float> own = std::span(values).subspan(std::size_t{t} * row, row);
            const auto angles = std::span(turns).subspan(std::size_t{t} * shape.turned, shape.turned);
            const std::uint32_t position = first + (length > 0 ? 0 : t);
            const LatentAttention latent{.scale = 0.5F, .growth = 0.3F, .growthLength = 3};
            for (std::uint32_t head = 0; head < shape.heads; ++head) {
                const auto q = own.subspan(head * keySize + nope, shape.turned);
                reference::rope(q, shape.turned, shape.turned, pairs, angles);
                const auto out =
                    b.get(b.scratch, kResult + ((t * shape.heads + head) * size + shape.rank) / 4, 1,
                          size - shape.rank, 0);
                for (std::uint32_t i = 0; i < size - shape.rank; ++i) {
                    wantedQuery.push_back(i < shape.turned ? q[i] * latent.scaleAt(position) : 0);
                    gotQuery.push_back(out[i]);
                }
            }
            const auto kept = own.subspan(shape.heads * keySize);
            std::vector<float> c(shape.rank);
            reference::rmsNorm(kept.first(shape.rank), norm, 1e-6F, c);
            reference::rope(kept.subspan(shape.rank), shape.turned, shape.turned, pairs, angles);
            c.insert(c.end(), kept.begin() + shape.rank, kept.end());
            c.resize(size);
            const std::uint32_t slot = length > 0 ? rows.slot(t, first) : first + t;
            for (std::uint32_t i = 0; i < size; ++i) {
                wanted.push_back(c[i]);
                got.push_back(keys.get(b.other.mapped(), slot, i));
            }
        }
        QVERIFY(test::worst(gotQuery, wantedQuery) < 1e-6);
        // Halves may be rounded either way; eight bits round by half a step of 1/127, and the step by a
        // half's.
        const double bound = type == KvType::F32 ? 2e-6 : type == KvType::F16 ? 1e-3 : 0.5 / 127 + 0.0006;
        QVERIFY2(test::worst(got, wanted) < bound, qPrintable(QString::number(test::worst(got, wanted))));
    }

    void multiply(KernelBench& b, TensorType type, std::uint32_t heads, std::uint32_t length,
                  std::uint32_t rows, std::uint32_t n) {
        const test::RandomMatrix stack(type, length, std::uint64_t{heads} * rows, m_random);
        b.forgetWeights();
        const std::uint32_t apart = length + 8; // values between two heads that none reads
        const auto x = test::randomFloats(std::size_t{n} * heads * apart, m_random);
        const std::uint32_t yHead = rows / 4 + 3, yStride = heads * yHead;
        b.put(b.scratch, kQuery, x, heads * std::size_t{apart}, heads * apart / 4);
        b.writeStep(n, 4);
        const HeadProductCall call{.x = kQuery,
                                   .xStride = heads * apart / 4,
                                   .xHead = apart / 4,
                                   .blocks = (length + 31) / 32,
                                   .matrix = b.place(stack),
                                   .groups = rows / 4,
                                   .stackGroups = heads * rows / 4,
                                   .y = kResult,
                                   .yStride = yStride,
                                   .yHead = yHead,
                                   .scale = 0.25F,
                                   .growth = 0.5F,
                                   .growthLength = 2};
        const LatentAttention latent{.scale = 0.25F, .growth = 0.5F, .growthLength = 2};
        const MatrixShape shape = b.tuning.matrix(n, false);
        const std::uint32_t format = kernelFormat(type);
        Workgroups workgroups = shape.workgroups(shape.tiles(call.groups), n);
        workgroups.z = heads;
        QVERIFY(b.run(shape.key(MatrixKernel::HeadProduct, {format, format, format}, kWritesFloats), call,
                      workgroups));
        std::vector<float> wanted(std::size_t{n} * heads * rows), got;
        for (std::uint32_t t = 0; t < n; ++t)
            for (std::uint32_t head = 0; head < heads; ++head) {
                const auto out = std::span(wanted).subspan((std::size_t{t} * heads + head) * rows, rows);
                reference::multiply(reference::rowsOf(stack.info, std::uint64_t{head} * rows, rows), {},
                                    std::span(x).subspan((std::size_t{t} * heads + head) * apart, length),
                                    out);
                for (float& value : out)
                    value *= latent.scaleAt(4 + t);
                const auto some = b.get(b.scratch, kResult + t * yStride + head * yHead, 1, rows, 0);
                got.insert(got.end(), some.begin(), some.end());
            }
        const double apartBy = test::worst(got, wanted, test::rowMagnitude(stack.info) * 0.25);
        QVERIFY2(apartBy < 2e-5, qPrintable(QString("%1, %2 heads of %3 times %4, %5 columns: %6")
                                                .arg(typeTraits(type)->name.data())
                                                .arg(heads)
                                                .arg(length)
                                                .arg(rows)
                                                .arg(n)
                                                .arg(apartBy)));
    }
};

PONDER_TEST(VulkanLatentKernelsTest)
#include "vulkan_latent_kernels_test.moc"
