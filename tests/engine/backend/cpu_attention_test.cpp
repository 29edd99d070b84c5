// Attention on the processor against its plain twin: seeded odd shapes, every number format, every
// instruction set that this machine has.
#include "engine/backend/cpu/attention_kernels.h"
#include "engine/backend/cpu/cpu_cache.h"
#include "engine/backend/reference/kernels.h"
#include "engine/backend/reference/reference_cache.h"
#include "tests/support/logits_check.h"
#include "tests/support/simd_targets.h"
#include "tests/support/test_class.h"

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
        config.family = familyNamed("llama");
        config.layers = 1;
        config.heads = config.kvHeads = 2;
        config.headSize = headSize;
        CpuPlan plan;
        plan.config = config;
        plan.layers = {0, 1};
        fast = std::move(*cpu::CpuCache::create(plan.planCache(filled, type), inUse));
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
        return {cpuCache().head(0, index), cpuCache().layer(0).blockBytes(), config.headSize, config.headSize,
                cpuCache().type()};
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
                    const float scale = 1.0F / std::sqrt(float(size));
                    std::vector<float> scaled;
                    for (const float q : queries)
                        scaled.push_back(q * scale);
                    // Each sees less than the one before, the last ones perhaps only the first position;
                    // every other one looks through a window.
                    const auto sees = [&](std::uint32_t q) {
                        const std::uint32_t end = filled > 9 * q ? filled - 9 * q : 1;
                        return cpu::PositionRange{q % 2 == 1 && end > 70 ? end - 70 : 0, end};
                    };
                    const auto seen = [&](const float* all, std::uint32_t q) {
                        return reference::HeadView{all + size + std::size_t{sees(q).begin} * 2 * size,
                                                   2 * size, sees(q).end - sees(q).begin};
                    };
                    cpu::Queries state;
                    for (std::uint32_t q = 0; q < count; ++q)
                        state.add(&scaled[q * size], sees(q),
                                  cpu::AttentionState::nothing(&got[q * size], size));
                    cpu::attend(caches.head(1), {}, 0, filled, state, 0, count);
                    for (std::uint32_t q = 0; q < count; ++q) {
                        state.state[q].finish(size);
                        reference::attend(std::span(queries).subspan(q * size, size),
                                          seen(caches.plain->keys(0), q), seen(caches.plain->values(0), q),
                                          scale, wanted);
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
    void aQueryGetsTheSameAloneAndAmongOthers() {
        std::mt19937 random(5);
        std::normal_distribution<float> value;
        constexpr std::uint32_t size = 64, filled = 300, count = 5;
        Caches caches(filled, size, KvType::F16, random);
        std::vector<float> queries(count * size), together(count * size), alone(size);
        for (float& q : queries)
            q = value(random);
        cpu::Queries all;
        for (std::uint32_t q = 0; q < count; ++q)
            all.add(&queries[q * size], {0, 40 + 65 * q},
                    cpu::AttentionState::nothing(&together[q * size], size));
        cpu::attend(caches.head(1), {}, 0, filled, all, 0, count);
        for (std::uint32_t q = 0; q < count; ++q) {
            cpu::Queries one;
            one.add(&queries[q * size], {0, 40 + 65 * q}, cpu::AttentionState::nothing(alone.data(), size));
            cpu::attend(caches.head(1), {}, 0, 40 + 65 * q, one, 0, 1);
            QVERIFY(std::equal(alone.begin(), alone.end(), &together[q * size]));
            QCOMPARE(one.state[0].sum, all.state[q].sum);
        }
    }
    void positionsThatLieElsewhereCountAsIfTheyWereInPlace() {
        constexpr std::uint32_t size = 64, filled = 300, shared = 150, end = 210;
        for (const std::uint32_t offset : {64U, 61U, 90U}) { // on a block's border and off it
            std::mt19937 random(3);
            Caches caches(filled, size, KvType::F16, random);
            // What stands behind `shared`, once more where a branch has it.
            std::normal_distribution<float> value;
            std::vector<float> key(size), values(size), query(size, 0.1F), here(size), there(size);
            for (std::uint32_t position = shared; position < end; ++position)
                for (const std::uint32_t slot : {position, position + offset}) {
                    std::mt19937 own(position);
                    for (std::uint32_t i = 0; i < size; ++i) {
                        key[i] = value(own);
                        values[i] = value(own);
                    }
                    value.reset();
                    caches.cpuCache().store(0, 0, slot, key.data(), values.data());
                }
            cpu::Queries plain, branch;
            plain.add(query.data(), {0, end}, cpu::AttentionState::nothing(here.data(), size));
            branch.add(query.data(), {0, end}, cpu::AttentionState::nothing(there.data(), size));
            cpu::attend(caches.head(0), {}, 0, end, plain, 0, 1);
            cpu::attend(caches.head(0), {shared, offset}, 0, end, branch, 0, 1);
            QVERIFY(here == there);
        }
    }
    void partsOfACacheTogetherGiveTheWhole() {
        std::mt19937 random(11);
        constexpr std::uint32_t size = 64, filled = 300, step = cpu::kStepPositions;
        Caches caches(filled, size, KvType::F16, random);
        std::vector<float> query(size, 0.1F), whole(size), folded(size), part(size);
        const auto run = [&](std::uint32_t begin, std::uint32_t end, std::vector<float>& out) {
            cpu::Queries one;
            one.add(query.data(), {0, end}, cpu::AttentionState::nothing(out.data(), size));
            cpu::attend(caches.head(0), {}, begin, end, one, 0, 1);
            return one.state[0];
        };
        run(0, filled, whole).finish(size);
        cpu::AttentionState sum = run(0, step, folded);
        sum.fold(run(step, 2 * step, part), size);
        sum.fold(run(2 * step, filled, part), size);
        sum.finish(size);
        QVERIFY(test::nmse(folded, whole) < 1e-12);
    }
};

PONDER_TEST(CpuAttentionTest)
#include "cpu_attention_test.moc"
