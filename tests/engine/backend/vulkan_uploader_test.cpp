// Uploads through the staging ring: every byte in its place, writes that do not wait for each other, and no
// more memory than was planned.
#include "engine/backend/vulkan/device/device_bytes.h"
#include "engine/backend/vulkan/weights/uploader.h"
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/test_class.h"

#include <random>

using namespace ponder;
using test::LoadedModel;

class VulkanUploaderTest : public QObject {
    Q_OBJECT
    using Bytes = std::vector<std::byte>;

    std::shared_ptr<ValidationLog> m_log = std::make_shared<ValidationLog>();
    std::unique_ptr<VulkanContext> m_context;

    static Bytes randomBytes(std::size_t count) {
        std::mt19937 random(5);
        Bytes out(count);
        for (std::byte& byte : out)
            byte = static_cast<std::byte>(random());
        return out;
    }
    Bytes contentOf(const VulkanBuffer& buffer, std::size_t bytes) {
        Bytes out;
        const DeviceBytes all{&buffer, 0, bytes};
        const auto read = readDevice(*m_context, {&all, 1}, [&](std::span<const std::byte> next) {
            out.insert(out.end(), next.begin(), next.end());
            return Result<void>();
        });
        return read ? out : Bytes();
    }

private slots:
    void initTestCase() {
        if (!test::hasVulkan()) QSKIP("no usable Vulkan device on this machine");
        m_context = std::move(*openVulkanContext("vulkan:0", {.validation = m_log, .stageUploads = true}));
    }
    void cleanup() {
        for (const std::string& message : m_log->messages())
            QFAIL(message.c_str());
    }

    // More writes than the ring has parts, of three ranges each, some of them empty.
    void everyByteArrivesInItsPlace() {
        constexpr std::size_t kStep = 96 << 10, kWrites = 3 * Uploader::kParts + 2;
        const Bytes wanted = randomBytes(kStep * kWrites);
        auto buffer = std::move(*VulkanBuffer::create(*m_context, wanted.size(), Place::Device));
        QVERIFY(!buffer.mapped());
        auto uploader = std::move(*Uploader::create(*m_context, true));
        QVERIFY(uploader->clear(buffer));
        for (std::size_t i = 0; i < kWrites; ++i) {
            const std::size_t at = i * kStep, middle = i % 4 == 3 ? 0 : kStep / 4;
            const BufferRange ranges[3] = {
                {at, kStep / 2}, {at + kStep / 2, middle}, {at + kStep / 2 + middle, kStep / 2 - middle}};
            QVERIFY(uploader->write(buffer, ranges, [&](std::span<std::byte* const> places) {
                for (std::size_t r = 0; r < 3; ++r)
                    std::copy_n(wanted.begin() + static_cast<std::ptrdiff_t>(ranges[r].at), ranges[r].bytes,
                                places[r]);
            }));
        }
        QVERIFY(uploader->finish());
        QCOMPARE(uploader->underWay(), std::size_t{0});
        QVERIFY(contentOf(buffer, wanted.size()) == wanted);
    }
    // While one write is filled, those before it are with the device, as many as the ring has other parts.
    void aWriteIsFilledWhileOthersAreCopied() {
        auto buffer = std::move(*VulkanBuffer::create(*m_context, Uploader::kPartBytes, Place::Device));
        auto uploader = std::move(*Uploader::create(*m_context, true));
        const BufferRange whole{0, Uploader::kPartBytes};
        std::vector<std::size_t> before;
        std::byte* last = nullptr;
        for (std::size_t i = 0; i < 2 * Uploader::kParts; ++i)
            QVERIFY(uploader->write(buffer, {&whole, 1}, [&](std::span<std::byte* const> places) {
                before.push_back(uploader->underWay());
                QVERIFY(places[0] != last); // that one is being copied
                last = places[0];
                std::fill_n(places[0], whole.bytes, static_cast<std::byte>(i));
            }));
        QCOMPARE(before.front(), std::size_t{0});
        QCOMPARE(before[1], std::size_t{1});
        QCOMPARE(before.back(), Uploader::kParts - 1);
        QVERIFY(uploader->finish());
        // In their order: the last one stays.
        QVERIFY(contentOf(buffer, 64) == Bytes(64, std::byte{2 * Uploader::kParts - 1}));
    }
    void whatIsLargerThanAPartIsRefused() {
        auto buffer = std::move(*VulkanBuffer::create(*m_context, kUploadRingBytes, Place::Device));
        auto uploader = std::move(*Uploader::create(*m_context, true));
        const BufferRange ranges[2] = {{0, Uploader::kPartBytes}, {Uploader::kPartBytes, 16}};
        bool filled = false;
        const auto written =
            uploader->write(buffer, ranges, [&](std::span<std::byte* const>) { filled = true; });
        QVERIFY(!written && written.error().code == ErrorCode::Internal);
        QVERIFY(!filled);
    }
    void anUploaderMayGoWhileItCopies() {
        const VulkanCounters before = VulkanCounters::live();
        {
            auto buffer = std::move(*VulkanBuffer::create(*m_context, Uploader::kPartBytes, Place::Device));
            auto uploader = std::move(*Uploader::create(*m_context, true));
            const BufferRange whole{0, Uploader::kPartBytes};
            QVERIFY(uploader->write(buffer, {&whole, 1}, [](std::span<std::byte* const>) {}));
        }
        QCOMPARE(VulkanCounters::live().objects, before.objects);
        QCOMPARE(VulkanCounters::live().bytes, before.bytes);
    }

    // The ring is all that a load takes beside what stays: never the weights a second time.
    void loadingThroughTheRingTakesNoMoreThanPlanned() {
        const std::int64_t before = VulkanCounters::live().bytes;
        LoadedModel model;
        model.options.stageUploads = true;
        QCOMPARE(model.open(test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf"), std::string());
        std::int64_t most = 0;
        auto loaded = model.tryLoad(
            [&](std::uint64_t, std::uint64_t) {
                most = std::max(most, VulkanCounters::live().bytes - before);
            },
            {});
        QVERIFY(loaded);
        const auto& plan = static_cast<VulkanExecutor&>(**loaded).plan();
        const auto stays = static_cast<std::int64_t>((*loaded)->memory().total());
        QCOMPARE(VulkanCounters::live().bytes - before, stays);
        QCOMPARE(most, stays + static_cast<std::int64_t>(kUploadRingBytes));
        QVERIFY(static_cast<std::uint64_t>(most) <= plan.memory().total());
    }
};

PONDER_TEST(VulkanUploaderTest)
#include "vulkan_uploader_test.moc"
