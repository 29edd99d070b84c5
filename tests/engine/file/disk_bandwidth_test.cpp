#include "engine/file/disk_bandwidth.h"

#include "tests/support/test_class.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace ponder;

namespace {

constexpr qint64 kMiB = qint64{1} << 20;

} // namespace

class DiskBandwidthTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder{QDir::currentPath() + "/disk-XXXXXX"}; // on a disk, which /tmp need not be

    std::filesystem::path fileOf(qint64 bytes) const {
        QFile file(m_folder.filePath("file"));
        if (!file.open(QIODevice::WriteOnly) || file.write(QByteArray(bytes, 'x')) != bytes)
            qFatal("cannot write");
        return file.fileName().toStdU16String();
    }

private slots:
    void aFileIsReadAtSomeSpeed() {
        const auto speed = measureDiskBandwidth(fileOf(20 * kMiB), {.bytes = 8 << 20, .piece = 1 << 18});
        if (!speed && speed.error().code == ErrorCode::FileUnreadable)
            QSKIP("this file system cannot be read past the memory");
        QVERIFY(speed);
        QVERIFY(*speed > 0);
    }
    void withoutTimeAPieceIsReadAtLeast() {
        const auto speed = measureDiskBandwidth(fileOf(4 * kMiB), {.seconds = 0, .piece = 1 << 18});
        if (!speed && speed.error().code == ErrorCode::FileUnreadable)
            QSKIP("this file system cannot be read past the memory");
        QVERIFY(speed);
        QVERIFY(*speed > 0);
    }
    void whatIsTooSmallOrNotThereIsAnError() {
        const auto small = measureDiskBandwidth(fileOf(100));
        QVERIFY(!small);
        QCOMPARE(small.error().code, ErrorCode::FileUnreadable);
        const auto none = measureDiskBandwidth("/nowhere/model.gguf");
        QVERIFY(!none);
        QCOMPARE(none.error().code, ErrorCode::FileNotFound);
    }
};

PONDER_TEST(DiskBandwidthTest)
#include "disk_bandwidth_test.moc"
