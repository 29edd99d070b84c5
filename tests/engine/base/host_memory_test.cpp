// What the system says about memory, and the refusal of what is more than there is.
#include "engine/base/host_memory.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <limits>

using namespace ponder;

class HostMemoryTest : public QObject {
    Q_OBJECT
private slots:
    void someIsFreeAndNoMoreThanThereIs() {
        const HostMemory memory = hostMemory();
        QVERIFY(memory.available > 0);
        QVERIFY(memory.available <= memory.total);
    }
    void whatTheProcessTouchesIsCounted() {
        const std::vector<char> touched(std::size_t{64} << 20, 'x');
        QVERIFY(std::int64_t(residentProcessBytes()) >= std::ssize(touched));
        QVERIFY(peakProcessBytes() >= touched.size());
        QCOMPARE(touched.back(), 'x');
    }
    void whatDoesNotFitIsRefusedWithTheDeviceAndBothNumbers() {
        QVERIFY(checkHostMemory("an abacus", 0));
        const auto refused = checkHostMemory("an abacus", std::numeric_limits<std::uint64_t>::max());
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::DoesNotFit);
        QVERIFY(refused.error().message().find("an abacus") != std::string::npos);
        QVERIFY(refused.error().message().find("17592186044415 MiB needed") != std::string::npos);
    }
};

PONDER_TEST(HostMemoryTest)
#include "host_memory_test.moc"
