#include "app/fit/fit_list_model.h"
#include "tests/support/test_class.h"
#include "tests/support/test_folders.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QVariantMap>

using namespace ponder;

namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

FitServices oneCard() {
    return {[] {
                DeviceInfo card;
                card.id = "vulkan:0";
                card.name = "AMD Radeon RX 6700 XT (RADV NAVI22)";
                card.vendor = "AMD";
                card.kind = DeviceKind::Discrete;
                card.memoryBytes = card.freeBytes = 12 * kGiB;
                card.freeIsLive = true;
                card.largestAllocation = 2 * kGiB;
                DeviceInfo processor;
                processor.id = "cpu";
                processor.name = "a processor";
                processor.kind = DeviceKind::Processor;
                processor.cores = 8;
                processor.memoryBytes = processor.freeBytes = 32 * kGiB;
                return std::vector<DeviceInfo>{card, processor};
            },
            [] {
                return MemoryBandwidth{50e9, false};
            }};
}

} // namespace

class FitListModelTest : public QObject {
    Q_OBJECT
private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_store = std::make_unique<Store>(m_folder->path());
        m_library = std::make_unique<LibraryModel>(*m_store);
        m_list = std::make_unique<FitListModel>(*m_library, *m_store, oneCard());
    }
    void cleanup() {
        m_list.reset();
        m_library.reset();
        m_store.reset();
    }

    void theCatalogueIsShownForTheDeviceOfThisMachine() {
        refresh();
        QCOMPARE(m_list->deviceName(), QStringLiteral("AMD Radeon RX 6700 XT (RADV NAVI22)"));
        QVERIFY2(m_list->deviceDetail().contains("384 GB/s"), qPrintable(m_list->deviceDetail()));
        const int row = rowOf("DeepSeek-R1-Distill-Qwen-7B");
        QCOMPARE(value(row, FitListModel::VerdictRole).toString(), QStringLiteral("fits"));
        QVERIFY(value(row, FitListModel::VerdictDetailRole).toString().contains("to spare at 32K"));
        QVERIFY(value(row, FitListModel::SpeedTextRole).toString().startsWith(u"≈"));
        QCOMPARE(value(row, FitListModel::SourceTextRole).toString(), QStringLiteral("estimated, ±40 %"));
        QVERIFY(value(row, FitListModel::PromptTextRole).toString().startsWith("reads 1,000 tokens in"));
        QCOMPARE(value(row, FitListModel::ActionRole).toString(), QStringLiteral("download"));
        QVERIFY(value(row, FitListModel::WeightsShareRole).toDouble() > 0.3);
    }
    void thePageSaysWhenTheComputerWasBusyWhenItWasMeasured() {
        FitServices services = oneCard();
        services.processorBandwidth = [] { return MemoryBandwidth{6.7e9, true}; };
        m_list = std::make_unique<FitListModel>(*m_library, *m_store, services);
        refresh();
        QVERIFY(!m_list->deviceDetail().contains("busy")); // the card's is from the catalogue
        m_list->setDevice(QStringLiteral("cpu"));
        wait();
        QVERIFY2(m_list->deviceDetail().endsWith(", 6.7 GB/s, measured while the computer was busy"),
                 qPrintable(m_list->deviceDetail()));
    }
    void choosingAQuantizationChangesTheRow() {
        refresh();
        const int row = rowOf("DeepSeek-R1-Distill-Qwen-14B");
        m_list->chooseQuantization(row, QStringLiteral("F16"));
        QCOMPARE(value(row, FitListModel::QuantizationRole).toString(), QStringLiteral("F16"));
        QCOMPARE(value(row, FitListModel::VerdictRole).toString(), QStringLiteral("some_layers"));
        QCOMPARE(value(row, FitListModel::ChoicesRole).toList().size(), 5);
    }
    void anotherGpuAnswersInPlaceOfTheOwnOne() {
        refresh();
        m_list->setWhatIf(QStringLiteral("NVIDIA GeForce RTX 4090"));
        wait();
        QCOMPARE(m_list->deviceName(), QStringLiteral("NVIDIA GeForce RTX 4090"));
        QCOMPARE(value(rowOf("DeepSeek-R1-Distill-Qwen-14B"), FitListModel::VerdictRole).toString(),
                 QStringLiteral("fits"));
        m_list->setWhatIf({});
        wait();
        QVERIFY(m_list->deviceName().startsWith("AMD"));
    }
    void aShorterContextLeavesMoreToSpare() {
        refresh();
        const double before =
            value(rowOf("DeepSeek-R1-Distill-Llama-8B"), FitListModel::ContextShareRole).toDouble();
        m_list->setContextTokens(8192);
        wait();
        QVERIFY(value(rowOf("DeepSeek-R1-Distill-Llama-8B"), FitListModel::ContextShareRole).toDouble() <
                before / 2);
    }
    void filtersLetThroughWhatTheySay() {
        refresh();
        const int all = m_list->count();
        m_list->setFilter(QStringLiteral("ko"));
        QVERIFY(m_list->count() > 0 && m_list->count() < all);
        m_list->setFilter(QStringLiteral("fits"));
        for (int row = 0; row < m_list->count(); ++row)
            QVERIFY(value(row, FitListModel::VerdictRole).toString() != u"does_not_fit");
        m_list->setFilter(QStringLiteral("here"));
        QCOMPARE(m_list->count(), 0);
    }
    void newForecastsAndFiltersLeaveTheRowsInPlace() {
        const QAbstractItemModelTester tester(m_list.get(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        refresh();
        QSignalSpy reset(m_list.get(), &FitListModel::modelReset);
        QSignalSpy removed(m_list.get(), &FitListModel::rowsRemoved);
        QSignalSpy changed(m_list.get(), &FitListModel::dataChanged);
        const QPersistentModelIndex korean = m_list->index(rowOf("DeepSeek-llama3.1-Bllossom-8B"));
        m_list->setContextTokens(4096);
        wait();
        QCOMPARE(removed.size(), 0);
        QVERIFY(changed.size() > 0);
        QSignalSpy forecasts(m_list.get(), &FitListModel::forecastsChanged);
        const int all = m_list->count();
        m_list->setFilter(QStringLiteral("ko"));
        QVERIFY(korean.isValid() && m_list->count() < all);
        QCOMPARE(korean.data(FitListModel::ModelIdRole).toString(),
                 QStringLiteral("deepseek-llama3.1-bllossom-8b"));
        m_list->setFilter(QStringLiteral("all"));
        QCOMPARE(m_list->count(), all);
        QCOMPARE(korean.row(), rowOf("DeepSeek-llama3.1-Bllossom-8B"));
        QCOMPARE(forecasts.size(), 0); // a filter asks for no new ones
        QCOMPARE(reset.size(), 0);
    }
    void aModelThatCameMovesToTheTopAndKeepsItsRow() {
        const QAbstractItemModelTester tester(m_list.get(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        refresh();
        const QPersistentModelIndex row = m_list->index(rowOf("DeepSeek-R1-Distill-Llama-8B"));
        QVERIFY(row.row() > 0);
        // By where it lies: its own name says nothing.
        ModelRecord file;
        const QString place = m_folder->filePath(QStringLiteral("unsloth/DeepSeek-R1-Distill-Llama-8B-GGUF"));
        file.path = place + QStringLiteral("/DeepSeek-R1-Distill-Llama-8B-Q4_K_M.gguf");
        QVERIFY(QDir().mkpath(place) && QFile(file.path).open(QIODevice::WriteOnly));
        file.name = QStringLiteral("checkpoint 12");
        file.quantization = QStringLiteral("Q4_K_M");
        m_library->put(file);
        wait();
        QCOMPARE(row.row(), 0);
        QCOMPARE(row.data(FitListModel::ActionRole).toString(), QStringLiteral("chat"));
    }
    void aModelWhoseFileHasGoneIsToBeLocated() {
        ModelRecord gone;
        gone.path = QStringLiteral("/nowhere/gone.gguf");
        gone.name = QStringLiteral("gone");
        m_library->put(gone);
        refresh();
        const int row = rowOf("gone");
        QCOMPARE(value(row, FitListModel::ActionRole).toString(), QStringLiteral("locate"));
        QCOMPARE(value(row, FitListModel::HereRole).toBool(), false);
        QVERIFY(value(row, FitListModel::WhereRole).toString().contains("not there any more"));
    }
    void whatDoesNotFitWarnsByHowMuch() {
        refresh();
        const int row = rowOf("DeepSeek-R1-Distill-Llama-70B");
        m_list->chooseQuantization(row, QStringLiteral("F16"));
        QCOMPARE(value(row, FitListModel::VerdictRole).toString(), QStringLiteral("does_not_fit"));
        const QString warning = value(row, FitListModel::WarningRole).toString();
        QVERIFY2(warning.contains("RX 6700 XT") && warning.contains("more than there is"),
                 qPrintable(warning));
        QCOMPARE(value(rowOf("DeepSeek-R1-Distill-Qwen-7B"), FitListModel::WarningRole).toString(),
                 QString());
    }
    void theMemoryIsTheGraphicsCardsOrTheComputers() {
        refresh();
        QVERIFY(m_list->graphicsMemory());
        m_list->setDevice(QStringLiteral("cpu"));
        wait();
        QVERIFY(!m_list->graphicsMemory());
    }
    void whatCannotBeBroughtHereAsksForTheMachinesThatHoldIt() {
        refresh();
        const int row = rowOf("DeepSeek-R1");
        QCOMPARE(value(row, FitListModel::ActionRole).toString(), QStringLiteral("machines"));
        QCOMPARE(value(rowOf("DeepSeek-R1-0528"), FitListModel::ActionRole).toString(),
                 QStringLiteral("download"));
        GpuListModel* gpus = m_list->gpus();
        gpus->setModelId(QStringLiteral("deepseek-r1"));
        gpus->setContextTokens(32768);
        QVERIFY(gpus->together());
        QVERIFY(gpus->count() > 1);
        QVERIFY(gpus->machines().size() >= 2);
        const int all = gpus->count();
        gpus->setQuantization(QStringLiteral("Q8_0")); // 713 GB: fewer of them are enough
        QVERIFY(gpus->count() > 0 && gpus->count() < all);
        gpus->setModelId(QStringLiteral("deepseek-r1-distill-qwen-7b"));
        QVERIFY(!gpus->together() && gpus->machines().isEmpty());
    }
    void aMeasuredReplyTurnsEstimatedIntoMeasuredHere() {
        ModelRecord mine;
        mine.path = test::sourcePath("tests/data/tiny-reasoner/tiny-reasoner-q8_0.gguf");
        mine.name = QStringLiteral("mine");
        mine.quantization = QStringLiteral("Q8_0");
        m_library->put(mine);
        MeasuredSpeed seen{QStringLiteral("AMD Radeon RX 6700 XT (RADV NAVI22)"),
                           mine.path,
                           2'700'000,
                           0,
                           3'000'000,
                           500,
                           0,
                           1,
                           true};
        m_store->addSpeed(seen);
        m_store->saveReceipt({seen.device, mine.path, 100, 1'406'602'000, 1'385'127'000, 1});
        refresh();
        const int row = rowOf("mine");
        QCOMPARE(value(row, FitListModel::SourceTextRole).toString(), QStringLiteral("measured here, ±15 %"));
        QCOMPARE(value(row, FitListModel::ReceiptTextRole).toString(),
                 QStringLiteral("Predicted 1.31 GB, used 1.29 GB"));
        QCOMPARE(value(row, FitListModel::ActionRole).toString(), QStringLiteral("chat"));
        const QVariantMap hints = m_list->hintsFor(m_library->models().front());
        QCOMPARE(hints[QStringLiteral("verdict")].toString(), QStringLiteral("fits"));
    }
    void theGpusThatRunAModelAreListedByMemoryAndVendor() {
        refresh();
        GpuListModel* gpus = m_list->gpus();
        gpus->setModelId(QStringLiteral("deepseek-r1-distill-qwen-32b"));
        QVERIFY(gpus->count() > 5);
        const int all = gpus->count();
        gpus->setVendor(QStringLiteral("AMD"));
        QVERIFY(gpus->count() > 0 && gpus->count() < all);
        for (int row = 0; row < gpus->count(); ++row)
            QCOMPARE(gpus->index(row).data(GpuListModel::VendorRole).toString(), QStringLiteral("AMD"));
    }
    void aFileThatTheCatalogueDoesNotKnowHasItsGpusToo() {
        ModelRecord mine;
        mine.path = test::sourcePath("tests/data/tiny-reasoner/tiny-reasoner-q8_0.gguf");
        mine.name = QStringLiteral("mine");
        mine.quantization = QStringLiteral("Q8_0");
        m_library->put(mine);
        refresh();
        GpuListModel* gpus = m_list->gpus();
        gpus->setModelId(value(rowOf("mine"), FitListModel::ModelIdRole).toString());
        gpus->setQuantization(QStringLiteral("Q8_0"));
        gpus->setVendor({});
        QVERIFY(gpus->count() > 100); // it is small
        gpus->setQuantization(QStringLiteral("F16"));
        QCOMPARE(gpus->count(), 0); // there is no such file
    }

private:
    void wait() { QTRY_VERIFY_WITH_TIMEOUT(!m_list->busy(), 20000); }
    void refresh() {
        m_list->refresh();
        wait();
    }
    QVariant value(int row, int role) const { return m_list->index(row).data(role); }
    int rowOf(const char* name) const {
        for (int row = 0; row < m_list->count(); ++row)
            if (value(row, FitListModel::NameRole).toString() == QLatin1String(name)) return row;
        qFatal("no row %s", name);
        return -1;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Store> m_store;
    std::unique_ptr<LibraryModel> m_library;
    std::unique_ptr<FitListModel> m_list;
};

PONDER_TEST(FitListModelTest)
#include "fit_list_model_test.moc"
