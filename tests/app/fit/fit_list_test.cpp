#include "app/fit/fit_list.h"

#include "tests/support/planned_memory.h"
#include "tests/support/test_class.h"
#include "tests/support/test_folders.h"

#include <QTest>

#include <map>

using namespace ponder;

namespace {

FitListQuestion onCard(const char* name) {
    FitListQuestion question;
    DeviceInfo processor;
    processor.kind = DeviceKind::Processor;
    processor.cores = 8;
    processor.memoryBytes = processor.freeBytes = std::uint64_t{32} << 30;
    question.device =
        FitDevice::of(*GpuCatalogue::builtIn().find(QString::fromLatin1(name)), processor, 50e9);
    return question;
}

std::vector<FitRow> listFor(const FitListQuestion& question) {
    FitModels models;
    return fitList(ModelCatalogue::builtIn(), question, models);
}

const FitRow& rowOf(const std::vector<FitRow>& rows, const QString& id) {
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](const FitRow& row) { return row.id == id; });
    if (found == rows.end()) qFatal("no row %s", qPrintable(id));
    return *found;
}

QString file(const char* name) { return test::sourcePath("tests/data/%1").arg(name); }

// A family that counts how often somebody asks what a layer is: whoever plans, asks of every layer.
struct WatchedFamily : Family {
    explicit WatchedFamily(const Family& family) : Family(family), original(&family) {
        layer = [](const ModelConfig& config, std::uint32_t index) {
            const auto* self = static_cast<const WatchedFamily*>(config.family);
            ++self->asked;
            return self->original->layer(config, index);
        };
    }
    const Family* original;
    mutable std::uint64_t asked = 0;
};

// Calls visit(model) for every quantization of every model of the catalogue.
template<class Visit>
void forEachChoice(const Visit& visit) {
    FitModels models;
    for (const CatalogueModel& model : ModelCatalogue::builtIn().models())
        for (const QString& quantization : model.quantizations)
            visit(*models.ofCatalogue(model, quantization));
}

bool within(std::uint64_t got, double wanted, double share) {
    return std::abs(double(got) / wanted - 1) <= share;
}

ModelRecord onDisk(const QString& name, const QString& quantization) {
    ModelRecord model;
    model.id = QStringLiteral("mine");
    model.path = file("tiny-reasoner/tiny-reasoner-q8_0.gguf");
    model.name = name;
    model.quantization = quantization;
    model.bytes = 1000;
    return model;
}

} // namespace

class FitListTest : public QObject {
    Q_OBJECT
private slots:
    void theWholeCatalogueIsAnswered() { QVERIFY(listFor(onCard("NVIDIA GeForce RTX 4070")).size() >= 11); }
    void everyQuantizationOfEveryModelHasAForecast() {
        for (const FitRow& row : listFor(onCard("NVIDIA GeForce RTX 4090"))) {
            QVERIFY2(!row.choices.empty(), qPrintable(row.name));
            for (const FitChoice& choice : row.choices) {
                QVERIFY2(choice.known, qPrintable(row.name + choice.quantization));
                QVERIFY(choice.bytes > 0);
            }
        }
    }
    void aLargerQuantizationNeverNeedsLess() {
        for (const FitRow& row : listFor(onCard("NVIDIA GeForce RTX 4090")))
            for (std::size_t i = 1; i < row.choices.size(); ++i)
                QVERIFY(row.choices[i].bytes > row.choices[i - 1].bytes);
    }
    void theLargestModelSaysWhatItNeeds() {
        FitListQuestion question = onCard("NVIDIA GeForce RTX 4090");
        question.device = FitDevice::of(question.device.processor, question.device.processor, {50e9, false});
        const auto rows = listFor(question);
        const FitChoice& full = rowOf(rows, QStringLiteral("deepseek-r1")).choices.front();
        QCOMPARE(full.fit.verdict, FitVerdict::DoesNotFit);
        QVERIFY(within(full.bytes, 404.5e9, 0.001));             // published: 404 GB
        QVERIFY(within(full.fit.memory.weights, 404.5e9, 0.03)); // as kernels read them
        QCOMPARE(full.fit.memory.context, std::uint64_t{61} * 576 * 2 * 32768);
    }
    void whatNoBufferOfACardHoldsStillSaysWhatItNeeds() {
        const auto rows = listFor(onCard("NVIDIA GeForce RTX 4090"));
        const FitForecast& fit = rowOf(rows, QStringLiteral("deepseek-r1")).choices.front().fit;
        QCOMPARE(fit.verdict, FitVerdict::DoesNotFit);
        QVERIFY(within(fit.memory.total(), 407e9, 0.05));
        QVERIFY(within(std::uint64_t(-fit.spareBytes), 407e9 - 24e9, 0.05));
    }
    void aModelThatNoCardHoldsIsHeldBySeveral() {
        FitModels models;
        const CatalogueModel* r1 = ModelCatalogue::builtIn().find(QStringLiteral("deepseek-r1"));
        const auto full = models.ofCatalogue(*r1, QStringLiteral("Q4_K_M"));
        const auto servers = gpusTogether(gpuList(GpuCatalogue::builtIn(), *full, 32768), *full);
        QVERIFY(!servers.empty());
        for (const GpuRow& row : servers)
            QVERIFY2(row.together * row.gpu->memoryGb > 390 && row.fit.speed.decodeTokensPerSecond > 1,
                     qPrintable(row.gpu->name));
        ModelConfig config = ModelCatalogue::builtIn().find(QStringLiteral("qwen3-235b-a22b"))->config;
        config.layers *= 3;
        const FitModel model(QStringLiteral("large"), config, FileType::Q4_K_M);
        const GpuCatalogue& catalogue = GpuCatalogue::builtIn();
        const auto alone = gpuList(catalogue, model, 8192);
        QVERIFY(needsSeveral(alone));
        const auto rows = gpusTogether(alone, model);
        QVERIFY(!rows.empty());
        for (const GpuRow& row : rows) {
            QVERIFY2(fitsWhole(row.fit.verdict), qPrintable(row.gpu->name));
            QVERIFY(row.gpu->unified ? row.together == 1 : row.together >= 2 && row.together <= 8);
            QVERIFY(row.fit.speed.decodeTokensPerSecond > 0);
        }
        const FitModel small(QStringLiteral("small"), config, FileType::Q2_K);
        QVERIFY(gpusTogether(gpuList(catalogue, small, 8192), small).size() >= rows.size());
    }
    void theFinestQuantizationThatFitsIsSuggested() {
        const auto rows = listFor(onCard("NVIDIA GeForce RTX 3060"));
        const FitRow& small = rowOf(rows, QStringLiteral("deepseek-r1-distill-qwen-1.5b"));
        QCOMPARE(small.choices[small.suggested].quantization, QStringLiteral("Q8_0"));
        const FitRow& large = rowOf(rows, QStringLiteral("deepseek-r1-distill-qwen-32b"));
        QCOMPARE(large.choices[large.suggested].quantization, QStringLiteral("Q4_K_M"));
    }
    void whereReplyingIsSlowTheFastestQuantizationIsSuggested() {
        FitListQuestion question = onCard("NVIDIA GeForce RTX 3060");
        question.device = FitDevice::of(question.device.processor, question.device.processor, {20e9, false});
        const auto rows = listFor(question);
        const FitRow& row = rowOf(rows, QStringLiteral("deepseek-r1-distill-qwen-7b"));
        QCOMPARE(row.choices.back().fit.verdict, FitVerdict::Fits);
        QCOMPARE(row.choices[row.suggested].quantization, QStringLiteral("Q4_K_M"));
    }
    void aFileOfTheLibraryStandsInTheRowOfItsName() {
        FitListQuestion question = onCard("NVIDIA GeForce RTX 3060");
        question.library = {onDisk(QStringLiteral("DeepSeek R1 Distill Qwen 7B"), QStringLiteral("Q5_K_M"))};
        const auto rows = listFor(question);
        const FitRow& row = rowOf(rows, QStringLiteral("deepseek-r1-distill-qwen-7b"));
        QCOMPARE(row.choices[row.suggested].quantization, QStringLiteral("Q5_K_M"));
        QCOMPARE(row.choices[row.suggested].path, question.library.front().path);
        QCOMPARE(rows.size(), ModelCatalogue::builtIn().models().size());
    }
    void anUnknownFileHasARowOfItsOwnWithItsRealSize() {
        FitListQuestion question = onCard("NVIDIA GeForce RTX 3060");
        question.library = {onDisk(QStringLiteral("My own model"), QStringLiteral("Q8_0"))};
        const auto rows = listFor(question);
        const FitRow& row = rowOf(rows, QStringLiteral("mine"));
        QVERIFY(row.choices.front().known);
        QCOMPARE(row.choices.front().fit.verdict, FitVerdict::Fits);
    }
    void aFileThatIsGoneHasNoForecast() {
        FitListQuestion question = onCard("NVIDIA GeForce RTX 3060");
        ModelRecord gone = onDisk(QStringLiteral("My own model"), QStringLiteral("Q8_0"));
        gone.path = file("gone.gguf");
        question.library = {gone};
        const auto rows = listFor(question);
        QVERIFY(!rowOf(rows, QStringLiteral("mine")).choices.front().known);
    }
    // A list took 90 ms: it made a plan for every number of layers and every context that it tried.
    void everyLayerIsLookedAtAFewTimesForEachQuantizationAndNotForEachPartThatIsTried() {
        FitDevice device = onCard("NVIDIA GeForce RTX 4070").device;
        std::map<const Family*, std::unique_ptr<WatchedFamily>> watched;
        std::uint64_t layers = 0;
        forEachChoice([&](const FitModel& model) {
            ModelConfig config = model.config();
            std::unique_ptr<WatchedFamily>& family = watched[config.family];
            if (!family) family = std::make_unique<WatchedFamily>(*config.family);
            config.family = family.get();
            const auto type = fileType(model.quantization().toStdString());
            forecastFit(FitModel(model.name(), config, type.value_or(FileType::Q4_K_M)), device, {});
            layers += config.layers;
        });
        std::uint64_t asked = 0;
        for (const auto& [original, family] : watched)
            asked += family->asked;
        const double times = double(asked) / double(layers);
        QVERIFY2(times < 70, qPrintable(QString::number(times)));
    }
    void anyPartOfAModelOfTheCatalogueTakesWhatAPlanOfItTakes() {
        const auto check = [](const DeviceInfo& device, PlanRequest request, const PlanPart& part) {
            const auto dry = DryRun::of(device, request);
            QVERIFY(dry);
            const std::string got = test::memoryText(dry->memory(request.contextTokens, part));
            const std::string wanted = test::memoryText(test::plannedMemory(device, request, part));
            QVERIFY2(got == wanted, (got + " for " + wanted).c_str());
        };
        forEachChoice([&](const FitModel& model) {
            if (QTest::currentTestFailed()) return;
            const std::uint32_t all = model.config().layers, most = all - 1, third = all / 3;
            const PlanRequest request{model.config(), model.weights(), model.fileBytes(), 32768};
            const DeviceInfo card = test::deviceOf(DeviceKind::Discrete);
            for (const PlanPart& part :
                 {PlanPart{{}}, {{third, all}}, {{most, all}}, {{}, {0, third}}, {{}, {0, all}}})
                check(card, request, part);
            check(test::deviceOf(DeviceKind::Processor), request, {{}});
            check(test::deviceOf(DeviceKind::Processor), request, {{0, third}});
            check(test::deviceOf(DeviceKind::Software), request, {{}});
        });
    }
    void theBetterQuantizationIsTheFinestOfAllThatFit() {
        const FitDevice device = onCard("NVIDIA GeForce RTX 3060").device;
        FitQuestion alone;
        alone.findsBetter = false;
        int better = 0;
        forEachChoice([&](const FitModel& model) {
            const FitForecast fit = forecastFit(model, device, {});
            if (fit.verdict != FitVerdict::DoesNotFit) return;
            std::optional<FileType> finest;
            for (const FileType type : kRecommendedTypes) {
                const FitModel other(model.name(), model.config(), type);
                const bool fits = forecastFit(other, device, alone).verdict != FitVerdict::DoesNotFit;
                if (fits && other.fileBytes() < model.fileBytes()) finest = type;
            }
            QCOMPARE(fit.better, finest);
            better += finest ? 1 : 0;
        });
        QVERIFY(better > 0);
    }
    // As the loader has it: the longest context that fits, of those that are halves of the one wanted.
    void aModelInPartsHasTheLongestContextForWhichThereIsRoom() {
        const FitDevice device = onCard("NVIDIA GeForce RTX 3060").device;
        int shorter = 0;
        forEachChoice([&](const FitModel& model) {
            const FitForecast fit = forecastFit(model, device, {});
            const bool parts = fit.verdict == FitVerdict::Experts || fit.verdict == FitVerdict::Split;
            if (!parts || fit.usedContext == fit.contextTokens) return;
            FitQuestion question;
            question.findsBetter = false;
            question.contextTokens = fit.usedContext;
            QCOMPARE(forecastFit(model, device, question).usedContext, fit.usedContext);
            question.contextTokens = 2 * fit.usedContext;
            QVERIFY(forecastFit(model, device, question).usedContext < 2 * fit.usedContext);
            ++shorter;
        });
        QVERIFY(shorter > 0);
    }
    void theGpusForAModelComeByTheirMemoryAndTheSmallOnesDoNotFit() {
        FitModels models;
        const CatalogueModel* entry =
            ModelCatalogue::builtIn().find(QStringLiteral("deepseek-r1-distill-qwen-32b"));
        QVERIFY(entry);
        const auto model = models.ofCatalogue(*entry, QStringLiteral("Q4_K_M"));
        QVERIFY(model);
        const auto rows = gpuList(GpuCatalogue::builtIn(), *model, 8192);
        QCOMPARE(rows.size(), GpuCatalogue::builtIn().gpus().size());
        for (std::size_t i = 1; i < rows.size(); ++i)
            QVERIFY(rows[i - 1].gpu->memoryGb <= rows[i].gpu->memoryGb);
        QCOMPARE(rows.front().fit.verdict, FitVerdict::DoesNotFit);
        QVERIFY(rows.back().fit.verdict == FitVerdict::Fits);
    }
};

PONDER_TEST(FitListTest)
#include "fit_list_test.moc"
