// Mixtures and latent attention in the fit hint: what a token reads, what a cache keeps, and experts in the
// computer's memory beside a card.
#include "app/fit/expert_forecast.h"

#include "app/models/model_catalogue.h"
#include "tests/support/shapes.h"
#include "tests/support/test_class.h"

#include <QTest>

using namespace ponder;

namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

const ModelConfig& shapeOf(const char* id) {
    const CatalogueModel* found = ModelCatalogue::builtIn().find(QString::fromUtf8(id));
    if (!found) qFatal("no model %s", id);
    return found->config;
}

FitModel model(const ModelConfig& shape, FileType type = FileType::Q4_K_M) {
    return {QStringLiteral("a model"), shape, type};
}

FitDevice card(double gibibytes, double bandwidth = 500e9) {
    FitDevice device;
    device.info.name = "a card";
    device.info.vendor = "NVIDIA";
    device.info.kind = DeviceKind::Discrete;
    device.info.memoryBytes = device.info.freeBytes = std::uint64_t(gibibytes * double(kGiB));
    device.info.freeIsLive = true;
    device.info.largestAllocation = 2 * kGiB;
    device.bandwidth = bandwidth;
    device.processor.name = "a processor";
    device.processor.kind = DeviceKind::Processor;
    device.processor.cores = 8;
    device.processor.instructionSet = "AVX2";
    device.processor.memoryBytes = device.processor.freeBytes = 64 * kGiB;
    device.processorBandwidth = 50e9;
    return device;
}

FitQuestion at(std::uint32_t context) {
    FitQuestion question;
    question.contextTokens = context;
    return question;
}

} // namespace

class ExpertForecastTest : public QObject {
    Q_OBJECT
private slots:
    void filesOfTheFamiliesHaveTheirPublishedSize_data() {
        QTest::addColumn<double>("bytes"); // of the Q4_K_M file
        QTest::newRow("qwen3-30b-a3b") << 18'556'685'824.0;
        QTest::newRow("smollm3-3b") << 1'915'305'312.0;
        QTest::newRow("seed-oss-36b-instruct") << 21'762'149'024.0;
        QTest::newRow("ministral-3-14b-reasoning-2512") << 8'239'591'488.0;
        QTest::newRow("deepseek-r1") << 404.4e9;
    }
    void filesOfTheFamiliesHaveTheirPublishedSize() {
        QFETCH(const double, bytes);
        const double got = double(model(shapeOf(QTest::currentDataTag())).fileBytes());
        QVERIFY2(std::abs(got / bytes - 1) < 0.005, qPrintable(QString::number(got)));
    }
    void aTokenReadsTheActiveParameters_data() {
        QTest::addColumn<double>("billions"); // as the cards say, the embedding's row aside
        QTest::newRow("qwen3-30b-a3b") << 3.3;
        QTest::newRow("qwen3-235b-a22b") << 22.0;
        QTest::newRow("deepseek-r1") << 37.0;
    }
    void aTokenReadsTheActiveParameters() {
        QFETCH(const double, billions);
        const ModelConfig& config = shapeOf(QTest::currentDataTag());
        const double table = double(config.vocabulary) * config.width;
        const double read = double(model(config, FileType::F16).bytesPerToken()) / 2 + table;
        QVERIFY2(std::abs(read / 1e9 / billions - 1) < 0.03, qPrintable(QString::number(read)));
    }
    void theMoreRowsOfAPromptTheMoreExpertsAreRead() {
        const FitModel mixture = model(shapeOf("qwen3-30b-a3b"));
        QCOMPARE(mixture.bytesRead(1), mixture.bytesPerToken());
        QVERIFY(mixture.bytesRead(8) > mixture.bytesRead(1));
        QVERIFY(mixture.bytesRead(512) > mixture.fileBytes() * 9 / 10);
        QVERIFY(mixture.bytesRead(512) < mixture.fileBytes());
        const FitModel dense = model(shapeOf("qwen3-8b"));
        QCOMPARE(dense.bytesRead(512), dense.bytesPerToken());
    }
    void aMixtureWritesAsFastAsItsActiveParametersAndReadsSlowerThanThose() {
        const auto speed = [](const char* id, double bandwidth) {
            return forecastFit(model(shapeOf(id)), card(48, bandwidth), at(4096)).speed;
        };
        const auto mixture = speed("qwen3-30b-a3b", 500e9), dense = speed("qwen3-32b", 500e9);
        const auto small = speed("qwen3-4b", 500e9);
        QVERIFY(mixture.decodeTokensPerSecond > 4 * dense.decodeTokensPerSecond);
        QVERIFY(mixture.decodeTokensPerSecond > 0.5 * small.decodeTokensPerSecond);
        QVERIFY(mixture.prefillTokensPerSecond > dense.prefillTokensPerSecond);
        // Few products for many weights: a processor whose memory is slow waits for these.
        FitDevice slow = card(48);
        slow.processor.instructionSet = "AVX-512 VNNI";
        slow = FitDevice::of(slow.processor, slow.processor, {10e9, false});
        QVERIFY(forecastFit(model(shapeOf("qwen3-30b-a3b")), slow, at(4096)).speed.prefillTokensPerSecond <
                0.8 * forecastFit(model(shapeOf("qwen3-4b")), slow, at(4096)).speed.prefillTokensPerSecond);
    }
    void latentAttentionKeeps576ValuesOfATokenInALayer() {
        const DeviceInfo processor = card(24).processor;
        const FitDevice device = FitDevice::of(processor, processor, {50e9, false});
        for (const char* id : {"deepseek-r1", "glm-4.7-flash"}) {
            const ModelConfig& config = shapeOf(id);
            const FitForecast fit = forecastFit(model(config), device, at(16384));
            QCOMPARE(fit.memory.context, std::uint64_t{config.layers} * 576 * 2 * 16384);
        }
    }
    void expertsInMemoryLeaveTheCardAllElse() {
        const ModelConfig& config = shapeOf("qwen3-30b-a3b");
        const FitModel mixture = model(config);
        const FitDevice device = card(8);
        const auto none = forecastExperts(mixture, device, at(8192), 0);
        const auto half = forecastExperts(mixture, device, at(8192), 24);
        const auto all = forecastExperts(mixture, device, at(8192), 48);
        QVERIFY(none && half && all);
        const FitForecast whole = forecastFit(mixture, device, at(8192));
        QCOMPARE(none->card.total(), whole.memory.total());
        QCOMPARE(none->processorBytes, std::uint64_t{0});
        // What leaves the card is in memory, within what layouts round up and the processor works with.
        const double experts = double(mixture.experts(1e9, {}).bytes);
        const double left = double(none->card.weights - all->card.weights);
        QVERIFY(left >= experts && left < 1.05 * experts);
        QVERIFY(double(all->processorBytes) >= experts && double(all->processorBytes) < 1.05 * experts);
        QVERIFY(half->card.weights < none->card.weights && half->card.weights > all->card.weights);
        QCOMPARE(all->card.context, none->card.context);
        QVERIFY(all->card.total() < 3 * kGiB);
    }
    void bothSidesTakeTimeForEveryToken() {
        const FitModel mixture = model(shapeOf("qwen3-30b-a3b"));
        const auto speed = [&](const FitDevice& device, std::uint32_t layers) {
            return forecastExperts(mixture, device, at(8192), layers)->speed;
        };
        double before = speed(card(8), 0).decodeTokensPerSecond;
        for (const std::uint32_t layers : {12U, 24U, 48U}) {
            const double now = speed(card(8), layers).decodeTokensPerSecond;
            QVERIFY(now < before);
            before = now;
        }
        FitDevice faster = card(8);
        faster.processorBandwidth *= 2;
        QVERIFY(speed(faster, 48).decodeTokensPerSecond > 1.3 * before);
        QVERIFY(speed(card(8, 1000e9), 48).decodeTokensPerSecond > before);
        // Much quicker than all of it on the processor.
        const FitDevice alone = FitDevice::of(faster.processor, faster.processor, {50e9, false});
        QVERIFY(before > forecastFit(mixture, alone, at(8192)).speed.decodeTokensPerSecond);
        FitDevice unknown = card(8);
        unknown.processorBandwidth = 0;
        QCOMPARE(speed(unknown, 48).decodeTokensPerSecond, 0.0);
    }
    void denseLayersInFrontOfThoseThatLendExpertsSendNothingToTheProcessor() {
        const FitModel mixture = model(shapeOf("deepseek-r1")); // three of them
        const auto speed = [&](const LayerRange& lent) {
            SpeedQuestion question;
            question.lentExperts = lent;
            return forecastSpeed(mixture, card(24), question, {});
        };
        const SpeedForecast got = speed({0, 4}), wanted = speed({3, 4});
        QCOMPARE(got.decodeTokensPerSecond, wanted.decodeTokensPerSecond);
        QCOMPARE(got.prefillTokensPerSecond, wanted.prefillTokensPerSecond);
    }
    void asFewExpertsLeaveTheCardAsItsRoomNeeds() {
        const FitModel mixture = model(shapeOf("qwen3-30b-a3b"));
        std::uint32_t before = 49;
        for (const double gibibytes : {6.0, 8.0, 12.0, 16.0}) {
            const FitDevice device = card(gibibytes);
            const FitForecast found = forecastFit(mixture, device, at(8192));
            QCOMPARE(found.verdict, FitVerdict::Experts);
            QVERIFY(found.expertLayers < before && found.expertLayers > 0);
            before = found.expertLayers;
            const auto same = forecastExperts(mixture, device, at(8192), before);
            QCOMPARE(found.used.total(), same->card.total());
            QCOMPARE(found.processorBytes, same->processorBytes);
            const std::uint64_t room = device.info.freeBytes - marginBytes(device.info);
            QVERIFY(found.used.total() <= room);
            QVERIFY(forecastExperts(mixture, device, at(8192), before - 1)->card.total() > room);
        }
        QVERIFY(forecastFit(mixture, card(1), at(8192)).verdict != FitVerdict::Experts);
        FitDevice poor = card(8);
        poor.processor.freeBytes = 4 * kGiB;
        QVERIFY(forecastFit(mixture, poor, at(8192)).verdict != FitVerdict::Experts);
        const FitModel dense = model(shapeOf("qwen3-8b"));
        QCOMPARE(forecastFit(dense, card(4), at(8192)).verdict, FitVerdict::Split);
    }
};

PONDER_TEST(ExpertForecastTest)
#include "expert_forecast_test.moc"
