// A model larger than the memory that a control group leaves runs, and says the same as with all of it.
#include "tests/app/cli/cli_run.h"
#include "tests/support/test_class.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace ponder::test;

namespace {

// A group of its own below one that this process may write to, of whichever version the system has.
class MemoryGroup {
public:
    explicit MemoryGroup(qint64 bytes) {
        const QString name = QStringLiteral("ponder-test-%1").arg(QCoreApplication::applicationPid());
        for (const auto& [root, limit] : {std::pair("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                                          std::pair("/sys/fs/cgroup", "memory.max")}) {
            m_folder = QString(root) + u'/' + name;
            m_made = QDir().mkdir(m_folder);
            if (m_made && write(limit, QByteArray::number(bytes))) return;
            remove();
        }
    }
    ~MemoryGroup() { remove(); }
    MemoryGroup(const MemoryGroup&) = delete;
    MemoryGroup& operator=(const MemoryGroup&) = delete;

    bool made() const { return m_made; }
    QString members() const { return m_folder + "/cgroup.procs"; }

private:
    bool write(const QString& name, const QByteArray& text) const {
        QFile file(m_folder + u'/' + name);
        return file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.flush();
    }
    void remove() {
        if (m_made) QDir().rmdir(m_folder);
        m_made = false;
    }

    QString m_folder;
    bool m_made = false;
};

// Inside of a group, or outside of all; minutes are allowed.
CliRun run(const QStringList& words, const QString& members = {}) {
    QProcess process;
    process.setProgram("/bin/sh");
    const QString joins = members.isEmpty() ? QString() : QStringLiteral("echo $$ > '%1' && ").arg(members);
    process.setArguments(QStringList{"-c", joins + "exec \"$@\"", "sh", cliProgram()} + words);
    process.start();
    if (!process.waitForFinished(600'000)) return {};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

QByteArray bytesOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class MemoryLimitTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder{QDir::currentPath() + "/memory-limit-XXXXXX"}; // on a disk, which /tmp need not be

private slots:
    void aFileTwiceAsLargeAsTheMemoryAnswers_data() {
        QTest::addColumn<QString>("shape");
        QTest::newRow("mixture") << "qwen3-30b-a3b";
        QTest::newRow("dense") << "qwen3-8b";
    }
    void aFileTwiceAsLargeAsTheMemoryAnswers() {
        const MemoryGroup group(qint64{1} << 30);
        if (!group.made()) QSKIP("this system lets no process make a control group that limits memory");
        QFETCH(const QString, shape);
        const QString model = m_folder.filePath("model.gguf"), whole = m_folder.filePath("whole"),
                      limited = m_folder.filePath("limited");
        QCOMPARE(run({"synth", shape, "Q4_K_M", model, "--size", "2"}).exitCode, 0);
        const QStringList words{"logits", model, "--device", "cpu", "--ids", "1,2,300,4,17,9", "--out"};
        QCOMPARE(run(words + QStringList{whole}).exitCode, 0);
        const CliRun there = run(words + QStringList{limited}, group.members());
        QVERIFY2(there.exitCode == 0, qPrintable(there.err));
        QVERIFY2(there.err.contains("read from the file"), qPrintable(there.err));
        QVERIFY(!bytesOf(whole).isEmpty());
        QCOMPARE(bytesOf(limited), bytesOf(whole));
    }
};

PONDER_TEST(MemoryLimitTest)
#include "memory_limit_test.moc"
