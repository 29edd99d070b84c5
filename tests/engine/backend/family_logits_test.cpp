// Every family on every device: the logits of the tiny files, whole, token by token and cut at every border.
//
// A family is one more name in the list. Bars: the exact logits within 1e-8 on the reference device, within
// 1e-6 where nothing is rounded, within 1.5 times what llama.cpp's 8-bit path differs by where activations
// may be.
#include "engine/split_executor.h"
#include "tests/support/logits_check.h"
#include "tests/support/present_device.h"
#include "tests/support/shared_vulkan_device.h"
#include "tests/support/test_class.h"
#include "tests/support/thorough.h"

#include <QTest>

#include <nlohmann/json.hpp>

using namespace ponder;

namespace {

const QStringList kFiles{
    "qwen3-q4_k_m",          "llama-linear-q4_k_m", "qwen2-yarn-q4_k_m", "exaone-q4_k_m",
    "seed_oss-q4_k_m",       "smollm3-q4_k_m",      "phi3-q4_k_m",       "phi3-longrope-q4_k_m",
    "hunyuan-dense-q4_k_m",  "mistral3-q4_k_m",     "qwen2moe-q4_k_m",   "deepseek2-glm-q4_k_m",
    "deepseek2-lite-q4_k_m", "qwen3moe-q4_k_m",     "qwen3moe-nvfp4",    "exaone4-q4_k_m",
    "exaone4-swa-q4_k_m",    "glm4-q4_k_m",         "glm4moe-q4_k_m",    "bailingmoe2-q4_k_m",
    "qwen35-q4_k_m",         "qwen35-mtp-q4_k_m",   "qwen35moe-q4_k_m"};
const std::vector<std::pair<const char*, Precision>> kDevices{{"reference", Precision::Float},
                                                              {"cpu", Precision::Float},
                                                              {"cpu", Precision::Fast},
                                                              {"vulkan", Precision::Float},
                                                              {"vulkan", Precision::Fast}};

// Whose integer kernels the other tests of types and mixtures do not try.
const QStringList kIntegers{"deepseek2-glm-q4_k_m", "qwen35-mtp-q4_k_m"};
// On Vulkan the parts of these families are those of others in the list: their kernels have been tried.
const QStringList kLikeOthers{"llama-linear-q4_k_m", "qwen2-yarn-q4_k_m",  "exaone-q4_k_m",
                              "seed_oss-q4_k_m",     "phi3-q4_k_m",        "hunyuan-dense-q4_k_m",
                              "exaone4-q4_k_m",      "qwen3moe-q4_k_m",    "deepseek2-lite-q4_k_m",
                              "glm4-q4_k_m",         "bailingmoe2-q4_k_m", "qwen35-q4_k_m"};

std::filesystem::path folder() { return test::referenceDir() / "tiny2"; }

const nlohmann::json& manifest() {
    static const nlohmann::json json = [] {
        std::ifstream file(folder() / "manifest.json");
        return nlohmann::json::parse(file, nullptr, false);
    }();
    return json;
}

// One file on one device, whole or a part of its layers.
struct OnDevice {
    std::unique_ptr<ModelFile> file;
    ModelConfig config;
    FileWeights weights;
    std::shared_ptr<Device> device;

    QString open(const QString& name, std::string_view id) {
        auto opened = ModelFile::open(folder() / (name.toStdString() + ".gguf"));
        if (!opened) return QString::fromStdString(opened.error().message());
        file = std::move(*opened);
        const auto read = ModelConfig::read(*file);
        if (!read) return QString::fromStdString(read.error().message());
        config = *read;
        const auto bound = bindWeights(*file, config);
        if (!bound) return QString::fromStdString(bound.error().message());
        weights = *bound;
        // So small a model would keep to floats.
        const auto opening = test::testDevice(id, {.smallModelBytes = 0});
        if (!opening) return QString::fromStdString(opening.error().message());
        device = *opening;
        return {};
    }
    Result<std::unique_ptr<Executor>> load(Precision precision, const LayerRange& layers = {}) {
        PlanRequest request{config, weights, file->fileBytes(), 64, KvType::F32, layers};
        request.precision = precision;
        return device->load({*file, request, {}}, {}, {});
    }
};

// The logits of all tokens, which run in batches that end at these places.
std::vector<float> logitsOf(Executor& executor, std::span<const TokenId> tokens,
                            std::span<const std::size_t> ends) {
    std::vector<float> all, some;
    auto cache = executor.createCache(64, KvType::F32);
    if (!cache) return {};
    std::size_t begin = 0;
    for (const std::size_t end : ends)
        while (begin < end) {
            Batch batch;
            batch.tokens = tokens.subspan(begin, std::min<std::size_t>(end - begin, executor.maxBatch()));
            batch.firstPosition = static_cast<std::uint32_t>(begin);
            if (!executor.run(batch, **cache, {}, some)) return {};
            all.insert(all.end(), some.begin(), some.end());
            begin += batch.tokens.size();
        }
    return all;
}

} // namespace

class FamilyLogitsTest : public QObject {
    Q_OBJECT
private slots:
    void logitsAreRight_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("device");
        for (const QString& name : kFiles)
            for (std::size_t d = 0; d < kDevices.size(); ++d) {
                const bool vulkan = d > 2, integers = vulkan && kDevices[d].second == Precision::Fast;
                if (vulkan && !test::isThorough() && kLikeOthers.contains(name)) continue;
                if (integers && !test::isThorough() && !kIntegers.contains(name))
                    continue; // vulkan_types_test, mixtures_test
                QTest::addRow("%s on %s, %s", qPrintable(name), kDevices[d].first,
                              kDevices[d].second == Precision::Fast ? "fast" : "float")
                    << name << int(d);
            }
    }
    void logitsAreRight() {
        PONDER_NEEDS_REFERENCE();
        QFETCH(QString, name);
        QFETCH(int, device);
        const auto& [id, precision] = kDevices[std::size_t(device)];
        if (!test::hasDevice(id)) QSKIP("there is no such device");
        OnDevice model;
        QCOMPARE(model.open(name, id), QString());
        const auto tokens = manifest()["tokens"].get<std::vector<TokenId>>();
        const auto wanted = test::readFloats(folder() / (name.toStdString() + ".logits.f32"));
        const double eightBits =
            manifest()["models"][name.toStdString()]["nmse_llamacpp_int8_activations"].get<double>();
        const double bar = std::string_view(id) == "reference" ? 1e-8
                           : precision == Precision::Float     ? 1e-6
                                                               : 1.5 * eightBits;
        const auto check = [&](Executor& executor, const std::vector<std::size_t>& ends, const char* how) {
            const std::vector<float> got = logitsOf(executor, tokens, ends);
            const double error = got.size() == wanted.size() ? test::nmse(got, wanted) : HUGE_VAL;
            if (error > bar) qWarning("%s: NMSE %.2e, bar %.2e", how, error, bar);
            return error <= bar;
        };
        const auto executor = model.load(precision);
        QVERIFY2(executor, executor ? "" : executor.error().message().c_str());
        const std::size_t count = tokens.size();
        QVERIFY(check(**executor, {count}, "in one batch"));
        std::vector<std::size_t> each;
        for (std::size_t i = 1; i <= count; ++i)
            each.push_back(i);
        QVERIFY(check(**executor, each, "token by token"));
        for (std::size_t cut = 1; cut < count; ++cut)
            QVERIFY2(check(**executor, {cut, count}, "in two batches"), qPrintable(QString::number(cut)));
        const std::uint32_t layers = model.config.layers;
        for (std::uint32_t cut = 1; cut < layers; cut += std::max(1U, layers / 4)) {
            auto front = model.load(precision, {0, cut}), back = model.load(precision, {cut, layers});
            QVERIFY(front && back);
            SplitExecutor both(std::move(*front), std::move(*back));
            QVERIFY2(check(both, {count / 2, count}, "in two ranges of layers"),
                     qPrintable(QString::number(cut)));
        }
    }
};

PONDER_TEST(FamilyLogitsTest)
#include "family_logits_test.moc"
