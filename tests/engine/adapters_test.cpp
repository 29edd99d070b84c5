// LoRA adapters on every device, against logits of a plain forward pass with W + strength * scale * B A
// (tests/data/lora): one, several at once, switched without loading, in prompts, replies and branches.
#include "tests/support/device_rows.h"
#include "tests/support/logits_check.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>

using namespace ponder;
using namespace ponder::test;

namespace {

std::filesystem::path adapter(const char* name) { return dataDir() / "lora" / name; }

constexpr const char* kQwen = "qwen2-untied-f32";
const QString kSplit = "vulkan:0 and cpu"; // the first layer on the processor
constexpr const char* kLlama = "llama-odd-q4_k_m";

std::unique_ptr<Model> load(const QString& device, const char* base, std::vector<AdapterUse> adapters = {}) {
    LoadOptions options;
    options.path = referenceDir() / "tiny" / (std::string(base) + ".gguf");
    options.device = device == kSplit ? "vulkan:0" : device.toStdString();
    if (device == kSplit) options.gpuLayers = 1;
    options.contextTokens = 256;
    options.kvType = KvType::F32;
    options.adapters = std::move(adapters);
    auto model = Model::load(options, {}, {});
    if (!model) qWarning("%s", model.error().message().c_str());
    return model ? std::move(*model) : nullptr;
}

std::vector<float> logitsOf(Session& session, std::span<const TokenId> tokens, std::size_t first = 0) {
    const auto logits = session.logits(tokens, first, {});
    if (!logits) qWarning("%s", logits.error().message().c_str());
    return logits ? *logits : std::vector<float>();
}

std::vector<float> logitsOf(Model& model) { return logitsOf(**model.createSession(), tinyTokens()); }

// The positions that the expected logits were kept for.
std::vector<float> kept(const Model& model, std::span<const float> logits) {
    const std::size_t vocabulary = model.config().vocabulary;
    std::vector<float> out;
    for (std::size_t row = 3; row * vocabulary < logits.size(); row += 4) {
        const auto values = logits.subspan(row * vocabulary, vocabulary);
        out.insert(out.end(), values.begin(), values.end());
    }
    return out;
}

double errorOf(Model& model, const char* expected) {
    return nmse(kept(model, logitsOf(model)), readFloats(adapter(expected)));
}

} // namespace

class AdaptersTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase_data() {
        QStringList devices = usableDevices();
        if (devices.contains("vulkan:0")) devices << kSplit;
        deviceRows(devices);
    }
    void initTestCase() { PONDER_NEEDS_REFERENCE(); }

    void eachGivesTheLogitsOfThePlainForwardPass_data() {
        QTest::addColumn<QString>("base");
        QTest::addColumn<QStringList>("adapters"); // PATH:STRENGTH
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* base, const QStringList& adapters, const char* expected) {
            QTest::addRow("%s", qPrintable(adapters.join(u'+')))
                << QString(base) << adapters << QString(expected);
        };
        row(kQwen, {"style.gguf:1"}, "style-1.f32");
        row(kQwen, {"style.gguf:0.5"}, "style-half.f32");
        row(kQwen, {"style.gguf:0.25", "style.gguf:0.75"}, "style-1.f32");
        row(kQwen, {"tables.gguf:1"}, "tables-1.f32");
        row(kLlama, {"turned.gguf:1"}, "turned-1.f32");
        row(kQwen, {"style-peft:1"}, "style-1.f32");
        row(kQwen, {"patterns-peft:1"}, "patterns-1.f32");
        row(kQwen, {"style-peft:0.5", "patterns-peft:1"}, "stack.f32");
        row(kQwen, {"patterns-peft:1", "style.gguf:0.5"}, "stack.f32");
        row(kLlama, {"turned-peft:1"}, "turned-1.f32");
    }
    void eachGivesTheLogitsOfThePlainForwardPass() {
        QFETCH_GLOBAL(QString, device);
        QFETCH(QString, base);
        QFETCH(QStringList, adapters);
        QFETCH(QString, expected);
        std::vector<AdapterUse> uses;
        for (const QString& use : adapters)
            uses.push_back({adapter(qPrintable(use.section(u':', 0, 0))), use.section(u':', 1).toFloat()});
        const auto model = load(device, qPrintable(base), uses);
        QVERIFY(model);
        const double error = errorOf(*model, qPrintable(expected));
        // The processor multiplies quantized weights with rounded activations.
        const bool rounds = device.contains("cpu") && base == kLlama;
        const double most = rounds ? 1e-3 : device == "reference" ? 1e-9 : 1e-6;
        QVERIFY2(error <= most, qPrintable(QString::number(error)));
    }
    void strengthZeroIsTheBaseBitByBit() {
        QFETCH_GLOBAL(QString, device);
        const auto base = load(device, kQwen);
        const auto model = load(device, kQwen, {{adapter("style.gguf"), 0}});
        QVERIFY(base && model);
        QCOMPARE(logitsOf(*model), logitsOf(*base));
    }
    void theyAreSwitchedBackAndForthWithoutLoading() {
        QFETCH_GLOBAL(QString, device);
        const auto model = load(device, kQwen);
        QVERIFY(model);
        const std::uint64_t weights = model->memory().weights;
        const std::vector<float> base = logitsOf(*model);
        const AdapterUse whole{adapter("style.gguf"), 1}, half{adapter("style.gguf"), 0.5F},
            tables{adapter("tables.gguf"), 1};
        QVERIFY(model->setAdapters(std::vector{whole}));
        QVERIFY(model->memory().weights > weights);
        const std::vector<float> styled = logitsOf(*model);
        QVERIFY(nmse(kept(*model, styled), readFloats(adapter("style-1.f32"))) <= 1e-6);
        QVERIFY(model->setAdapters(std::vector{half}));
        QVERIFY(errorOf(*model, "style-half.f32") <= 1e-6);
        QVERIFY(model->setAdapters(std::vector{tables}));
        QVERIFY(errorOf(*model, "tables-1.f32") <= 1e-6);
        QVERIFY(model->setAdapters(std::vector{whole, tables}));
        QVERIFY(errorOf(*model, "tables-1.f32") > 1e-3);
        QVERIFY(model->setAdapters(std::vector{whole}));
        QCOMPARE(logitsOf(*model), styled);
        QVERIFY(model->setAdapters({}));
        QCOMPARE(logitsOf(*model), base);
        QCOMPARE(model->memory().weights, weights);
    }
    void aReplyIsComputedAsItsPromptWas() {
        QFETCH_GLOBAL(QString, device);
        const auto model = load(device, kQwen, {{adapter("style.gguf"), 1}});
        QVERIFY(model);
        const std::vector<float> wanted = logitsOf(*model);
        const std::vector<TokenId> tokens = tinyTokens();
        auto session = *model->createSession();
        std::vector<float> got;
        for (std::size_t n = 1; n <= tokens.size(); ++n) {
            const auto row = logitsOf(*session, std::span(tokens).first(n), n - 1);
            got.insert(got.end(), row.begin(), row.end());
        }
        QVERIFY(nmse(got, wanted) <= 1e-9);
    }
    void branchesAreComputedAsSingleRepliesAre() {
        QFETCH_GLOBAL(QString, device);
        const auto model = load(device, kQwen, {{adapter("style.gguf"), 1}});
        QVERIFY(model);
        GenerateSettings settings;
        settings.maxTokens = 6;
        settings.ignoreEndOfText = true;
        settings.sampling.temperature = 0;
        std::vector<TokenId> alone;
        const auto tokens = tinyTokens();
        QVERIFY((*model->createSession())
                    ->generate(tokens, settings,
                               [&](const ReplyToken& token) {
                                   alone.push_back(token.id);
                                   return true;
                               },
                               {}));
        std::vector<std::vector<TokenId>> together(3);
        QVERIFY((*model->createSession())
                    ->generateMany(tokens, std::vector(3, settings),
                                   [&](std::size_t reply, const ReplyToken& token) {
                                       together[reply].push_back(token.id);
                                       return true;
                                   },
                                   {}));
        QCOMPARE(alone.size(), std::size_t{6});
        for (const auto& reply : together)
            QCOMPARE(reply, alone);
    }
    void keysAndValuesOfOtherAdaptersAreNotReused() {
        QFETCH_GLOBAL(QString, device);
        const auto model = load(device, kQwen);
        QVERIFY(model);
        const QTemporaryDir dir;
        const std::filesystem::path plain = dir.filePath("plain.kv").toStdString(),
                                    styled = dir.filePath("styled.kv").toStdString();
        const auto tokens = tinyTokens();
        auto session = *model->createSession();
        logitsOf(*session, tokens);
        QVERIFY(session->saveState(plain));
        const std::vector<AdapterUse> style{{adapter("style.gguf"), 1}};
        QVERIFY(model->setAdapters(style));
        QCOMPARE(session->usedTokens(), 0U);
        const auto last = logitsOf(*session, tokens, tokens.size() - 1);
        const auto wanted = logitsOf(*model);
        QVERIFY(nmse(last, std::span(wanted).last(last.size())) <= 1e-9);
        QVERIFY(session->saveState(styled));
        auto other = *model->createSession();
        QCOMPARE(*other->restoreState(plain, tokens), 0U);
        QCOMPARE(*other->restoreState(styled, tokens), static_cast<std::uint32_t>(tokens.size()));
        QVERIFY(model->setAdapters(std::vector<AdapterUse>{{adapter("style.gguf"), 0.5F}}));
        QCOMPARE(other->usedTokens(), 0U);
        QCOMPARE(*(*model->createSession())->restoreState(styled, tokens), 0U);
        QVERIFY(model->setAdapters({}));
        QCOMPARE(*(*model->createSession())->restoreState(plain, tokens),
                 static_cast<std::uint32_t>(tokens.size()));
    }
    void anAdapterOfAnotherModelIsNamedAndNothingChanges() {
        QFETCH_GLOBAL(QString, device);
        const auto model = load(device, kQwen, {{adapter("style.gguf"), 1}});
        QVERIFY(model);
        const std::vector<float> before = logitsOf(*model);
        const auto changed = model->setAdapters(
            std::vector<AdapterUse>{{adapter("tables.gguf"), 1}, {adapter("turned.gguf"), 1}});
        QVERIFY(!changed);
        QCOMPARE(changed.error().code, ErrorCode::WrongAdapter);
        QVERIFY(changed.error().message().find("turned.gguf") != std::string::npos);
        QVERIFY(changed.error().message().find("llama") != std::string::npos);
        QCOMPARE(logitsOf(*model), before);
        QCOMPARE(model->adapters().size(), std::size_t{1});
    }
    void thePlanCountsThem() {
        QFETCH_GLOBAL(QString, device);
        LoadOptions options;
        options.path = referenceDir() / "tiny" / (std::string(kQwen) + ".gguf");
        options.device = device == kSplit ? "vulkan:0" : device.toStdString();
        if (device == kSplit) options.gpuLayers = 1;
        options.contextTokens = 256;
        const auto weightsOf = [](const LoadPlan& plan) {
            std::uint64_t sum = 0;
            for (const ModelPart& part : plan.parts)
                sum += part.memory.weights;
            return sum;
        };
        const auto without = Model::plan(options);
        options.adapters = {{adapter("style.gguf"), 1}};
        const auto with = Model::plan(options);
        const auto model = Model::load(options, {}, {});
        QVERIFY(without && with && model);
        const std::uint64_t planned = weightsOf(*with) - weightsOf(*without);
        QVERIFY(planned > 0);
        const std::uint64_t before = (*model)->memory().weights;
        QVERIFY((*model)->setAdapters({}));
        QCOMPARE(before - (*model)->memory().weights, planned);
    }
};

PONDER_TEST(AdaptersTest)
#include "adapters_test.moc"
