// RoPE, the cache and attention against their plain twins: odd head sizes, shared key heads, both cache
// types, attention in several parts, both load paths.
#include "tests/engine/backend/vulkan_kernel_bench.h"

#include <bit>

using namespace ponder;
using test::KernelBench;

class VulkanAttentionKernelsTest : public QObject {
    Q_OBJECT
    static constexpr std::uint32_t kQkv = 0, kQuery = 100000, kResult = 200000, kParts = 300000,
                                   kTurns = 1000;
    std::array<std::unique_ptr<KernelBench>, 2> m_benches;
    std::mt19937 m_random{11};

    struct Heads {
        std::uint32_t heads, kvHeads, size;
    };
    void paths() {
        QTest::addColumn<int>("path");
        QTest::addColumn<bool>("f32");
        for (const int path : {0, 1})
            for (const bool f32 : {false, true})
                QTest::addRow("%s, cache of %s", path == 0 ? "texels" : "addresses", f32 ? "f32" : "f16")
                    << path << f32;
    }
    // As the cache rounds; the kernels may round halves either way, which the bound below allows for.
    static float rounded(float value, bool f32) { return f32 ? value : halfToFloat(floatToHalf(value)); }
    // Fills keys and values [head][position][size], behind each other; gives them as the cache holds them.
    std::vector<float> fillCache(KernelBench& b, const Heads& h, std::uint32_t capacity, bool f32) {
        std::vector<float> values =
            test::randomFloats(std::size_t{2} * h.kvHeads * capacity * h.size, m_random);
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = rounded(values[i], f32);
            const std::uint16_t half = floatToHalf(values[i]);
            if (f32)
                std::memcpy(b.other.mapped() + i * 4, &values[i], 4);
            else
                std::memcpy(b.other.mapped() + i * 2, &half, 2);
        }
        return values;
    }
    static PipelineKey attentionKey(const KernelBench& b, const Heads& h, std::uint32_t rows, bool f32) {
        const std::uint32_t lanes = std::min({std::bit_ceil(h.size / 8), 8U, b.tuning.attentionWorkgroup});
        PipelineKey key{"attention", {b.tuning.attentionWorkgroup}};
        key.constants[6] = f32;
        key.constants[7] = std::min(rows, b.tuning.promptQueries);
        key.constants[8] = lanes;
        key.constants[9] = (h.size / 8 + lanes - 1) / lanes;
        return key;
    }

private slots:
    void initTestCase() {
        for (int path = 0; path < 2; ++path) {
            m_benches[path] = std::make_unique<KernelBench>(path == 0 ? LoadPath::Texel : LoadPath::Address);
            if (!m_benches[path]->ready()) QSKIP("no usable Vulkan device with validation layers");
        }
    }
    void cleanup() {
        for (const auto& b : m_benches)
            QVERIFY2(b->log->messages().empty(),
                     b->log->messages().empty() ? "" : b->log->messages()[0].c_str());
    }

    void attentionStreamsOverTheCache_data() { paths(); }
    void attentionStreamsOverTheCache() {
        QFETCH(int, path);
        QFETCH(bool, f32);
        KernelBench& b = *m_benches[path];
        for (const Heads& h : {Heads{9, 3, 64}, Heads{4, 4, 32}, Heads{3, 1, 96}, Heads{12, 2, 128}})
            for (const std::uint32_t first : {0U, 37U})
                for (const std::uint32_t n : {1U, 2U, 7U})
                    for (const std::uint32_t parts : {1U, 3U}) {
                        const std::uint32_t capacity = first + n + 5;
                        const auto cache = fillCache(b, h, capacity, f32);
                        const std::uint32_t stride = h.heads * h.size / 4;
                        auto query = test::randomFloats(std::size_t{n} * h.heads * h.size, m_random);
                        for (float& q : query)
                            q *= 3.0F;
                        std::vector<float> scaled = query;
                        for (float& q : scaled)
                            q /= std::sqrt(float(h.size));
                        b.put(b.scratch, kQuery, scaled, stride * 4, stride);
                        b.writeStep(n, first);
                        const AttentionCall call{kQuery,   stride,  h.heads, h.kvHeads, h.size, 0,
                                                 capacity, kResult, stride,  kParts,    parts};
                        const PipelineKey key = attentionKey(b, h, n * (h.heads / h.kvHeads), f32);
                        const std::uint32_t rows = n * (h.heads / h.kvHeads);
                        QVERIFY(b.run(key, call,
                                      {(rows + key.constants[7] - 1) / key.constants[7], h.kvHeads, parts}));
                        if (parts > 1) {
                            const AttentionCombineCall combine{h.heads, h.size, kResult,
                                                               stride,  kParts, parts};
                            QVERIFY(b.run({"attention_combine", {64}}, combine, {(n * stride + 63) / 64}));
                        }
                        std::vector<float> wanted(query.size());
                        const std::size_t values = std::size_t{h.kvHeads} * capacity * h.size;
                        for (std::uint32_t t = 0; t < n; ++t)
                            for (std::uint32_t head = 0; head < h.heads; ++head) {
                                const std::size_t kv =
                                    std::size_t{head / (h.heads / h.kvHeads)} * capacity * h.size;
                                const std::size_t at = (std::size_t{t} * h.heads + head) * h.size;
                                reference::attend(std::span(query).subspan(at, h.size),
                                                  {cache.data() + kv, h.size, first + t + 1},
                                                  {cache.data() + values + kv, h.size, first + t + 1},
                                                  std::span(wanted).subspan(at, h.size));
                            }
                        QVERIFY2(test::worst(b.get(b.scratch, kResult, n, stride * 4, stride), wanted) < 2e-5,
                                 qPrintable(QString("%1 heads of %2, %3 tokens from %4, %5 parts")
                                                .arg(h.heads)
                                                .arg(h.size)
                                                .arg(n)
                                                .arg(first)
                                                .arg(parts)));
                    }
    }

    void ropeTurnsQueriesAndKeysAndStoresKeysAndValues_data() { paths(); }
    void ropeTurnsQueriesAndKeysAndStoresKeysAndValues() {
        QFETCH(int, path);
        QFETCH(bool, f32);
        KernelBench& b = *m_benches[path];
        for (const RopePairs pairs : {RopePairs::Adjacent, RopePairs::Halves})
            for (const std::uint32_t size : {32U, 96U, 128U})
                for (const std::uint32_t rotary : {size, size / 2})
                    for (const std::uint32_t n : {1U, 7U}) {
                        const Heads h{3, 1, size};
                        const std::uint32_t first = 5, capacity = 16;
                        const std::size_t length = std::size_t{5} * size;
                        auto qkv = test::randomFloats(n * length, m_random);
                        const auto turns = test::randomFloats(std::size_t{n} * rotary, m_random);
                        b.put(b.scratch, kQkv, qkv, length, std::uint32_t(length / 4));
                        b.put(b.step, kTurns, turns, rotary, rotary / 4);
                        b.writeStep(n, first);
                        const RopeStoreCall call{kQkv,     std::uint32_t(length / 4),
                                                 kQuery,   h.heads * size / 4,
                                                 h.heads,  h.kvHeads,
                                                 size,     rotary,
                                                 kTurns,   0,
                                                 capacity, 0.5F};
                        PipelineKey key{"rope_store", {64}};
                        key.constants[5] = pairs == RopePairs::Halves;
                        key.constants[6] = f32;
                        QVERIFY(b.run(key, call, {std::uint32_t((n * length / 8 + 63) / 64)}));

                        const auto query = b.get(b.scratch, kQuery, n, h.heads * size, h.heads * size / 4);
                        std::vector<float> wantedQuery, keys, values, gotKeys, gotValues;
                        for (std::uint32_t t = 0; t < n; ++t) {
                            const std::span<float> row = std::span(qkv).subspan(t * length, length);
                            reference::rope(row.first(4 * size), size, rotary, pairs,
                                            std::span(turns).subspan(t * rotary, rotary));
                            for (std::size_t i = 0; i < 3 * size; ++i)
                                wantedQuery.push_back(row[i] * 0.5F);
                            for (std::size_t i = 0; i < size; ++i) {
                                keys.push_back(row[3 * size + i]);
                                values.push_back(row[4 * size + i]);
                                gotKeys.push_back(cached(b, (first + t) * size + i, f32));
                                gotValues.push_back(cached(b, (capacity + first + t) * size + i, f32));
                            }
                        }
                        QVERIFY(test::worst(query, wantedQuery) < 1e-6);
                        const double bound = f32 ? 1e-6 : 1e-3; // half of the last place, rounded either way
                        QVERIFY(test::worst(gotKeys, keys) < bound);
                        QVERIFY(test::worst(gotValues, values) < bound);
                    }
    }

private:
    static float cached(const KernelBench& b, std::size_t index, bool f32) {
        float single = 0;
        std::uint16_t half = 0;
        if (f32)
            std::memcpy(&single, b.other.mapped() + index * 4, 4);
        else
            std::memcpy(&half, b.other.mapped() + index * 2, 2);
        return f32 ? single : halfToFloat(half);
    }
};

QTEST_APPLESS_MAIN(VulkanAttentionKernelsTest)
#include "vulkan_attention_kernels_test.moc"
