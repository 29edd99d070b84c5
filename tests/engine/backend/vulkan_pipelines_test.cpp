// Pipelines compiled on threads, and what the driver made of them kept in a file: used again when it is whole
// and of this device, replaced when it is not, done without where it cannot be written.
#include "engine/backend/vulkan/pipeline/pipeline_cache_file.h"
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>

#include <cstring>
#include <fstream>

using namespace ponder;
using LoadedModel = test::ModelOnItsOwnDevice;

class VulkanPipelinesTest : public QObject {
    Q_OBJECT
    using Bytes = std::vector<std::byte>;

    std::shared_ptr<ValidationLog> m_log = std::make_shared<ValidationLog>();
    std::unique_ptr<VulkanContext> m_context;

    static std::filesystem::path model() { return test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf"; }
    static Bytes contentOf(const std::filesystem::path& file) {
        std::ifstream in(file, std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(in)), {});
        const auto bytes = std::as_bytes(std::span(text));
        return {bytes.begin(), bytes.end()};
    }
    static void put(const std::filesystem::path& file, const Bytes& bytes) {
        std::ofstream out(file, std::ios::binary | std::ios::trunc);
        out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    // What a driver of this device would hand out.
    Bytes sample() const {
        const VulkanPhysical& physical = m_context->physical();
        VkPipelineCacheHeaderVersionOne header{
            sizeof(header), VK_PIPELINE_CACHE_HEADER_VERSION_ONE, physical.vendorId, physical.deviceId, {}};
        std::copy(physical.cacheUuid.begin(), physical.cacheUuid.end(), header.pipelineCacheUUID);
        Bytes out(sizeof(header) + 1000, std::byte{7});
        std::memcpy(out.data(), &header, sizeof(header));
        return out;
    }
    std::filesystem::path fileIn(const QTemporaryDir& folder) const {
        return pipelineCacheFile(folder.path().toStdU16String(), m_context->physical());
    }
    static std::vector<PipelineKey> someKeys() {
        std::vector<PipelineKey> out;
        for (const std::uint32_t columns : {1U, 2U, 4U, 6U, 8U})
            for (const char* kernel : {"head_tile", "project_add_tile"})
                out.push_back({kernel, {8, 8, 7, 7, 7, columns, 1}});
        return out;
    }

private slots:
    void initTestCase() {
        if (!test::hasVulkan()) QSKIP("no usable Vulkan device on this machine");
        m_context = std::move(*openVulkanContext("vulkan:0", {.validation = m_log}));
    }
    void cleanup() {
        for (const std::string& message : m_log->messages())
            QFAIL(message.c_str());
    }

    void whatIsWrittenComesBack() {
        const QTemporaryDir folder;
        const auto file = fileIn(folder);
        QVERIFY(readPipelineCache(file, m_context->physical()).empty());
        writePipelineCache(file, sample());
        QCOMPARE(readPipelineCache(file, m_context->physical()), sample());
        using std::filesystem::perms;
        QCOMPARE(std::filesystem::status(file).permissions(), perms::owner_read | perms::owner_write);
    }
    void anotherDeviceOrDriverHasAnotherFile() {
        VulkanPhysical physical = m_context->physical();
        const auto file = pipelineCacheFile("folder", physical);
        ++physical.driverVersion;
        QVERIFY(pipelineCacheFile("folder", physical) != file);
        physical = m_context->physical();
        physical.uuid[15] ^= 1;
        QVERIFY(pipelineCacheFile("folder", physical) != file);
    }
    void aDamagedFileCountsAsNone() {
        const QTemporaryDir folder;
        const auto file = fileIn(folder);
        writePipelineCache(file, sample());
        const Bytes whole = contentOf(file);
        for (std::size_t at = 0; at < whole.size(); at += at < 64 ? 1 : 101) {
            Bytes damaged = whole;
            damaged[at] ^= std::byte{16};
            put(file, damaged);
            QVERIFY(readPipelineCache(file, m_context->physical()).empty());
            put(file, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(at)});
            QVERIFY(readPipelineCache(file, m_context->physical()).empty());
        }
        Bytes longer = whole;
        longer.push_back(std::byte{0});
        put(file, longer);
        QVERIFY(readPipelineCache(file, m_context->physical()).empty());
    }
    void aFileOfAnotherDeviceCountsAsNone() {
        const QTemporaryDir folder;
        const auto file = fileIn(folder);
        writePipelineCache(file, sample());
        VulkanPhysical other = m_context->physical();
        ++other.vendorId;
        QVERIFY(readPipelineCache(file, other).empty());
        other = m_context->physical();
        ++other.deviceId;
        QVERIFY(readPipelineCache(file, other).empty());
        other = m_context->physical();
        other.cacheUuid[0] ^= 1;
        QVERIFY(readPipelineCache(file, other).empty());
        Bytes newer = sample();
        newer[4] = std::byte{9}; // the version of the driver's header
        writePipelineCache(file, newer);
        QVERIFY(readPipelineCache(file, m_context->physical()).empty());
    }

    void theSecondLoadUsesWhatTheFirstLeft() {
        const QTemporaryDir folder;
        for (const bool second : {false, true}) {
            LoadedModel loaded;
            loaded.cacheFolder = folder.path().toStdU16String();
            QCOMPARE(loaded.openAndLoad(model()), std::string());
            QCOMPARE(loaded.vulkan().pipelines().usedFile(), second);
            QVERIFY(!readPipelineCache(fileIn(folder), m_context->physical()).empty());
            QVERIFY2(loaded.messages().empty(), loaded.messages().c_str());
        }
    }
    void aSecondModelUsesWhatTheDeviceHasCompiledForTheFirst() {
        LoadedModel loaded;
        QCOMPARE(loaded.openAndLoad(model()), std::string());
        const std::size_t compiled = loaded.vulkan().pipelines().size();
        const auto second = loaded.tryLoad({}, {});
        QVERIFY(second);
        const auto& pipelines = static_cast<VulkanExecutor&>(**second).pipelines();
        QCOMPARE(&pipelines, &loaded.vulkan().pipelines());
        QCOMPARE(pipelines.size(), compiled);
        const std::vector<TokenId> tokens{1, 2, 3};
        auto cache = std::move(*(*second)->createCache(64, KvType::F16));
        std::vector<float> one, other;
        QVERIFY(loaded.executor->run({tokens, 0, 0}, *loaded.cache, {}, one));
        QVERIFY((*second)->run({tokens, 0, 0}, *cache, {}, other));
        QCOMPARE(other, one);
    }
    void aPromptAndAReplyNeedNoPipelineThatLoadingDidNotCompile() {
        for (const LoadPath path : {LoadPath::Texel, LoadPath::Address}) {
            LoadedModel loaded;
            loaded.options.loadPath = path;
            loaded.options.firstRate = 1e12; // one pass
            loaded.context = 1024;
            QCOMPARE(loaded.openAndLoad(model()), std::string());
            const std::size_t compiled = loaded.vulkan().pipelines().size();
            QVERIFY(compiled > 10);
            const std::uint32_t rows = loaded.executor->maxBatch();
            const std::vector<TokenId> prompt(rows, 7);
            std::vector<float> logits;
            QVERIFY(loaded.executor->run({prompt, 0, rows - 1}, *loaded.cache, {}, logits));
            QVERIFY(loaded.executor->run({std::span(prompt).first(1), rows, 0}, *loaded.cache, {}, logits));
            auto stream = std::move(*loaded.executor->startDecode(*loaded.cache, rows + 1, prompt, {}));
            for (int i = 0; i < 3; ++i)
                QVERIFY(stream->next({}));
            QCOMPARE(loaded.vulkan().pipelines().size(), compiled);
        }
    }
    void aDamagedFileIsIgnoredAndReplaced() {
        const QTemporaryDir folder;
        put(fileIn(folder), Bytes(5000, std::byte{42}));
        LoadedModel loaded;
        loaded.cacheFolder = folder.path().toStdU16String();
        QCOMPARE(loaded.openAndLoad(model()), std::string());
        QVERIFY(!loaded.vulkan().pipelines().usedFile());
        QVERIFY(!readPipelineCache(fileIn(folder), m_context->physical()).empty());
        std::vector<float> logits;
        QVERIFY(loaded.executor->run({std::vector<TokenId>{1, 2, 3}, 0, 2}, *loaded.cache, {}, logits));
    }
    void aFolderThatCannotBeWrittenIsNoError() {
        const QTemporaryDir folder;
        const std::filesystem::path noFolder = (folder.path() + "/file").toStdU16String();
        put(noFolder, {});
        LoadedModel loaded;
        loaded.cacheFolder = noFolder / "cache";
        QCOMPARE(loaded.openAndLoad(model()), std::string());
        QVERIFY(!loaded.vulkan().pipelines().usedFile());
    }

    void pipelinesOfThreadsAreThere() {
        auto set = std::move(*PipelineSet::create(*m_context));
        set->prepare(someKeys());
        QVERIFY(set->finish({}));
        QCOMPARE(set->size(), someKeys().size());
        for (const PipelineKey& key : someKeys()) {
            const auto pipeline = set->get(key);
            QVERIFY(pipeline && *pipeline != VK_NULL_HANDLE);
        }
        QCOMPARE(set->size(), someKeys().size());
    }
    void whoNeedsOneWaitsForIt() {
        auto set = std::move(*PipelineSet::create(*m_context));
        set->prepare(someKeys());
        QVERIFY(set->get(someKeys().back()));
        QCOMPARE(set->size(), someKeys().size());
    }
    void anErrorOfAThreadReachesTheCaller() {
        auto set = std::move(*PipelineSet::create(*m_context));
        auto keys = someKeys();
        keys.insert(keys.begin() + 3, PipelineKey{"no_such_kernel", {}});
        set->prepare(keys);
        const auto finished = set->finish({});
        QVERIFY(!finished && finished.error().code == ErrorCode::Internal);
        QVERIFY(finished.error().detail.english().find("no_such_kernel") != std::string::npos);
        QVERIFY(set->get(someKeys().front())); // the others serve
    }
    void aStopEndsTheWaiting() {
        auto set = std::move(*PipelineSet::create(*m_context));
        std::stop_source stop;
        stop.request_stop();
        set->prepare(someKeys());
        const auto finished = set->finish(stop.get_token());
        QVERIFY(!finished && finished.error().code == ErrorCode::Cancelled);
        QVERIFY(set->size() < someKeys().size());
    }
    void aSetMayGoWhileItsPipelinesAreCompiled() {
        const std::int64_t before = VulkanCounters::live().objects;
        for (int i = 0; i < 3; ++i)
            (*PipelineSet::create(*m_context))->prepare(someKeys());
        QCOMPARE(VulkanCounters::live().objects, before);
    }
};

PONDER_TEST(VulkanPipelinesTest)
#include "vulkan_pipelines_test.moc"
