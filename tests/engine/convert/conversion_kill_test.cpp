// A conversion that is killed (SIGKILL) at any moment leaves nothing that looks whole, and the next one ends
// in the very same file.
#include "engine/convert/conversion.h"
#include "engine/convert/conversion_state.h"
#include "tests/support/model_folders.h"
#include "tests/support/test_class.h"

#include <csignal>
#include <random>

#include <sys/wait.h>
#include <unistd.h>

using namespace ponder;
namespace fs = std::filesystem;

namespace {

constexpr int kMoments = 50;
constexpr FileType kType = FileType::Q4_K_M;

// Saves its state behind every tensor, so that there is something to take up.
bool convert(const fs::path& target) {
    Result<Conversion> conversion = Conversion::prepare(test::modelFolder("qwen2-bf16"), target, kType);
    if (!conversion) return false;
    conversion->setSyncBytes(0);
    ThreadPool pool(2);
    return bool(conversion->run(pool, {}, [](const ConversionProgress&) {}));
}

// Runs a conversion in a process of its own and kills it after so many microseconds; true where it was
// quicker and ended by itself.
bool endedBefore(const fs::path& target, std::chrono::microseconds moment) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(convert(target) ? 0 : 1);
    ::usleep(static_cast<useconds_t>(moment.count()));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status);
}

} // namespace

class ConversionKillTest : public QObject {
    Q_OBJECT
private slots:
    void killedAtAnyMomentTheNextRunEndsInTheSameFile() {
        QTemporaryDir folder;
        const fs::path target = folder.path().toStdString() + "/model.gguf";
        const auto start = std::chrono::steady_clock::now();
        QVERIFY(convert(target));
        auto whole =
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
        const std::string wanted = test::textOf(target);
        std::mt19937 random(1);
        int killed = 0, takenUp = 0;
        for (int moment = 0; moment < kMoments; ++moment) {
            fs::remove(target);
            if (!endedBefore(target, whole * (random() % 1000) / 1000))
                ++killed;
            else
                whole -= whole / 4; // the machine was busy when it was measured
            if (fs::exists(target)) QVERIFY(test::textOf(target) == wanted);
            if (const auto next = Conversion::prepare(test::modelFolder("qwen2-bf16"), target, kType);
                next && next->tensorsKept() > 0)
                ++takenUp;
            QVERIFY(convert(target));
            QVERIFY(test::textOf(target) == wanted);
            QVERIFY(!fs::exists(AtomicFile::partOf(target)) && !fs::exists(ConversionState::pathOf(target)));
        }
        qInfo("%d of %d runs were killed, %d of these had tensors that the next run kept", killed, kMoments,
              takenUp);
        QVERIFY(killed > kMoments / 2 && takenUp > 5);
    }
};

PONDER_TEST(ConversionKillTest)
#include "conversion_kill_test.moc"
