// The question before a conversion or a merge: sizes, verdicts of this machine, what is suggested; and what
// is said of a folder that is only held over the window.
#include "app/fit/conversion_choices.h"

#include "app/fit/drop_hints.h"
#include "app/models/engine_services.h"
#include "engine/convert/conversion.h"
#include "tests/support/model_folders.h"
#include "tests/support/test_class.h"

#include <QSignalSpy>

using namespace ponder;

namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

QString folder(const char* name) { return QString::fromStdString(test::modelFolder(name).string()); }

// A processor alone, with as much memory as the test says.
FitServices processorWith(std::shared_ptr<std::uint64_t> bytes) {
    return {[bytes] {
                DeviceInfo processor;
                processor.id = "cpu";
                processor.name = "a processor";
                processor.kind = DeviceKind::Processor;
                processor.unified = true;
                processor.memoryBytes = processor.freeBytes = *bytes;
                return std::vector<DeviceInfo>{processor};
            },
            [] {
                return MemoryBandwidth{50e9, false};
            }};
}

} // namespace

class ConversionChoicesTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<LibraryModel> m_library;
    std::shared_ptr<std::uint64_t> m_memory;
    std::unique_ptr<FitListModel> m_fit;
    std::unique_ptr<ConversionChoices> m_choices;

    QString at(int row, int role) const { return m_choices->data(m_choices->index(row), role).toString(); }
    void ask(const QString& path) {
        m_choices->ask(path);
        QVERIFY(m_choices->busy());
        QTRY_VERIFY(!m_choices->busy());
    }
    QStringList names() const {
        QStringList out;
        for (int row = 0; row < m_choices->count(); ++row)
            out << at(row, ConversionChoices::NameRole);
        return out;
    }

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_store = std::make_unique<Store>(m_folder->path());
        m_library = std::make_unique<LibraryModel>(*m_store);
        m_memory = std::make_shared<std::uint64_t>(16384 * kMiB);
        m_fit = std::make_unique<FitListModel>(*m_library, *m_store, processorWith(m_memory));
        m_choices = std::make_unique<ConversionChoices>(
            *m_fit, *m_library, [this] { return m_folder->filePath(QStringLiteral("not/yet/there")); });
    }
    void cleanup() {
        m_choices.reset();
        m_fit.reset();
        m_library.reset();
        m_store.reset();
    }

    void everyTypeIsThereWithItsSizeQualityAndVerdict() {
        ask(folder("qwen2-bf16"));
        QCOMPARE(names(), (QStringList{"Q2_K", "Q3_K_M", "IQ4_XS", "IQ4_NL", "Q4_0", "Q4_K_M", "Q5_0",
                                       "Q5_K_M", "Q6_K", "Q8_0", "F16"}));
        QVERIFY(at(0, ConversionChoices::SizeTextRole).contains(QStringLiteral("kB")));
        QCOMPARE(at(5, ConversionChoices::QualityTextRole), QStringLiteral("94 % quality"));
        QCOMPARE(at(0, ConversionChoices::QualityTextRole),
                 QStringLiteral("smallest; answers get clearly worse"));
        QCOMPARE(at(7, ConversionChoices::QualityTextRole), QString()); // nobody has measured it
        QCOMPARE(at(9, ConversionChoices::QuantizationRole), QStringLiteral("Q8_0"));
        QCOMPARE(at(0, ConversionChoices::VerdictRole), QStringLiteral("fits"));
        QVERIFY(at(0, ConversionChoices::VerdictDetailRole).contains(QStringLiteral("to spare")));
        QCOMPARE(at(0, ConversionChoices::RoomTextRole), QString());
        QVERIFY(m_choices->spaceText().endsWith(QStringLiteral("are free in the models folder.")));
        QCOMPARE(m_choices->note(), QString());
    }
    void theFinestThatFitsIsSuggestedUpToEightBits() {
        ask(folder("qwen2-bf16"));
        QCOMPARE(at(m_choices->suggested(), ConversionChoices::NameRole), QStringLiteral("Q8_0"));
        *m_memory = 0;
        ask(folder("qwen2-bf16"));
        QCOMPARE(at(0, ConversionChoices::VerdictRole), QStringLiteral("does_not_fit"));
        QCOMPARE(m_choices->suggested(), 0); // the smallest
    }
    void theVerdictIsThatOfThisMachineWhateverIsAskedElsewhere() {
        *m_memory = 0;
        m_fit->setWhatIf(QStringLiteral("NVIDIA GeForce RTX 4090"));
        ask(folder("qwen2-bf16"));
        QCOMPARE(at(0, ConversionChoices::VerdictRole), QStringLiteral("does_not_fit"));
    }
    // The same forecast as for the file that the conversion then writes.
    void theForecastIsThatOfTheConvertedFile() {
        const auto summary = inspectFolder(test::modelFolder("llama-f16-sharded"));
        QVERIFY(summary && !summary->problem);
        const std::string target = m_folder->filePath(QStringLiteral("made.gguf")).toStdString();
        auto conversion = Conversion::prepare(test::modelFolder("llama-f16-sharded"), target, FileType::Q6_K);
        QVERIFY(conversion);
        ThreadPool pool(2);
        QVERIFY(conversion->run(pool, {}, [](const ConversionProgress&) {}));
        const auto made = FitModel::open(target);
        QVERIFY(made);
        const FitDevice device = m_fit->askMachine()();
        FitQuestion question;
        question.contextTokens = 512;
        const FitForecast wanted = forecastFit(*made, device, question);
        const std::vector<FitChoice> choices = folderChoices(*summary, device, question);
        QCOMPARE(choices[8].quantization, QStringLiteral("Q6_K"));
        QCOMPARE(choices[8].fit.memory.weights, wanted.memory.weights);
        QCOMPARE(choices[8].fit.memory.total(), wanted.memory.total());
        QCOMPARE(choices[8].bytes, made->fileBytes());
    }
    void anAwqFolderKeepsItsFourBitsInTheForecast() {
        ask(folder("qwen2-awq"));
        QVERIFY(m_choices->count() > 0);
        QVERIFY(m_choices->note().contains(QStringLiteral("AWQ")));
        QCOMPARE(at(0, ConversionChoices::QualityTextRole), QString());
        const auto summary = inspectFolder(test::modelFolder("qwen2-awq"));
        QVERIFY(summary);
        QCOMPARE(summary->format(FileType::F16, {"attn_q", 0, 2, 64, false, 64}), TensorType::Q4_1);
        QCOMPARE(summary->format(FileType::F16, {"token_embd", 0, 2, 64, false, 64}), TensorType::F16);
    }
    void aFolderThatCannotBeConvertedSaysWhy() {
        const test::FolderCopy copy("qwen2-bf16");
        std::filesystem::remove(copy.path() / "tokenizer.json");
        ask(QString::fromStdString(copy.path().string()));
        QCOMPARE(m_choices->count(), 0);
        QCOMPARE(m_choices->suggested(), -1);
        QVERIFY(m_choices->errorText().contains(QStringLiteral("tokenizer.json")));
        ask(folder("qwen2-bf16"));
        QCOMPARE(m_choices->errorText(), QString());
    }
    void anAnswerToAnEarlierQuestionDoesNotArrive() {
        m_choices->ask(folder("qwen2-bf16"));
        ask(m_folder->filePath(QStringLiteral("nothing")));
        QCOMPARE(m_choices->count(), 0);
        QTest::qWait(50);
        QCOMPARE(m_choices->count(), 0);
        QVERIFY(!m_choices->errorText().isEmpty());
    }
    void aMergeOffersTheModelsOwnFormatsFirst() {
        const auto path = test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf";
        const auto record = checkModelFile(QString::fromStdString(path.string()));
        QVERIFY(record);
        const QString id = m_library->put(*record);
        ModelSettings settings;
        const auto style = test::dataDir() / "lora/style.gguf";
        settings.adapters << ModelAdapter{QString::fromStdString(style.string()), 0.5};
        m_library->setSettings(id, settings);
        m_choices->askMerge(id);
        QTRY_VERIFY(!m_choices->busy());
        QCOMPARE(m_choices->errorText(), QString());
        QCOMPARE(names(), (QStringList{"As it is (Q8_0)", "Q2_K", "Q3_K_M", "IQ4_XS", "IQ4_NL", "Q4_0",
                                       "Q4_K_M", "Q5_0", "Q5_K_M", "Q6_K", "F16"}));
        QCOMPARE(m_choices->suggested(), 0);
        QCOMPARE(at(0, ConversionChoices::TargetNameRole), QStringLiteral("Q8_0"));
        QCOMPARE(at(0, ConversionChoices::QuantizationRole), QString());
        QCOMPARE(at(1, ConversionChoices::QuantizationRole), QStringLiteral("Q2_K"));
        QVERIFY(m_choices->note().contains(QStringLiteral("rounded anew")));
    }
    void aFolderOverTheWindowSaysWhatItWouldBecomeAndWhetherThatFits() {
        const auto summary = inspectFolder(test::modelFolder("qwen2-bf16"));
        QVERIFY(summary);
        RecognizedModel thing;
        thing.kind = RecognizedKind::SafetensorsFolder;
        thing.path = folder("qwen2-bf16");
        thing.convertible = true;
        thing.folder = std::make_shared<const FolderSummary>(*summary);
        DropHints hints(*m_fit);
        QVERIFY(hints.of(thing).isEmpty()); // the devices are looked at now
        QTRY_VERIFY(!m_fit->busy() && m_fit->machine().info.memoryBytes > 0);
        const QVariantMap said = hints.of(thing);
        QCOMPARE(said[QStringLiteral("verdict")].toString(), QStringLiteral("fits"));
        QVERIFY2(said[QStringLiteral("verdictDetail")].toString().startsWith(QStringLiteral("as Q8_0: ")),
                 qPrintable(said[QStringLiteral("verdictDetail")].toString()));
        QVERIFY(said[QStringLiteral("target")].toString().startsWith(QStringLiteral("Q8_0 ")));
    }
};

PONDER_TEST(ConversionChoicesTest)
#include "conversion_choices_test.moc"
