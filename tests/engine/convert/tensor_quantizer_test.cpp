// Streaming a tensor into a file: the same blocks with any number of threads, and every way it can end early.
#include "engine/convert/tensor_quantizer.h"
#include "engine/file/disk_space.h"
#include "engine/file/model_file.h"
#include "engine/quant/encode.h"
#include "tests/support/test_class.h"

#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <cmath>
#include <limits>

using namespace ponder;

namespace {

constexpr std::uint64_t kRow = 2048, kRows = 2500; // more than one chunk, and the last one is cut

float valueAt(std::uint64_t row, std::uint64_t column) {
    return std::sin(0.37F * static_cast<float>(row % 97) + 0.11F * static_cast<float>(column));
}

TensorSource waves() {
    return {kRow, kRows, [](std::uint64_t first, std::span<float> values) -> Result<void> {
                for (std::size_t i = 0; i < values.size(); ++i)
                    values[i] = valueAt(first + i / kRow, i % kRow);
                return {};
            }};
}

} // namespace

class TensorQuantizerTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const { return m_folder.filePath(name).toStdString(); }

    // Writes a file with this tensor alone.
    Result<void> write(const char* name, unsigned threads, const TensorSource& source,
                       const std::stop_token& stop = {}, const TensorQuantizer::Progress& progress = {}) {
        GgufOutput output;
        output.tensor("waves", {kRow, kRows}, TensorType::Q4_K);
        if (const auto begun = output.begin(path(name)); !begun) return begun;
        ThreadPool pool(threads);
        TensorQuantizer quantizer(pool);
        if (const auto done = quantizer.write(output, output.tensors()[0], source, stop, progress); !done)
            return done;
        return output.finish();
    }

private slots:
    void anyNumberOfThreadsWritesTheSameBlocks() {
        std::vector<std::byte> wanted(kRow * kRows / 256 * 144);
        std::vector<float> values(kRow * kRows);
        QVERIFY(waves().read(0, values));
        QVERIFY(encode(TensorType::Q4_K, values, wanted));
        for (const unsigned threads : {1U, 2U, 5U}) {
            std::uint64_t last = 0;
            const auto done = write("waves.gguf", threads, waves(), {}, [&](std::uint64_t bytes) {
                QVERIFY(bytes > last);
                last = bytes;
            });
            QVERIFY2(bool(done), done ? "" : done.error().message().c_str());
            QCOMPARE(last, std::uint64_t{wanted.size()});
            const auto file = ModelFile::open(path("waves.gguf"));
            QVERIFY(file);
            const auto got = (*file)->find("waves")->bytes;
            QVERIFY(std::equal(got.begin(), got.end(), wanted.begin(), wanted.end()));
        }
    }

    void aSourceThatFailsEndsTheFile() {
        const TensorSource broken{kRow, kRows,
                                  [](std::uint64_t first, std::span<float> values) -> Result<void> {
                                      if (first > 1000) return Error{ErrorCode::FileUnreadable, "disk", {}};
                                      return waves().read(first, values);
                                  }};
        const auto done = write("broken.gguf", 2, broken);
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::FileUnreadable);
        QVERIFY(!std::filesystem::exists(path("broken.gguf")));
        QVERIFY(!std::filesystem::exists(path("broken.gguf.part")));
    }

    void aWeightThatIsNotANumberIsSaidWithItsTensor() {
        const TensorSource damaged{kRow, kRows,
                                   [](std::uint64_t first, std::span<float> values) -> Result<void> {
                                       if (first > 500) values[3] = std::numeric_limits<float>::quiet_NaN();
                                       return {};
                                   }};
        const auto done = write("damaged.gguf", 2, damaged);
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::BadWeights);
        QVERIFY(done.error().message().find("waves") != std::string::npos);
    }

    void stoppingLeavesNoFile() {
        std::stop_source stop;
        const auto done =
            write("stopped.gguf", 2, waves(), stop.get_token(), [&](std::uint64_t) { stop.request_stop(); });
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::Cancelled);
        QVERIFY(!std::filesystem::exists(path("stopped.gguf")));
        QVERIFY(!std::filesystem::exists(path("stopped.gguf.part")));
    }

    void aDiskWithoutRoomIsToldBeforeAnythingIsWritten() {
        QVERIFY(checkDiskSpace(path("x.gguf"), 1));
        const auto full = checkDiskSpace(path("x.gguf"), std::uint64_t{1} << 60);
        QVERIFY(!full);
        QCOMPARE(full.error().code, ErrorCode::NoSpace);
        QVERIFY(full.error().message().find("MB") != std::string::npos);
        QCOMPARE(checkDiskSpace(path("no/such/folder/x.gguf"), 1).error().code, ErrorCode::FileUnwritable);
    }
};

PONDER_TEST(TensorQuantizerTest)
#include "tensor_quantizer_test.moc"
