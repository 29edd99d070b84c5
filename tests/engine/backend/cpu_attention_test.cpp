// Attention on the processor against its plain twin: seeded odd shapes, every number format, every
// instruction set that this machine has.
#include "engine/backend/cpu/attention_kernels.h"
#include "engine/backend/cpu/cpu_cache.h"
#include "engine/backend/reference/kernels.h"
#include "engine/backend/reference/reference_cache.h"
#include "tests/support/logits_check.h"
#include "tests/support/simd_targets.h"

#include <QTest>

#include <random>

using namespace ponder;

namespace {

// One layer of random keys and values in both caches; the plain one rounds as the other stores.
struct Caches {
    ModelConfig config;
    std::shared_ptr<std::uint64_t> inUse = std::make_shared<std::uint64_t>(0);
    std::uint64_t plainBytes = 0;
    std::unique_ptr<KvCache> fast;
    std::unique_ptr<ReferenceCache> plain;

    Caches(std::uint32_t filled, std::uint32_t headSize, KvType type, std::mt19937& random) {
        config.layers = 1;
        config.kvHeads = 2;
        config.headSize = headSize;
        CpuPlan plan;
        plan.config = config;
        plan.layers = {0, 1};
        fast = std::move(*cpu::CpuCache::create(plan, plan.planCache(filled, type), inUse));
        plain = std::make_unique<ReferenceCache>(config, LayerRange{0, 1}, filled, type, plainBytes);
        std::normal_distribution<float> value;
        std::vector<float> key(2 * headSize), values(2 * headSize);
        for (std::uint32_t slot = 0; slot < filled; ++slot) {
            for (std::size_t i = 0; i < key.size(); ++i) {
                key[i] = value(random);
                values[i] = value(random);
            }
            plain->store(0, slot, key, values);
            for (std::uint32_t head = 0; head < 2; ++head)
                cpuCache().store(0, head, slot, &key[head * headSize], &values[head * headSize]);
        }
    }
    cpu::CpuCache& cpuCache() { return static_cast<cpu::CpuCache&>(*fast); }
    cpu::HeadBlocks head(std::uint32_t index) {
        return {cpuCache().head(0, index), cpuCache().blockStride(), config.headSize, cpuCache().type()};
    }
};

} // namespace

class CpuAttentionTest : public QObject {
    Q_OBJECT
private slots:
    void attentionEqualsThePlainTwin_data() {
        QTest::addColumn<qint64>("target");
        QTest::addColumn<int>("type");
        for (const auto& [name, target] : test::simdTargets())
            for (const KvType type : {KvType::F16, KvType::F32, KvType::Q8_0})
                QTest::addRow("%s, type %d", name, int(type)) << qint64(target) << int(type);
    }
    void attentionEqualsThePlainTwin() {
        QFETCH(const qint64, target);
        QFETCH(const int, type);
        const test::UseTarget use(target);
        std::mt19937 random(7);
        std::normal_distribution<float> value;
        for (const std::uint32_t size : {32U, 96U, 128U})
            for (const std::uint32_t filled : {1U, 15U, 17U, 128U, 129U, 500U}) {
                Caches caches(filled, size, KvType(type), random);
                for (std::uint32_t count = 1; count <= cpu::kMaxQueries; ++count) {
                    std::vector<float> queries(count * size), got(count * size), wanted(size);
                    for (float& q : queries)
                        q = value(random);
                    cpu::Queries state;
                    const float scale = 1.0F / std::sqrt(float(size));
                    std::vector<float> scaled;
                    for (const float q : queries)
                        scaled.push_back(q * scale);
                    for (std::uint32_t q = 0; q < count; ++q)
                        state.add(&scaled[q * size], &got[q * size], size);
                    // In two unequal pieces, the second beginning inside a block.
                    const std::uint32_t cut = filled / 3;
                    cpu::attendSlots(caches.head(1), 0, cut, state, 0, count);
                    cpu::attendSlots(caches.head(1), cut, filled, state, 0, count);
                    cpu::finishAttention(state, size);
                    for (std::uint32_t q = 0; q < count; ++q) {
                        reference::attend(std::span(queries).subspan(q * size, size),
                                          {caches.plain->keys(0) + size, 2 * size, filled},
                                          {caches.plain->values(0) + size, 2 * size, filled}, wanted);
                        const double error = test::nmse(std::span(got).subspan(q * size, size), wanted);
                        QVERIFY2(error < 1e-10, qPrintable(QStringLiteral("%1 of %2, %3 slots: %4")
                                                               .arg(q)
                                                               .arg(size)
                                                               .arg(filled)
                                                               .arg(error)));
                    }
                }
            }
    }
    void partsOfACacheTogetherGiveTheWhole() {
        std::mt19937 random(11);
        constexpr std::uint32_t size = 64, filled = 300;
        Caches caches(filled, size, KvType::F16, random);
        std::vector<float> query(size, 0.1F), whole(size), merged(size), parts(3 * size);
        cpu::Queries all;
        all.add(query.data(), whole.data(), size);
        cpu::attendSlots(caches.head(0), 0, filled, all, 0, 1);
        cpu::finishAttention(all, size);
        std::vector<cpu::PartialAttention> partial;
        for (std::uint32_t part = 0; part < 3; ++part) {
            cpu::Queries some;
            some.add(query.data(), &parts[part * size], size);
            cpu::attendSlots(caches.head(0), part * 100, part * 100 + 100, some, 0, 1);
            partial.push_back({some.largest[0], some.sum[0], some.out[0]});
        }
        cpu::mergeAttention(partial, size, merged.data());
        QVERIFY(test::nmse(merged, whole) < 1e-12);
    }
};

QTEST_APPLESS_MAIN(CpuAttentionTest)
#include "cpu_attention_test.moc"
