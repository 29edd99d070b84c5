// Killed at any moment, an import with copying leaves nothing that looks whole and is not, and the next one
// goes on.
#include "tests/app/cli/cli_run.h"
#include "tests/support/test_class.h"
#include "tests/support/usable_model.h"

#include <QDirIterator>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cstring>
#include <random>

using namespace ponder;
using test::runCli;

namespace {

constexpr int kRounds = 50;
constexpr std::size_t kParts = 3;

// A split set of 192 MB, nearly all of it in three matrices, one in each part. They have no run of zeros, as
// an unwritten place of a file would be.
void writeModel(const QString& folder) {
    constexpr std::uint32_t kWidth = 32, kHidden = 1 << 19;
    test::GgufWriter writer = test::usableModel("Big");
    writer.set("qwen2.feed_forward_length", kHidden);
    std::mt19937_64 random(1);
    std::size_t place = 0;
    for (const char* name : {"blk.0.ffn_gate.weight", "blk.0.ffn_up.weight", "blk.0.ffn_down.weight"}) {
        writer.removeTensor(name);
        const bool down = std::string_view(name).find("down") != std::string_view::npos;
        writer.tensor(name, {down ? kHidden : kWidth, down ? kWidth : kHidden}, TensorType::F32);
        std::vector<std::byte>& data = writer.at(name).data;
        for (std::size_t at = 0; at + 8 <= data.size(); at += 8) {
            const std::uint64_t value = random();
            std::memcpy(&data[at], &value, 8);
        }
        const auto last = writer.tensors.end() - 1;
        std::rotate(writer.tensors.begin() + std::ptrdiff_t(place), last, writer.tensors.end());
        place += writer.tensors.size() / kParts;
    }
    writer.saveSplit(folder.toStdU16String(), "big", kParts);
}

bool haveSameBytes(const QString& a, const QString& b) {
    QFile one(a), other(b);
    if (!one.open(QIODevice::ReadOnly) || !other.open(QIODevice::ReadOnly) || one.size() != other.size())
        return false;
    const uchar *x = one.map(0, one.size()), *y = other.map(0, other.size());
    return x && y && std::memcmp(x, y, std::size_t(one.size())) == 0;
}

} // namespace

class ImportCrashTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        qputenv("PONDER_DATA_DIR", m_folder.filePath(QStringLiteral("data")).toUtf8());
        qputenv("PONDER_MODELS_DIR", own().toUtf8());
        QVERIFY(QDir().mkpath(source()));
        writeModel(source());
        for (const QFileInfo& part : QDir(source()).entryInfoList(QDir::Files))
            m_bytes += part.size();
    }

    void killedFiftyTimesNothingIsCorrupt();

private:
    QString source() const { return m_folder.filePath(QStringLiteral("source")); }
    QString own() const { return m_folder.filePath(QStringLiteral("own")); }
    QStringList addWords() const {
        return {QStringLiteral("models"), QStringLiteral("add"),
                source() + QStringLiteral("/big-00001-of-00003.gguf"), QStringLiteral("--copy"),
                QStringLiteral("--json")};
    }
    QList<QFileInfo> copies() const { // whole ones and unfinished ones
        QList<QFileInfo> out;
        QDirIterator files(own(), {QStringLiteral("*.gguf"), QStringLiteral("*.part")}, QDir::Files,
                           QDirIterator::Subdirectories);
        while (files.hasNext())
            out << QFileInfo(files.next());
        return out;
    }
    qint64 copiedBytes() const {
        qint64 sum = 0;
        for (const QFileInfo& copy : copies())
            sum += copy.size();
        return sum;
    }
    bool isUnfinished() const {
        const QList<QFileInfo> there = copies();
        return !there.isEmpty() && (there.size() % qsizetype(kParts) != 0 || copiedBytes() < m_bytes);
    }
    bool wasKilled(int round);
    void checkWhatIsThere(bool imported) const;
    void importAll() const;
    void forgetAll() const {
        runCli({QStringLiteral("models"), QStringLiteral("remove"), QStringLiteral("Big"),
                QStringLiteral("--delete")});
        QDir(own()).removeRecursively();
    }

    QTemporaryDir m_folder;
    qint64 m_bytes = 0; // of all parts
    int m_takes = 0;    // milliseconds of an import that nobody disturbs
    QRandomGenerator m_random{20261122};
};

// Every other round after a time within an import, whatever it does then; the others in the copying, once a
// chosen number of bytes is there: a moment that a quick machine cannot leave behind.
bool ImportCrashTest::wasKilled(int round) {
    const bool copying = round % 2 == 1;
    const qint64 bytes = qint64(m_random.generateDouble() * double(m_bytes));
    const int moment = int(m_random.bounded(m_takes));
    if (copying) forgetAll(); // else what the round before left is met
    QProcess process;
    process.start(test::cliProgram(), addWords());
    QElapsedTimer since;
    since.start();
    while (copying ? copiedBytes() < bytes : since.elapsed() < moment)
        if (process.waitForFinished(1)) {
            if (!copying) m_takes -= m_takes / 4; // the machine was busy when it was measured
            return false;
        }
    process.kill(); // SIGKILL
    process.waitForFinished();
    return process.exitStatus() == QProcess::CrashExit;
}

// Each file with its final name is whole, and each model of the library has its files.
void ImportCrashTest::checkWhatIsThere(bool imported) const {
    for (const QFileInfo& copy : copies())
        if (copy.suffix() == QLatin1String("gguf"))
            QVERIFY2(haveSameBytes(copy.filePath(), source() + u'/' + copy.fileName()),
                     qPrintable(copy.filePath()));
    const test::CliRun list = runCli({QStringLiteral("models"), QStringLiteral("--json")});
    QVERIFY2(list.exitCode == 0 && list.err.isEmpty(), qPrintable(list.err));
    const QJsonArray models = list.json()[QLatin1String("models")].toArray();
    for (const auto& model : models) {
        QVERIFY(!model[QLatin1String("missing")].toBool());
        const QDir folder = QFileInfo(model[QLatin1String("path")].toString()).dir();
        QCOMPARE(folder.entryList(QDir::Files).size(), qsizetype(kParts));
    }
    if (imported) QVERIFY(models.size() == 1);
}

void ImportCrashTest::importAll() const {
    const test::CliRun run = runCli(addWords());
    QVERIFY2(run.exitCode == 0, qPrintable(run.err));
    checkWhatIsThere(true);
    QVERIFY(!isUnfinished());
}

void ImportCrashTest::killedFiftyTimesNothingIsCorrupt() {
    QElapsedTimer timer;
    timer.start();
    const test::CliRun first = runCli(addWords());
    QVERIFY2(first.exitCode == 0, qPrintable(first.err));
    m_takes = int(timer.elapsed());
    checkWhatIsThere(true);
    forgetAll();
    int killed = 0, unfinished = 0, goneOn = 0;
    for (int round = 0; round < kRounds && !QTest::currentTestFailed(); ++round) {
        if (!wasKilled(round)) {
            checkWhatIsThere(true);
            forgetAll();
            continue;
        }
        ++killed;
        const bool cutOff = isUnfinished();
        unfinished += cutOff;
        checkWhatIsThere(false);
        if (round % 5 != 4) continue;
        importAll();
        goneOn += cutOff;
        forgetAll();
    }
    if (QTest::currentTestFailed()) return;
    importAll();
    qInfo(
        "%d of %d killed, %d of them while copying; %d of %d imports after a kill went on behind a copy that "
        "was cut off, all whole; an import of %lld MB takes %d ms",
        killed, kRounds, unfinished, goneOn, kRounds / 5, m_bytes / 1'000'000, m_takes);
    QVERIFY(killed > 25 && unfinished > 5);
}

PONDER_TEST(ImportCrashTest)
#include "import_crash_test.moc"
