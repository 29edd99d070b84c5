// The search for the quickest kernels: right ones only, in bounded time, kept for one device and its driver.
#include "engine/backend/vulkan/tuning/tuning_bench.h"
#include "engine/backend/vulkan/tuning/tuning_file.h"
#include "engine/backend/vulkan/tuning/tuning_search.h"
#include "tests/engine/backend/vulkan_loaded_model.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>

#include <fstream>

using namespace ponder;

class VulkanTuningTest : public QObject {
    Q_OBJECT
    std::unique_ptr<VulkanContext> m_context;

    static MatrixTuning sample() {
        return {{MatrixVariant::Tile, 8, 8},
                {MatrixVariant::Row, 32, 8},
                {MatrixVariant::Shared, 128, 16},
                false};
    }

private slots:
    void initTestCase() {
        if (!test::hasVulkan()) QSKIP("no usable Vulkan device on this machine");
        m_context = std::move(*openVulkanContext("vulkan:0", {}));
    }

    void aTuningComesBackFromItsFile() {
        const QTemporaryDir folder;
        const auto file = tuningFile(folder.path().toStdU16String(), m_context->physical());
        QVERIFY(!readTuning(file, m_context->physical()));
        writeTuning(file, sample());
        const auto read = readTuning(file, m_context->physical());
        QVERIFY(read.has_value());
        QCOMPARE(read->single.name(), sample().single.name());
        QCOMPARE(read->few.name(), sample().few.name());
        QCOMPARE(read->many.name(), sample().many.name());
        QCOMPARE(read->integer, false);
    }
    void anotherDeviceOrDriverHasAnotherFile() {
        VulkanPhysical physical = m_context->physical();
        const auto file = tuningFile("folder", physical);
        ++physical.driverVersion;
        QVERIFY(tuningFile("folder", physical) != file);
        physical = m_context->physical();
        physical.uuid[3] ^= 1;
        QVERIFY(tuningFile("folder", physical) != file);
    }
    void brokenFilesAreIgnored_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("another version") << QByteArray("ponder-tuning 9\n2 8 8\n2 8 8\n2 8 8\n0\n");
        QTest::newRow("cut off") << QByteArray("ponder-tuning 1\n2 8 8\n2 8");
        QTest::newRow("an unknown variant") << QByteArray("ponder-tuning 1\n7 8 8\n2 8 8\n2 8 8\n0\n");
        QTest::newRow("a workgroup that no device has")
            << QByteArray("ponder-tuning 1\n2 4000000 4000000\n2 8 8\n2 8 8\n0\n");
        QTest::newRow("a tile that leaves rows out")
            << QByteArray("ponder-tuning 1\n2 8 32\n2 8 8\n2 8 8\n0\n");
        QTest::newRow("words") << QByteArray("ponder-tuning 1\nfast fast fast\n");
    }
    void brokenFilesAreIgnored() {
        QFETCH(QByteArray, content);
        const QTemporaryDir folder;
        const auto file = tuningFile(folder.path().toStdU16String(), m_context->physical());
        std::ofstream(file) << content.constData();
        QVERIFY(!readTuning(file, m_context->physical()));
    }

    void aShapeThatComputesNonsenseHasNoTime() {
        auto bench = TuningBench::create(*m_context);
        QVERIFY(bench);
        const auto right = (*bench)->seconds({MatrixVariant::Tile, 32, 32}, 1);
        QVERIFY(right && *right > 0);
        // Three quarters of the rows are left out.
        const auto wrong = (*bench)->seconds({MatrixVariant::Tile, 8, 32}, 1);
        QVERIFY(wrong && *wrong == 0);
    }

    void theSearchFindsShapesThatRunAndCountsItsTimeDown() {
        const MatrixTuning standard = KernelTuning::forDevice(*m_context, Precision::Fast);
        double first = 0, last = 0;
        const auto progress = [&](double left) {
            if (first == 0) first = left;
            last = left;
        };
        const auto found = searchTuning(*m_context, standard, progress, {});
        QVERIFY(found);
        qInfo("%s, %s, %s, %s", found->single.name().c_str(), found->few.name().c_str(),
              found->many.name().c_str(), found->integer ? "integer" : "float");
        for (const MatrixShape& shape : {found->single, found->few, found->many})
            QVERIFY(shape.runsOn(m_context->physical()));
        QVERIFY(first > last && last >= 0);
    }

    void theSearchStopsWhenAsked() {
        std::stop_source stop;
        stop.request_stop();
        const auto found = searchTuning(*m_context, KernelTuning::forDevice(*m_context, Precision::Fast), {},
                                        stop.get_token());
        QVERIFY(!found && found.error().code == ErrorCode::Cancelled);
    }

    void aKeptTuningIsUsedAndGivesTheSameLogits() {
        const QTemporaryDir folder;
        const std::filesystem::path cache = folder.path().toStdU16String();
        writeTuning(tuningFile(cache, m_context->physical()), {{MatrixVariant::Tile, 64, 64},
                                                               {MatrixVariant::Tile, 32, 32},
                                                               {MatrixVariant::Tile, 8, 8},
                                                               false});
        std::vector<float> logits[2];
        for (const bool tuned : {false, true}) {
            test::LoadedModel model;
            if (tuned) model.cacheFolder = cache;
            QCOMPARE(model.openAndLoad(test::dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf"),
                     std::string());
            QCOMPARE(model.vulkan().tuning().single.name() == "tile 64/64", tuned);
            const std::vector<TokenId> tokens{1, 5, 9, 13, 17, 21, 25, 29, 33, 37};
            QVERIFY(model.executor->run({tokens, 0, 0}, *model.cache, {}, logits[tuned]));
        }
        QVERIFY(test::nmse(logits[1], logits[0]) < 1e-10);
    }
};

PONDER_TEST(VulkanTuningTest)
#include "vulkan_tuning_test.moc"
