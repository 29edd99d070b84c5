// RoPE, the cache and attention against their plain twins: odd head sizes, shared key heads, every type of
// cache, attention in several parts and over branches, both kernels, both load paths.
#include "engine/backend/vulkan/step/attention_calls.h"
#include "tests/engine/backend/vulkan_kernel_bench.h"
#include "tests/support/test_class.h"
#include "tests/support/thorough.h"

using namespace ponder;
using test::KernelBench;

class VulkanAttentionKernelsTest : public QObject {
    Q_OBJECT
    static constexpr std::uint32_t kQkv = 0, kQuery = 100000, kResult = 200000, kParts = 300000,
                                   kTurns = 1000, kBranches = 500, kGates = 900000;
    test::KernelBenches m_benches;
    std::mt19937 m_random{11};

    struct Heads {
        std::uint32_t heads, kvHeads, size;
        bool gated = false; // a gate of as many values follows each query
    };
    // One layer's keys and values as the device holds them (shaders/include/cache.glsl).
    struct Cache {
        Heads heads;
        std::uint32_t capacity;
        KvType type;

        std::size_t rows() const { return std::size_t{2} * heads.kvHeads * capacity; }
        std::size_t scaleAt(std::size_t row) const {
            return rows() * heads.size + row * ((heads.size + 63) / 64 * 4);
        }
        void put(std::byte* to, std::size_t row, std::size_t i, float value) const {
            const std::uint16_t half = floatToHalf(value);
            if (type == KvType::F32) std::memcpy(to + (row * heads.size + i) * 4, &value, 4);
            if (type == KvType::F16) std::memcpy(to + (row * heads.size + i) * 2, &half, 2);
        }
        float get(const std::byte* from, std::size_t row, std::size_t i) const {
            const std::size_t at = row * heads.size + i;
            float single = 0;
            std::uint16_t half = 0;
            if (type == KvType::F32) std::memcpy(&single, from + at * 4, 4);
            if (type == KvType::F16) std::memcpy(&half, from + at * 2, 2);
            if (type == KvType::Q8_0) std::memcpy(&half, from + scaleAt(row) + i / 32 * 2, 2);
            if (type == KvType::F32) return single;
            return type == KvType::F16
                       ? halfToFloat(half)
                       : static_cast<float>(static_cast<std::int8_t>(from[at])) * halfToFloat(half);
        }
        // Random bytes and scales, random halves or random floats.
        void fill(std::byte* to, std::mt19937& random) const {
            const auto values = test::randomFloats(rows() * heads.size, random);
            for (std::size_t row = 0; row < rows(); ++row) {
                for (std::size_t i = 0; i < heads.size; ++i) {
                    put(to, row, i, values[row * heads.size + i]);
                    if (type == KvType::Q8_0) to[row * heads.size + i] = static_cast<std::byte>(random());
                }
                for (std::size_t block = 0; type == KvType::Q8_0 && block < heads.size / 32; ++block) {
                    const std::uint16_t scale = floatToHalf(values[row * heads.size + block] / 127);
                    std::memcpy(to + scaleAt(row) + block * 2, &scale, 2);
                }
            }
        }
    };
    // Which rows there are, and where they look.
    struct Rows {
        std::uint32_t count, first;
        std::uint32_t parts, ownParts = 0;
        std::uint32_t shared = 0, length = 0;
        std::vector<std::uint32_t> branches;
        std::uint32_t window = 0;

        std::uint32_t capacity() const {
            if (ownParts == 0) return first + count + 5;
            return shared + (*std::max_element(branches.begin(), branches.end()) + 1) * length;
        }
        // The slots that a row sees.
        std::vector<std::uint32_t> seen(std::uint32_t row) const {
            std::vector<std::uint32_t> out;
            const std::uint32_t last = first + (ownParts > 0 ? 0 : row);
            const HeadAttention heads{.window = window};
            for (std::uint32_t position = heads.firstSeen(last); position <= last; ++position)
                out.push_back(ownParts == 0 || position < shared ? position
                                                                 : position + branches[row] * length);
            return out;
        }
        QString text() const {
            return QString("%1 rows at %2, %3 and %4 parts, window %5")
                .arg(count)
                .arg(first)
                .arg(parts)
                .arg(ownParts)
                .arg(window);
        }
    };

    // Of these, for one path and type of cache every second; for the other path the others.
    static std::vector<Heads> heads(std::initializer_list<Heads> all, int path, int type) {
        std::vector<Heads> some;
        for (const Heads& one : all)
            if (test::isThorough() || (one.size / 32 + static_cast<std::uint32_t>(path + type)) % 2 == 0)
                some.push_back(one);
        return some;
    }
    void paths() {
        QTest::addColumn<int>("path");
        QTest::addColumn<int>("type");
        for (const int path : {0, 1})
            for (const auto& [name, type] : {std::pair{"f16", KvType::F16}, std::pair{"f32", KvType::F32},
                                             std::pair{"q8_0", KvType::Q8_0}})
                QTest::addRow("%s, cache of %s", path == 0 ? "texels" : "addresses", name)
                    << path << static_cast<int>(type);
    }
    // Runs attention over a cache of random values; gives how far the result is from the plain twin's.
    double attend(KernelBench& b, const Heads& h, KvType type, const Rows& rows, bool bySlots) {
        const Cache cache{h, rows.capacity(), type};
        cache.fill(b.other.mapped(), m_random);
        const std::uint32_t length = h.heads * h.size;
        auto query = test::randomFloats(std::size_t{rows.count} * length, m_random);
        std::vector<float> scaled = query;
        for (std::size_t i = 0; i < query.size(); ++i)
            scaled[i] = (query[i] *= 3.0F) / std::sqrt(float(h.size));
        b.put(b.scratch, kQuery, scaled, length, length / 4);
        b.writeStep(rows.count, rows.first);
        const std::uint32_t branched[2] = {rows.shared, rows.length};
        std::memcpy(b.step.mapped() + 8, branched, sizeof(branched));
        std::memcpy(b.step.mapped() + kBranches * 16, rows.branches.data(), rows.branches.size() * 4);

        // As they lie between queries.
        const auto gates = test::randomFloats(h.gated ? 2 * query.size() : 0, m_random);
        b.put(b.scratch, kGates, gates, std::size_t{2} * length, length / 2);
        KernelTuning tuning = b.tuning;
        tuning.attentionBySlots = bySlots;
        const AttentionPlace place{.heads = h.heads,
                                   .kvHeads = h.kvHeads,
                                   .headSize = h.size,
                                   .resultSize = h.size,
                                   .query = {kQuery, length / 4},
                                   .result = {kResult, length / 4},
                                   .parts = kParts,
                                   .type = type,
                                   .cacheAt = 0,
                                   .capacity = cache.capacity,
                                   .branches = kBranches,
                                   .window = rows.window,
                                   .gates = {kGates + h.size / 4, length / 2},
                                   .gateHead = h.gated ? h.size / 2 : 0};
        CommandRecorder recorder(*b.context, *b.pipelines, 1e18);
        recordAttention(recorder, tuning, b.buffers, place, {rows.count, rows.parts, rows.ownParts}, 1);
        const auto recording = recorder.finish();
        if (!recording || !b.context->submitAndWait(recording->slices.front().commands)) return HUGE_VAL;
        std::vector<float> wanted = wantedOf(b, cache, rows, query);
        for (std::size_t i = 0; h.gated && i < wanted.size(); ++i)
            wanted[i] *= reference::sigmoid(gates[i / h.size * 2 * h.size + h.size + i % h.size]);
        return test::worst(b.get(b.scratch, kResult, rows.count, length, length / 4), wanted);
    }
    static std::vector<float> wantedOf(const KernelBench& b, const Cache& cache, const Rows& rows,
                                       const std::vector<float>& query) {
        const Heads& h = cache.heads;
        std::vector<float> wanted(query.size());
        for (std::uint32_t t = 0; t < rows.count; ++t)
            for (std::uint32_t head = 0; head < h.heads; ++head) {
                const std::size_t first = std::size_t{head / (h.heads / h.kvHeads)} * cache.capacity;
                const auto seen = rows.seen(t);
                std::vector<float> keys, values;
                for (const std::uint32_t slot : seen)
                    for (std::size_t i = 0; i < h.size; ++i) {
                        keys.push_back(cache.get(b.other.mapped(), first + slot, i));
                        values.push_back(cache.get(b.other.mapped(), cache.rows() / 2 + first + slot, i));
                    }
                const auto count = static_cast<std::uint32_t>(seen.size());
                const std::size_t at = (std::size_t{t} * h.heads + head) * h.size;
                reference::attend(std::span(query).subspan(at, h.size), {keys.data(), h.size, count},
                                  {values.data(), h.size, count}, 1 / std::sqrt(float(h.size)),
                                  std::span(wanted).subspan(at, h.size));
            }
        return wanted;
    }

    // attention_slots is for texels only: through addresses software devices take minutes to compile it.
    static std::vector<bool> kernels(int path) {
        return path == 0 ? std::vector<bool>{false, true} : std::vector<bool>{false};
    }

private slots:
    void initTestCase() {
        if (!m_benches.open()) QSKIP("no usable Vulkan device with validation layers");
    }
    void cleanup() { QCOMPARE(m_benches.messages(), std::string()); }

    void attentionStreamsOverTheCache_data() { paths(); }
    void attentionStreamsOverTheCache() {
        QFETCH(int, path);
        QFETCH(int, type);
        for (const bool bySlots : kernels(path))
            for (const Heads& h :
                 heads({Heads{9, 3, 64}, Heads{4, 4, 32}, Heads{3, 1, 96}, Heads{12, 2, 128}}, path, type))
                for (const std::uint32_t first : {0U, 37U, 70U})
                    for (const std::uint32_t n : {1U, 2U, 7U})
                        for (const std::uint32_t parts : {1U, 3U}) {
                            const Rows rows{n, first, parts, 0, 0, 0, {}};
                            const double apart =
                                attend(m_benches[path], h, static_cast<KvType>(type), rows, bySlots);
                            QVERIFY2(apart < 2e-5, qPrintable(QString("%1 heads of %2, %3: %4")
                                                                  .arg(h.heads)
                                                                  .arg(h.size)
                                                                  .arg(rows.text())
                                                                  .arg(apart)));
                        }
    }

    void branchesSeeTheSharedSlotsAndTheirOwn_data() { paths(); }
    void branchesSeeTheSharedSlotsAndTheirOwn() {
        QFETCH(int, path);
        QFETCH(int, type);
        for (const bool bySlots : kernels(path))
            for (const Heads& h : heads({Heads{9, 3, 64}, Heads{4, 4, 32}, Heads{12, 1, 96}}, path, type))
                for (const std::uint32_t n : {1U, 5U, 64U})
                    for (const std::uint32_t shared : {0U, 1U, 45U})
                        for (const std::uint32_t own : {1U, 9U}) {
                            Rows rows{n,           shared + own - 1, shared == 0 ? 0U : 1 + n % 2,
                                      1 + own % 2, shared,           11,
                                      {}};
                            for (std::uint32_t i = 0; i < n; ++i) // with gaps, and not in order
                                rows.branches.push_back((i * 29 + 3) % 67);
                            const double apart =
                                attend(m_benches[path], h, static_cast<KvType>(type), rows, bySlots);
                            QVERIFY2(apart < 2e-5, qPrintable(QString("%1 heads of %2, %3 shared, %4: %5")
                                                                  .arg(h.heads)
                                                                  .arg(h.size)
                                                                  .arg(shared)
                                                                  .arg(rows.text())
                                                                  .arg(apart)));
                        }
    }

    void rowsLookThroughAWindow_data() { paths(); }
    void rowsLookThroughAWindow() {
        QFETCH(int, path);
        QFETCH(int, type);
        for (const bool bySlots : kernels(path))
            for (const Heads& h : {Heads{9, 3, 64}})
                for (const std::uint32_t window : {1U, 40U}) {
                    std::vector<Rows> some;
                    for (const std::uint32_t first : {0U, 70U})
                        for (const std::uint32_t parts : {1U, 3U})
                            some.push_back({7, first, parts, 0, 0, 0, {}, window});
                    for (const std::uint32_t own : {1U, 9U}) // branches after 45 shared positions
                        some.push_back({3, 45 + own - 1, 2, 1, 45, 11, {4, 0, 2}, window});
                    for (const Rows& rows : some) {
                        const double apart =
                            attend(m_benches[path], h, static_cast<KvType>(type), rows, bySlots);
                        QVERIFY2(apart < 2e-5,
                                 qPrintable(
                                     QString("heads of %1, %2: %3").arg(h.size).arg(rows.text()).arg(apart)));
                    }
                }
    }

    void gatedHeadsCountAsMuchAsTheirGatesSay_data() { paths(); }
    void gatedHeadsCountAsMuchAsTheirGatesSay() {
        QFETCH(int, path);
        QFETCH(int, type);
        for (const bool bySlots : kernels(path))
            for (const Heads& h : heads({Heads{6, 3, 64, true}, Heads{4, 1, 96, true}}, path, type))
                for (const Rows& rows :
                     {Rows{1, 37, 1, 0, 0, 0, {}}, Rows{7, 37, 1, 0, 0, 0, {}}, Rows{7, 37, 3, 0, 0, 0, {}},
                      Rows{3, 49, 2, 1, 45, 11, {4, 0, 2}}, Rows{3, 4, 0, 1, 0, 11, {4, 0, 2}}}) {
                    const double apart = attend(m_benches[path], h, static_cast<KvType>(type), rows, bySlots);
                    QVERIFY2(
                        apart < 2e-5,
                        qPrintable(QString("heads of %1, %2: %3").arg(h.size).arg(rows.text()).arg(apart)));
                }
    }

    void ropeTurnsQueriesAndKeysAndStoresKeysAndValues_data() { paths(); }
    void ropeTurnsQueriesAndKeysAndStoresKeysAndValues() {
        QFETCH(int, path);
        QFETCH(int, type);
        KernelBench& b = m_benches[path];
        for (const RopePairs pairs : {RopePairs::Adjacent, RopePairs::Halves})
            for (const std::uint32_t size : {32U, 96U, 128U})
                for (const std::uint32_t rotary : {size, size / 2})
                    for (const std::uint32_t n : {1U, 7U})
                        for (const std::uint32_t length : {0U, 9U})
                            turnAndStore(b, static_cast<KvType>(type), pairs, {3, 1, size, n > 1}, rotary, n,
                                         length);
    }

private:
    // length: of a branch, or 0 for rows at consecutive positions.
    void turnAndStore(KernelBench& b, KvType type, RopePairs pairs, const Heads& h, std::uint32_t rotary,
                      std::uint32_t n, std::uint32_t length) {
        const std::uint32_t size = h.size, first = 5;
        const Cache cache{h, first + 80, type};
        const std::uint32_t asked = h.gated ? 2 * size : size; // a query, and its gate
        const std::size_t keys = std::size_t{3} * asked, row = keys + std::size_t{2} * size;
        auto qkv = test::randomFloats(n * row, m_random);
        const auto turns = test::randomFloats(std::size_t{n} * rotary, m_random);
        b.put(b.scratch, kQkv, qkv, row, std::uint32_t(row / 4));
        b.put(b.step, kTurns, turns, rotary, rotary / 4);
        b.writeStep(n, first);
        const std::uint32_t branched[2] = {first - 2, length};
        std::memcpy(b.step.mapped() + 8, branched, sizeof(branched));
        std::vector<std::uint32_t> branches(n);
        for (std::uint32_t i = 0; i < n; ++i)
            branches[i] = (i * 3 + 1) % 8;
        std::memcpy(b.step.mapped() + kBranches * 16, branches.data(), branches.size() * 4);
        const RopeStoreCall call{.qkv = kQkv,
                                 .qkvStride = std::uint32_t(row / 4),
                                 .query = kQuery,
                                 .queryStride = h.heads * size / 4,
                                 .heads = h.heads,
                                 .kvHeads = h.kvHeads,
                                 .headSize = size,
                                 .rotary = rotary,
                                 .turns = kTurns,
                                 .cacheAt = 0,
                                 .capacity = cache.capacity,
                                 .scale = 0.5F,
                                 .branches = kBranches,
                                 .size = size,
                                 .growthLength = 1,
                                 .askedSize = asked};
        PipelineKey key{"rope_store", {64}};
        key.constants[5] = pairs == RopePairs::Halves;
        key.constants[6] = static_cast<std::uint32_t>(type);
        QVERIFY(b.run(key, call, {ceilDiv(std::uint64_t{n} * 5 * size / 8, 64)}));

        std::vector<float> wantedQuery, wanted, got;
        for (std::uint32_t t = 0; t < n; ++t) {
            const std::span<float> values = std::span(qkv).subspan(t * row, row);
            for (const std::size_t at : {std::size_t{0}, std::size_t{asked}, std::size_t{2} * asked, keys})
                reference::rope(values.subspan(at, size), size, rotary, pairs,
                                std::span(turns).subspan(t * rotary, rotary));
            for (std::size_t i = 0; i < 3 * size; ++i)
                wantedQuery.push_back(values[i / size * asked + i % size] * 0.5F);
            const std::uint32_t slot = first + (length == 0 ? t : branches[t] * length);
            for (std::size_t i = 0; i < size; ++i) {
                wanted.insert(wanted.end(), {values[keys + i], values[keys + size + i]});
                got.insert(got.end(), {cache.get(b.other.mapped(), slot, i),
                                       cache.get(b.other.mapped(), cache.capacity + slot, i)});
            }
        }
        QVERIFY(test::worst(b.get(b.scratch, kQuery, n, 3 * size, 3 * size / 4), wantedQuery) < 1e-6);
        // Halves may be rounded either way; eight bits round by half a step of 1/127, and the step by a
        // half's.
        const double bound = type == KvType::F32 ? 1e-6 : type == KvType::F16 ? 1e-3 : 0.5 / 127 + 0.0006;
        QVERIFY2(test::worst(got, wanted) < bound, qPrintable(QString::number(test::worst(got, wanted))));
    }
};

PONDER_TEST(VulkanAttentionKernelsTest)
#include "vulkan_attention_kernels_test.moc"
