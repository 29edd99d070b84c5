// Keys and values that are saved and restored: the same next logits, bit by bit.
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/test_class.h"

using namespace ponder;
using test::LoadedModel;

class VulkanKvCacheTest : public QObject {
    Q_OBJECT
    static std::filesystem::path path() { return test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf"; }
    static std::vector<TokenId> prompt() {
        std::vector<TokenId> out(37);
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<TokenId>((i * 37 + 11) % 200);
        return out;
    }
    // The logits of three more tokens behind the prompt.
    static std::vector<float> next(Executor& executor, KvCache& cache) {
        std::vector<float> all;
        for (std::uint32_t i = 0; i < 3; ++i) {
            const std::vector<TokenId> token{static_cast<TokenId>(7 + i)};
            std::vector<float> logits;
            const auto at = static_cast<std::uint32_t>(prompt().size()) + i;
            if (!executor.run({token, at, 0}, cache, {}, logits)) return {};
            all.insert(all.end(), logits.begin(), logits.end());
        }
        return all;
    }
    static ByteSink into(std::vector<std::byte>& bytes) {
        return [&](std::span<const std::byte> more) {
            bytes.insert(bytes.end(), more.begin(), more.end());
            return Result<void>();
        };
    }
    static ByteSource from(std::span<const std::byte>& bytes) {
        return [&](std::span<std::byte> wanted) -> Result<void> {
            if (wanted.size() > bytes.size()) return Error{ErrorCode::BadArgument, "short", {}};
            std::copy_n(bytes.begin(), wanted.size(), wanted.begin());
            bytes = bytes.subspan(wanted.size());
            return {};
        };
    }

private slots:
    void initTestCase() {
        if (!test::hasVulkan()) QSKIP("no usable Vulkan device on this machine");
    }

    void aRestoredCacheGivesTheSameNextLogits_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<bool>("staged");
        QTest::addColumn<bool>("latent");
        for (const bool staged : {false, true})
            for (const auto& [name, type] : {std::pair{"f16", KvType::F16}, std::pair{"f32", KvType::F32},
                                             std::pair{"q8_0", KvType::Q8_0}})
                for (const bool latent : {false, true})
                    QTest::addRow("%s, %s%s", name, staged ? "staged" : "mapped",
                                  latent ? ", one key for all heads" : "")
                        << static_cast<int>(type) << staged << latent;
    }
    void aRestoredCacheGivesTheSameNextLogits() {
        QFETCH(int, type);
        QFETCH(bool, staged);
        QFETCH(bool, latent);
        if (latent) PONDER_NEEDS_REFERENCE();
        LoadedModel model;
        model.options.stageUploads = staged;
        model.type = static_cast<KvType>(type);
        QCOMPARE(
            model.openAndLoad(latent ? test::referenceDir() / "tiny2/deepseek2-glm-q4_k_m.gguf" : path()),
            std::string());
        const auto tokens = static_cast<std::uint32_t>(prompt().size());
        std::vector<float> logits;
        QVERIFY(model.executor->run({prompt(), 0, tokens}, *model.cache, {}, logits));
        std::vector<std::byte> saved;
        QVERIFY(model.cache->save(tokens, into(saved)));
        const auto wanted = next(*model.executor, *model.cache);
        QVERIFY(!wanted.empty());

        // Another capacity, and a second time over what is there already.
        for (const std::uint32_t capacity : {64U, 41U}) {
            auto fresh = std::move(*model.executor->createCache(capacity, model.type));
            QCOMPARE(fresh->layoutName(), model.cache->layoutName());
            for (int time = 0; time < 2; ++time) {
                std::span<const std::byte> rest(saved);
                QVERIFY(fresh->restore(tokens, from(rest)));
                QVERIFY(rest.empty());
                QCOMPARE(next(*model.executor, *fresh), wanted);
            }
            std::vector<std::byte> again;
            QVERIFY(fresh->save(tokens, into(again)));
            QVERIFY(again == saved);
        }
        QVERIFY2(model.messages().empty(), model.messages().c_str());
    }

    void cachesOfAnotherTypeOrOtherLayersHaveAnotherLayout() {
        LoadedModel model, back;
        back.layers = {1, 99};
        QCOMPARE(model.openAndLoad(path()), std::string());
        QCOMPARE(back.openAndLoad(path()), std::string());
        const auto other = std::move(*model.executor->createCache(64, KvType::F32));
        QVERIFY(other->layoutName() != model.cache->layoutName());
        QVERIFY(back.cache->layoutName() != model.cache->layoutName());
    }

    void rangesLongerThanTheStagingBufferGoInSeveralTrips() {
        const auto context = openVulkanContext("vulkan:0", {.stageUploads = true});
        QVERIFY(context);
        constexpr std::uint64_t size = 9 << 20;
        const auto buffer = VulkanBuffer::create(**context, size, Place::Device);
        QVERIFY(buffer);
        QVERIFY(!buffer->mapped());
        std::vector<std::byte> wanted(size - 3), got;
        for (std::size_t i = 0; i < wanted.size(); ++i)
            wanted[i] = static_cast<std::byte>(i * 2654435761U >> 13);
        const DeviceBytes ranges[] = {{&*buffer, 3, 5000000}, {&*buffer, 5000003, size - 5000003}};
        std::span<const std::byte> rest(wanted);
        QVERIFY(writeDevice(**context, ranges, from(rest)));
        QVERIFY(readDevice(**context, ranges, into(got)));
        QVERIFY(got == wanted);
    }

    void moreTokensThanTheCacheHoldsAndAFailingStreamAreErrors() {
        LoadedModel model;
        QCOMPARE(model.openAndLoad(path()), std::string());
        std::vector<std::byte> saved;
        const auto far = model.cache->save(65, into(saved));
        QVERIFY(!far && far.error().code == ErrorCode::ContextFull);
        std::span<const std::byte> nothing;
        const auto restored = model.cache->restore(3, from(nothing));
        QVERIFY(!restored && restored.error().code == ErrorCode::BadArgument);
        const auto kept = model.cache->save(3, [](std::span<const std::byte>) {
            return Result<void>(Error{ErrorCode::Cancelled, {}, {}});
        });
        QVERIFY(!kept && kept.error().code == ErrorCode::Cancelled);
    }
};

PONDER_TEST(VulkanKvCacheTest)
#include "vulkan_kv_cache_test.moc"
