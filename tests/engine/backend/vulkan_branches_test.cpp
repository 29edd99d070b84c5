// Branches and 8-bit caches of a whole model, compared with the reference backend.
#include "engine/backend/reference/reference_device.h"
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/test_class.h"
#include "tests/support/thorough.h"

#include <random>

using namespace ponder;
using test::LoadedModel;

class VulkanBranchesTest : public QObject {
    Q_OBJECT
    static constexpr std::uint32_t kContext = 400;

    struct Tree {
        std::uint32_t shared, branches, length;
    };
    // Runs a shared prompt, then a token of every branch that is still alive at each position; gives all
    // logits.
    static std::vector<float> grow(Executor& executor, KvType type, const Tree& tree) {
        auto cache = std::move(*executor.createCache(kContext, type));
        std::mt19937 random(tree.branches * 100 + tree.shared);
        const auto token = [&] { return static_cast<TokenId>(random() % 200); };
        std::vector<float> all;
        const auto run = [&](const Batch& batch) {
            std::vector<float> logits;
            const bool ran = bool(executor.run(batch, *cache, {}, logits));
            all.insert(all.end(), logits.begin(), logits.end());
            return ran;
        };
        for (std::uint32_t at = 0; at < tree.shared; ++at) {
            const std::vector<TokenId> tokens{token()};
            if (!run({tokens, at, 1})) return {};
        }
        std::vector<std::uint32_t> alive(tree.branches);
        for (std::uint32_t i = 0; i < tree.branches; ++i)
            alive[i] = tree.branches - 1 - i;
        for (std::uint32_t at = 0; at < tree.length && !alive.empty(); ++at) {
            std::vector<TokenId> tokens(alive.size());
            for (TokenId& one : tokens)
                one = token();
            // As many rows at once as every backend takes.
            for (std::size_t done = 0; done < alive.size(); done += 32) {
                const std::size_t count = std::min<std::size_t>(32, alive.size() - done);
                Batch batch{std::span(tokens).subspan(done, count), tree.shared + at, 0};
                batch.branches = {tree.shared, tree.length, std::span(alive).subspan(done, count)};
                if (!run(batch)) return {};
            }
            // One ends early. More different numbers of rows would only compile more kernels.
            if (at == 1) alive.erase(alive.begin() + static_cast<std::ptrdiff_t>(random() % alive.size()));
        }
        return all;
    }

private slots:
    void initTestCase() {
        PONDER_NEEDS_REFERENCE();
        if (!test::hasVulkan()) QSKIP("no usable Vulkan device on this machine");
    }

    void branchesGiveTheLogitsOfTheReference_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("path");
        QTest::addColumn<int>("type");
        for (const auto& [name, type] : {std::pair{"tiny/llama-odd-q4_k_m", KvType::F32},
                                         std::pair{"tiny/qwen2-tied-q4_k_m", KvType::F16},
                                         std::pair{"tiny/llama-hd128-q6_k", KvType::Q8_0},
                                         std::pair{"tiny2/qwen35-mtp-q4_k_m", KvType::F32}})
            for (const LoadPath path : {LoadPath::Texel, LoadPath::Address}) {
                if (!test::isThorough() && (type == KvType::F16) != (path == LoadPath::Address)) continue;
                QTest::addRow("%s, %s", name, path == LoadPath::Texel ? "texels" : "addresses")
                    << QString(name) << static_cast<int>(path) << static_cast<int>(type);
            }
    }
    void branchesGiveTheLogitsOfTheReference() {
        QFETCH(QString, name);
        QFETCH(int, path);
        QFETCH(int, type);
        LoadedModel model;
        model.options.loadPath = static_cast<LoadPath>(path);
        model.options.maxPartPositions = 64; // so that shared and own positions take several parts
        model.context = kContext;
        model.type = static_cast<KvType>(type);
        QCOMPARE(model.openAndLoad(test::referenceDir() / (name.toStdString() + ".gguf")), std::string());
        auto device = openReferenceDevice();
        auto plain = device->load(
            {*model.file, {model.config, model.weights, model.file->fileBytes(), kContext, model.type}, {}},
            {}, {});
        QVERIFY(plain);
        for (const Tree& tree :
             {Tree{5, 1, 3}, Tree{0, 3, 4}, Tree{70, 7, 5}, Tree{3, 3, 70}, Tree{13, 40, 2}}) {
            const auto wanted = grow(**plain, model.type, tree);
            const auto got = grow(*model.executor, model.type, tree);
            QVERIFY(!wanted.empty());
            QCOMPARE(got.size(), wanted.size());
            const double apart = test::nmse(got, wanted);
            qInfo("%u branches behind %u: NMSE %.2e", tree.branches, tree.shared, apart);
            // A value on the border between two steps of eight bits may fall to either side.
            QVERIFY(apart <= (model.type == KvType::Q8_0 ? 1e-5 : 1e-6));
        }
        QVERIFY2(model.messages().empty(), model.messages().c_str());
    }

    void branchesWithoutRoomOfTheirOwnAreRefused() {
        LoadedModel model;
        QCOMPARE(model.openAndLoad(test::referenceDir() / "tiny/qwen2-tied-q4_k_m.gguf"), std::string());
        const std::vector<TokenId> tokens{1, 2};
        const auto refused = [&](std::uint32_t position, const Branches& branches) {
            Batch batch{tokens, position, 0};
            batch.branches = branches;
            std::vector<float> logits;
            const auto ran = model.executor->run(batch, *model.cache, {}, logits);
            return ran ? ErrorCode::Internal : ran.error().code;
        };
        const std::vector<std::uint32_t> same{1, 1}, few{1}, apart{0, 3};
        QCOMPARE(refused(4, {4, 10, same}), ErrorCode::BadArgument);
        QCOMPARE(refused(4, {4, 10, few}), ErrorCode::BadArgument);
        QCOMPARE(refused(14, {4, 10, apart}), ErrorCode::BadArgument);
        QCOMPARE(refused(3, {4, 10, apart}), ErrorCode::BadArgument);
        QCOMPARE(refused(4, {4, 20, apart}), ErrorCode::ContextFull);
    }
};

PONDER_TEST(VulkanBranchesTest)
#include "vulkan_branches_test.moc"
