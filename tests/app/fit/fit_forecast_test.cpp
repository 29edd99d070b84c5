#include "app/fit/disk_bandwidth.h"
#include "app/fit/fit_forecast.h"

#include "app/fit/fit_text.h"
#include "tests/support/test_class.h"

#include "tests/support/shapes.h"

#include <QTest>

using namespace ponder;

namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
constexpr double kGb = 1e9;

const ModelConfig kQwen7 = test::qwen2Config(28, 3584, 28, 4, 128, 18944, 152064);
const ModelConfig kQwen32 = test::qwen2Config(64, 5120, 40, 8, 128, 27648, 152064);
const ModelConfig kTinyLlama = test::llamaConfig(22, 2048, 32, 4, 64, 5632, 32000);
const ModelConfig kLlama8 = test::llamaConfig(32, 4096, 32, 8, 128, 14336, 128256);

FitDevice card(double gibibytes, double bandwidthGb, const char* vendor = "NVIDIA") {
    FitDevice device;
    device.info.name = "a card";
    device.info.vendor = vendor;
    device.info.kind = DeviceKind::Discrete;
    device.info.memoryBytes = device.info.freeBytes = std::uint64_t(gibibytes * double(kGiB));
    device.info.freeIsLive = true;
    device.info.largestAllocation = 2 * kGiB;
    device.bandwidth = bandwidthGb * kGb;
    device.processor.name = "a processor";
    device.processor.kind = DeviceKind::Processor;
    device.processor.memoryBytes = device.processor.freeBytes = 32 * kGiB;
    device.processorBandwidth = 50 * kGb;
    return device;
}

DeviceInfo processorOf(const char* instructionSet) {
    DeviceInfo info;
    info.name = "a processor";
    info.kind = DeviceKind::Processor;
    info.memoryBytes = info.freeBytes = 32 * kGiB;
    info.cores = 2;
    info.instructionSet = instructionSet;
    return info;
}

FitModel model(const ModelConfig& shape, FileType type) { return {QStringLiteral("a model"), shape, type}; }

FitForecast ask(const ModelConfig& shape, FileType type, const FitDevice& device, std::uint32_t context = 0) {
    FitQuestion question;
    question.contextTokens = context;
    return forecastFit(model(shape, type), device, question);
}

bool within(double got, double wanted, double share) { return std::abs(got - wanted) <= wanted * share; }

} // namespace

class FitForecastTest : public QObject {
    Q_OBJECT
private slots:
    void weightsAreCountedFromRealTensorShapes_data() {
        QTest::addColumn<bool>("large");
        QTest::addColumn<int>("type");
        QTest::addColumn<double>("gigabytes");
        const std::pair<FileType, std::pair<double, double>> rows[] = {{FileType::Q4_K_M, {4.91, 19.85}},
                                                                       {FileType::Q6_K, {6.59, 26.88}},
                                                                       {FileType::Q8_0, {8.53, 34.81}},
                                                                       {FileType::F16, {16.06, 65.53}}};
        for (const auto& [type, sizes] : rows) {
            QTest::addRow("8B, %s", nameOf(type).data()) << false << int(type) << sizes.first;
            QTest::addRow("32B, %s", nameOf(type).data()) << true << int(type) << sizes.second;
        }
    }
    void weightsAreCountedFromRealTensorShapes() {
        QFETCH(const bool, large);
        QFETCH(const int, type);
        QFETCH(const double, gigabytes);
        const FitModel sized = model(large ? kQwen32 : kLlama8, FileType(type));
        const double got = double(sized.fileBytes()) / kGb;
        QVERIFY2(within(got, gigabytes, 0.005), qPrintable(QString::number(got)));
    }
    void aSmallModelFitsALargeCardWithTheContextThatReasoningNeeds() {
        const FitForecast fit = ask(kQwen7, FileType::Q4_K_M, card(12, 384));
        QCOMPARE(fit.verdict, FitVerdict::Fits);
        QCOMPARE(fit.contextTokens, 32768U);
        QCOMPARE(fit.largestContext, 32768U);
        QCOMPARE(fit.gpuLayers, 28U);
        QVERIFY(fit.memory.total() + std::uint64_t(fit.spareBytes) < 12 * kGiB);
    }
    void littleToSpareIsTight() {
        const FitForecast roomy = ask(kQwen7, FileType::Q4_K_M, card(12, 384));
        const double needed = double(roomy.memory.total() + marginBytes(card(12, 384).info)) / double(kGiB);
        const FitForecast fit = ask(kQwen7, FileType::Q4_K_M, card(needed + 0.5, 384));
        QCOMPARE(fit.verdict, FitVerdict::Tight);
        QVERIFY(fit.spareBytes > 0);
    }
    void aShorterContextIsNamedWhereTheLongOneDoesNotFit() {
        const FitForecast fit = ask(kLlama8, FileType::Q4_K_M, card(8, 300));
        QCOMPARE(fit.verdict, FitVerdict::ShorterContext);
        QVERIFY(fit.largestContext >= 8192 && fit.largestContext < 32768);
        QCOMPARE(fit.usedContext, fit.largestContext);
        QVERIFY(fit.spareBytes < 0);
        // It fits, and the next longer one does not.
        QVERIFY(ask(kLlama8, FileType::Q4_K_M, card(8, 300), fit.largestContext).spareBytes >= 0);
        QVERIFY(ask(kLlama8, FileType::Q4_K_M, card(8, 300), fit.largestContext + 256).spareBytes < 0);
    }
    void aModelLargerThanTheCardSharesItsLayersWithTheProcessor() {
        const FitForecast fit = ask(kQwen32, FileType::Q4_K_M, card(12, 384));
        QCOMPARE(fit.verdict, FitVerdict::Split);
        QVERIFY(fit.gpuLayers > 16 && fit.gpuLayers < 48);
        QVERIFY(fit.processorBytes > 0);
        QVERIFY(fit.used.total() <= 12 * kGiB);
        QVERIFY(fit.speed.decodeTokensPerSecond <
                ask(kQwen32, FileType::Q4_K_M, card(48, 384)).speed.decodeTokensPerSecond);
    }
    void whatNeitherHoldsDoesNotFitAndSaysByHowMuch() {
        FitDevice small = card(4, 200);
        small.processor.freeBytes = 4 * kGiB;
        const FitForecast fit = ask(kQwen32, FileType::Q8_0, small);
        QCOMPARE(fit.verdict, FitVerdict::DoesNotFit);
        QCOMPARE(fit.usedContext, 0U);
        QVERIFY(double(-fit.spareBytes) > 34e9 - 4.0 * double(kGiB));
        QCOMPARE(fit.speed.decodeTokensPerSecond, 0.0);
    }
    void whatDoesNotFitNamesTheFinestQuantizationThatWould() {
        FitDevice alone = card(24, 900);
        alone.processor.freeBytes = 0; // no layers can go there
        const FitForecast fit = ask(kQwen32, FileType::Q8_0, alone);
        QCOMPARE(fit.verdict, FitVerdict::DoesNotFit);
        QVERIFY(fit.better);
        QVERIFY(ask(kQwen32, *fit.better, alone).verdict != FitVerdict::DoesNotFit);
        const auto finer = std::find(kRecommendedTypes.begin(), kRecommendedTypes.end(), *fit.better) + 1;
        QCOMPARE(ask(kQwen32, *finer, alone).verdict, FitVerdict::DoesNotFit);
        QVERIFY(verdictDetail(fit).endsWith(QString::fromStdString(std::string(nameOf(*fit.better))) +
                                            " would fit"));
        FitDevice small = card(4, 200);
        small.processor.freeBytes = 0;
        QVERIFY(!ask(kQwen32, FileType::Q8_0, small).better);
    }
    void whatNoMemoryHasRoomForIsReadFromTheDisk() {
        FitDevice small = card(4, 200);
        small.processor.freeBytes = 8 * kGiB;
        small.processor.cores = 8;
        QCOMPARE(ask(kQwen32, FileType::Q2_K, small).mappedBytes, std::uint64_t{0}); // of an unknown disk
        small.timeDisk = [] { return 2.0 * kGb; };
        const FitForecast fit = ask(kQwen32, FileType::Q2_K, small);
        QCOMPARE(fit.verdict, FitVerdict::DoesNotFit);
        QVERIFY(fit.mappedBytes > 0 && fit.mappedBytes < fit.memory.weights);
        // A token reads all of a dense model.
        QVERIFY(within(fit.speed.decodeTokensPerSecond, 2 * kGb / double(fit.mappedBytes), 0.2));
        QVERIFY2(verdictDetail(fit).contains("from the disk"), qPrintable(verdictDetail(fit)));
        small.timeDisk = [] { return 4.0 * kGb; };
        QVERIFY(ask(kQwen32, FileType::Q2_K, small).speed.decodeTokensPerSecond >
                fit.speed.decodeTokensPerSecond * 1.5);
    }
    void theDiskIsTimedOnlyForWhatNoMemoryHasRoomFor() {
        int asked = 0;
        FitDevice device = card(4, 200);
        device.processor.cores = 8;
        device.processor.freeBytes = 64 * kGiB;
        device.timeDisk = [&] { return ++asked, 2.0 * kGb; };
        QCOMPARE(ask(kQwen32, FileType::Q2_K, device).mappedBytes, std::uint64_t{0});
        QCOMPARE(asked, 0);
        device.processor.freeBytes = 8 * kGiB;
        QVERIFY(ask(kQwen32, FileType::Q2_K, device).mappedBytes > 0);
        QVERIFY(asked > 0);
    }
    void aDiskThatWasAskedForOnceIsNotAskedAgain() {
        int asked = 0;
        FitDevice device = card(4, 200);
        device.processor.cores = 8;
        device.processor.freeBytes = 8 * kGiB;
        device.timeDisk = calledOnce([&] { return ++asked, 2.0 * kGb; });
        const FitDevice copy = device;
        for (const FitDevice& one : {device, copy})
            QVERIFY(ask(kQwen32, FileType::Q2_K, one).mappedBytes > 0);
        QCOMPARE(asked, 1);
    }
    void ofAMixtureOnTheDiskATokenReadsTheExpertsThatItUses() {
        ModelConfig shape = test::qwen2Config(48, 2048, 32, 4, 128, 6144, 151936);
        shape.family = familyNamed("qwen3moe");
        shape.mixture = {.experts = 128, .used = 8, .hidden = 768, .normalises = true};
        FitDevice small;
        small.info = processorOf("AVX2");
        small.info.memoryBytes = small.info.freeBytes = 8 * kGiB;
        small.processor = small.info;
        small.bandwidth = small.processorBandwidth = 20 * kGb;
        small.timeDisk = [] { return 1.0 * kGb; };
        const FitForecast fit = ask(shape, FileType::Q4_K_M, small, 4096);
        QVERIFY(fit.mappedBytes > 8 * kGiB);
        // One expert in sixteen.
        QVERIFY(within(fit.speed.decodeTokensPerSecond, 1 * kGb / (double(fit.mappedBytes) / 16), 0.25));
        // Weights that a memory has no room for at all do not run from a disk either.
        small.info.freeBytes = kGiB / 8;
        QCOMPARE(ask(shape, FileType::Q4_K_M, small, 4096).mappedBytes, std::uint64_t{0});
    }
    void aTokenOfManySecondsIsSaidInSeconds() {
        SpeedForecast speed;
        speed.decodeTokensPerSecond = 0.04;
        QCOMPARE(speedText(speed), QStringLiteral("≈ 25 s for a token"));
    }
    void theCacheOfAContextIsWhatItsShapeSays() {
        const FitForecast fit = ask(kQwen7, FileType::Q4_K_M, card(24, 900), 16384);
        QCOMPARE(fit.memory.context, std::uint64_t{56} * 1024 * 16384); // 56 KiB a token
    }
    void aTokenReadsAllWeightsButTheTableOfEmbeddings() {
        const FitModel qwen = model(kQwen7, FileType::F16);
        const std::uint64_t table = std::uint64_t{152064} * 3584 * 2;
        QCOMPARE(qwen.bytesPerToken(), qwen.fileBytes() - table);
        ModelConfig tied = kQwen7;
        tied.tied = true;
        QCOMPARE(model(tied, FileType::F16).bytesPerToken(), model(tied, FileType::F16).fileBytes());
    }
    void ofAMixtureATokenReadsTheExpertsThatItUses() {
        const ModelConfig config = test::qwen2MoeConfig(); // 2 of 4, in one layer
        const FitModel mixture = model(config, FileType::F16);
        const std::uint64_t expert = std::uint64_t{3} * config.mixture.hidden * config.width;
        const std::uint64_t table = std::uint64_t{config.vocabulary} * config.width;
        QCOMPARE(mixture.bytesPerToken(), mixture.fileBytes() - 2 * (table + 2 * expert));
        ModelConfig all = config;
        all.mixture.used = 4;
        QCOMPARE(model(all, FileType::F16).promptParameters() - mixture.promptParameters(), 2 * expert);
    }
    void speedIsBandwidthTimesTheShareThatTheVendorReaches() {
        const FitForecast fit = ask(kLlama8, FileType::Q4_K_M, card(24, 936));
        // RTX 3090, R1 8B Q4_K_M: published 95 to 147 tokens/s for files of 4.7 to 8.5 GB.
        QVERIFY(fit.speed.decodeTokensPerSecond > 90 && fit.speed.decodeTokensPerSecond < 170);
        QCOMPARE(fit.speed.source, SpeedSource::Estimated);
        QCOMPARE(fit.speed.errorShare, 0.4);
    }
    void publishedSpeedsAreMetWithinTheBandThatIsShown_data() {
        QTest::addColumn<int>("shape");
        QTest::addColumn<int>("type");
        QTest::addColumn<QString>("vendor");
        QTest::addColumn<double>("bandwidth");
        QTest::addColumn<double>("published");
        // Vulkan, behind no or a short prompt; docs of the table in speed_forecast.cpp.
        QTest::addRow("RTX 4070, 8B Q6_K") << 0 << int(FileType::Q6_K) << "NVIDIA" << 504.0 << 68.5;
        QTest::addRow("RTX 4070, 8B Q4_K_M") << 0 << int(FileType::Q4_K_M) << "NVIDIA" << 504.0 << 87.0;
        QTest::addRow("RTX 3090, 8B Q8_0") << 0 << int(FileType::Q8_0) << "NVIDIA" << 936.0 << 95.1;
        QTest::addRow("RTX 4090, 1.1B Q4_K_M") << 1 << int(FileType::Q4_K_M) << "NVIDIA" << 1008.0 << 762.0;
        QTest::addRow("RTX 3060, 1.1B Q4_K_M") << 1 << int(FileType::Q4_K_M) << "NVIDIA" << 360.0 << 279.0;
        QTest::addRow("RX 9070 XT, 8B Q4_K_M") << 0 << int(FileType::Q4_K_M) << "AMD" << 640.0 << 118.6;
    }
    void publishedSpeedsAreMetWithinTheBandThatIsShown() {
        QFETCH(int, shape);
        QFETCH(int, type);
        QFETCH(QString, vendor);
        QFETCH(double, bandwidth);
        QFETCH(double, published);
        const FitDevice device = card(24, bandwidth, qPrintable(vendor));
        const FitForecast fit = ask(shape == 0 ? kLlama8 : kTinyLlama, FileType(type), device, 256);
        QVERIFY2(within(fit.speed.decodeTokensPerSecond, published, fit.speed.errorShare),
                 qPrintable(QString::number(fit.speed.decodeTokensPerSecond)));
    }
    // A file of a few megabytes does not write a hundred thousand tokens a second.
    void aTinyModelWaitsForItsLayersNotForMemory() {
        ModelConfig tiny = test::qwen2Config(4, 256, 4, 2, 64, 512, 512);
        const FitDevice fast = card(24, 1008), slow = card(24, 504);
        const double speed = ask(tiny, FileType::Q8_0, fast, 256).speed.decodeTokensPerSecond;
        QVERIFY(speed > 1000 && speed < 1 / (4 * 22e-6));
        QVERIFY(ask(tiny, FileType::Q8_0, slow, 256).speed.decodeTokensPerSecond > 0.9 * speed);
        tiny.layers = 8;
        QVERIFY(within(ask(tiny, FileType::Q8_0, fast, 256).speed.decodeTokensPerSecond, speed / 2, 0.05));
    }
    void aPromptIsMultipliedWithTheLayersNotWithTheVocabulary() {
        ModelConfig larger = kQwen7;
        larger.vocabulary *= 4;
        const FitDevice device =
            FitDevice::of(processorOf("AVX-512 VNNI"), processorOf("AVX-512 VNNI"), {50 * kGb, false});
        const auto speed = ask(kQwen7, FileType::Q4_K_M, device, 256).speed;
        const auto other = ask(larger, FileType::Q4_K_M, device, 256).speed;
        QCOMPARE(other.prefillTokensPerSecond, speed.prefillTokensPerSecond);
        QVERIFY(other.decodeTokensPerSecond < speed.decodeTokensPerSecond);
    }
    void aPromptOfATinyModelIsHeldUpByItsRows() {
        ModelConfig tiny = test::qwen2Config(4, 256, 4, 2, 64, 512, 512);
        const DeviceInfo info = processorOf("AVX-512 VNNI");
        const auto speed = ask(tiny, FileType::Q8_0, FitDevice::of(info, info, {50 * kGb, false}), 256).speed;
        QVERIFY(speed.prefillTokensPerSecond > 1000 && speed.prefillTokensPerSecond < 1 / (4 * 4.6e-6));
    }
    void promptsAreHeldUpByInstructionsRepliesByMemory() {
        const DeviceInfo wide = processorOf("AVX-512 VNNI"), narrow = processorOf("AVX2");
        const auto on = [&](const DeviceInfo& info, double bandwidth) {
            return ask(kQwen7, FileType::Q4_K_M, FitDevice::of(info, info, {bandwidth * kGb, false}), 256)
                .speed;
        };
        QVERIFY(on(narrow, 50).prefillTokensPerSecond < 0.3 * on(wide, 50).prefillTokensPerSecond);
        QCOMPARE(on(narrow, 50).decodeTokensPerSecond, on(wide, 50).decodeTokensPerSecond);
        QCOMPARE(on(wide, 100).prefillTokensPerSecond, on(wide, 50).prefillTokensPerSecond);
        QVERIFY(on(wide, 100).decodeTokensPerSecond > 1.9 * on(wide, 50).decodeTokensPerSecond);
    }
    // As the machine of speed_forecast.cpp's table measured them, with nothing else running.
    void theMeasuredProcessorIsMetWithinAFifth() {
        const ModelConfig kSmol = test::llamaConfig(30, 576, 9, 3, 64, 1536, 49152, true);
        const ModelConfig kQwen15 = test::qwen2Config(28, 1536, 12, 2, 128, 8960, 151936, true);
        const DeviceInfo info = processorOf("AVX-512 VNNI");
        FitQuestion question;
        question.contextTokens = 256;
        const FitModel smol(
            QStringLiteral("smol"), kSmol, [](const TensorPlace&) { return TensorType::Q4_1; },
            QStringLiteral("Q4_1"));
        const auto small = forecastFit(smol, FitDevice::of(info, info, {49.4 * kGb, false}), question).speed;
        QVERIFY(within(small.prefillTokensPerSecond, 1817, 0.2));
        QVERIFY(within(small.decodeTokensPerSecond, 317, 0.2));
        const auto large =
            ask(kQwen15, FileType::Q4_K_M, FitDevice::of(info, info, {52.7 * kGb, false}), 256).speed;
        QVERIFY(within(large.prefillTokensPerSecond, 177, 0.2));
        QVERIFY(within(large.decodeTokensPerSecond, 37.6, 0.2));
    }
    void aTinyModelTeachesNothingAboutLargeOnes() {
        const FitDevice device = card(24, 936);
        MeasuredSpeed seen;
        seen.device = device.key();
        seen.model = QStringLiteral("/models/tiny.gguf");
        seen.bytesPerToken = seen.parameters = 2'000'000;
        seen.decodeTokensPerSecond = 500;
        const std::vector<MeasuredSpeed> history{seen};
        FitQuestion question;
        question.history = history;
        QCOMPARE(forecastFit(model(kQwen7, FileType::Q4_K_M), device, question).speed.source,
                 SpeedSource::Estimated);
    }
    void aReplyOnThisMachineReplacesTheTable() {
        const FitDevice device = card(24, 936);
        const FitModel llama = model(kLlama8, FileType::Q4_K_M);
        MeasuredSpeed seen;
        seen.device = device.key();
        seen.model = QStringLiteral("/models/llama.gguf");
        seen.bytesPerToken = llama.bytesPerToken();
        seen.parameters = llama.promptParameters();
        seen.decodeTokensPerSecond = 60;
        seen.prefillTokensPerSecond = 1000;
        const std::vector<MeasuredSpeed> history{seen};
        FitQuestion question;
        question.history = history;
        question.contextTokens = 256; // hardly any cache to read
        question.modelPath = seen.model;
        const FitForecast same = forecastFit(llama, device, question);
        QCOMPARE(same.speed.source, SpeedSource::Measured);
        QVERIFY(within(same.speed.decodeTokensPerSecond, 60, 0.02));
        QVERIFY(within(same.speed.prefillTokensPerSecond, 1000, 0.02));
        // Another model on the same device learns from it too, but says so.
        question.modelPath = QStringLiteral("/models/other.gguf");
        const FitForecast other = forecastFit(model(kQwen7, FileType::Q8_0), device, question);
        QCOMPARE(other.speed.source, SpeedSource::Calibrated);
        const FitForecast untaught = ask(kQwen7, FileType::Q8_0, device, 256);
        QVERIFY(other.speed.decodeTokensPerSecond < untaught.speed.decodeTokensPerSecond * 0.7);
    }
    // Seen: a model of 3 MB wrote 3.4 tokens a second beside a compiler, and every 7B was promised
    // "0.0 tokens/s, estimated from other models here". An older version had kept it.
    void aReplyThatACompilerSlowedDownDoesNotPoisonTheHintsOfOtherModels() {
        const DeviceInfo info = processorOf("AVX2");
        const FitDevice device = FitDevice::of(info, info, {18.8 * kGb, false});
        const FitForecast untaught = ask(kQwen7, FileType::Q4_K_M, device);
        MeasuredSpeed seen;
        seen.device = device.key();
        seen.model = QStringLiteral("/models/tiny-reasoner.gguf");
        seen.bytesPerToken = seen.parameters = 3'000'000;
        seen.decodeTokensPerSecond = 3.4;
        // Its own size, an older version's, and a quiet machine's: none may pull others down like that.
        for (const std::uint64_t bytes : {3'000'000ULL, 4'500'000'000ULL})
            for (const bool quiet : {false, true}) {
                seen.bytesPerToken = bytes;
                seen.decodeTokensPerSecond = bytes < 4'000'000 ? 3.4 : 0.01;
                seen.quiet = quiet;
                FitQuestion question;
                question.history = {&seen, 1};
                const auto speed = forecastFit(model(kQwen7, FileType::Q4_K_M), device, question).speed;
                const bool raised = quiet && bytes > 4'000'000; // a third of what bandwidth allows
                QCOMPARE(speed.source, raised ? SpeedSource::Calibrated : SpeedSource::Estimated);
                QVERIFY(within(speed.decodeTokensPerSecond,
                               untaught.speed.decodeTokensPerSecond / (raised ? 3 : 1), 0.001));
            }
    }
    void modelsTeachOthersOnlyWithinAFactorOfFourInSize() {
        const FitDevice device = card(48, 936);
        const FitModel seven = model(kQwen7, FileType::Q4_K_M);
        MeasuredSpeed seen;
        seen.device = device.key();
        seen.model = QStringLiteral("/models/other.gguf");
        seen.quiet = true;
        const auto sourceAt = [&](double times) {
            seen.bytesPerToken = std::uint64_t(double(seven.bytesPerToken()) * times);
            seen.parameters = seen.bytesPerToken;
            seen.decodeTokensPerSecond = 0.7 * device.bandwidth / double(seen.bytesPerToken);
            FitQuestion question;
            question.history = {&seen, 1};
            return forecastFit(seven, device, question).speed.source;
        };
        QCOMPARE(sourceAt(0.26), SpeedSource::Calibrated);
        QCOMPARE(sourceAt(3.9), SpeedSource::Calibrated);
        QCOMPARE(sourceAt(0.24), SpeedSource::Estimated);
        QCOMPARE(sourceAt(4.1), SpeedSource::Estimated);
    }
    void ofAModelsOwnRepliesThoseOfAQuietMachineCountBeforeOlderOnes() {
        const FitDevice device = card(24, 936);
        const FitModel llama = model(kLlama8, FileType::Q4_K_M);
        MeasuredSpeed seen;
        seen.device = device.key();
        seen.model = QStringLiteral("/models/llama.gguf");
        seen.bytesPerToken = llama.bytesPerToken();
        seen.parameters = llama.promptParameters();
        seen.decodeTokensPerSecond = 80;
        std::vector<MeasuredSpeed> history(4, seen); // as an older version kept them
        const auto speed = [&] {
            FitQuestion question;
            question.contextTokens = 256;
            question.modelPath = seen.model;
            question.history = history;
            return forecastFit(llama, device, question).speed;
        };
        QCOMPARE(speed().source, SpeedSource::Measured);
        QVERIFY(within(speed().decodeTokensPerSecond, 80, 0.02));
        history.push_back(seen);
        history.back().quiet = true;
        history.back().decodeTokensPerSecond = 120;
        QVERIFY(within(speed().decodeTokensPerSecond, 120, 0.02));
        // What is slow on a quiet machine is slow; what an older version found that slow is not believed.
        history.back().decodeTokensPerSecond = 10;
        QVERIFY(within(speed().decodeTokensPerSecond, 10, 0.02));
        history = {seen};
        history.front().decodeTokensPerSecond = 10;
        QCOMPARE(speed().source, SpeedSource::Estimated);
    }
    void aBandwidthOfABusyHourIsSaid() {
        const DeviceInfo info = processorOf("AVX2");
        QVERIFY(FitDevice::of(info, info, {6.7 * kGb, true}).measuredBusy);
        QVERIFY(!FitDevice::of(info, info, {18.8 * kGb, false}).measuredBusy);
        // A card's comes from the catalogue.
        const DeviceInfo known = FitDevice::of(GpuCatalogue::builtIn().gpus().front(), info, 1).info;
        QVERIFY(!FitDevice::of(known, info, {6.7 * kGb, true}).measuredBusy);
    }
    void anotherDevicesRepliesTeachNothing() {
        MeasuredSpeed seen;
        seen.device = QStringLiteral("another card");
        seen.bytesPerToken = 1;
        seen.decodeTokensPerSecond = 1;
        const std::vector<MeasuredSpeed> history{seen};
        FitQuestion question;
        question.history = history;
        QCOMPARE(forecastFit(model(kQwen7, FileType::Q4_K_M), card(24, 936), question).speed.source,
                 SpeedSource::Estimated);
    }
    void aDeviceOfUnknownBandwidthHasNoSpeedButAVerdict() {
        const FitForecast fit = ask(kQwen7, FileType::Q4_K_M, card(12, 0));
        QCOMPARE(fit.verdict, FitVerdict::Fits);
        QCOMPARE(fit.speed.decodeTokensPerSecond, 0.0);
        QVERIFY(speedText(fit.speed).isEmpty());
    }
    void theWordsSayWhatIsLeftAndWhatIsMissing() {
        QCOMPARE(verdictText(ask(kQwen7, FileType::Q4_K_M, card(12, 384))), QStringLiteral("Fits"));
        QVERIFY(verdictDetail(ask(kQwen7, FileType::Q4_K_M, card(12, 384))).contains("to spare at 32K"));
        QVERIFY(verdictText(ask(kQwen32, FileType::Q4_K_M, card(12, 384))).contains("of 64 layers"));
        QVERIFY(verdictDetail(ask(kLlama8, FileType::Q4_K_M, card(8, 300))).startsWith("32K would need"));
    }
};

PONDER_TEST(FitForecastTest)
#include "fit_forecast_test.moc"
