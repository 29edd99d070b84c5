#include "app/store/store.h"
#include "tests/support/test_class.h"

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

using namespace ponder;

namespace {

MeasuredSpeed speed(const char* device, const char* model, double decode, qint64 when) {
    return {QString::fromLatin1(device), QString::fromLatin1(model), 1000, 10, 2000, decode, 0, when};
}

} // namespace

class MeasurementTableTest : public QObject {
    Q_OBJECT
private slots:
    void speedsAreThereAfterARestartTheNewestFirst() {
        const QTemporaryDir folder;
        {
            Store store(folder.path());
            store.addSpeed(speed("card", "a", 10, 1));
            store.addSpeed(speed("card", "b", 20, 2));
        }
        const QList<MeasuredSpeed> speeds = Store(folder.path()).speeds();
        QCOMPARE(speeds.size(), 2);
        QCOMPARE(speeds[0].model, QStringLiteral("b"));
        QCOMPARE(speeds[0].decodeTokensPerSecond, 20.0);
        QCOMPARE(speeds[1].bytesPerToken, std::uint64_t{1000});
        QCOMPARE(speeds[1].parameters, std::uint64_t{2000});
    }
    void whetherTheMachineWasQuietIsKept() {
        const QTemporaryDir folder;
        {
            Store store(folder.path());
            MeasuredSpeed seen = speed("card", "a", 10, 1);
            store.addSpeed(seen);
            seen.quiet = true;
            seen.when = 2;
            store.addSpeed(seen);
        }
        const QList<MeasuredSpeed> speeds = Store(folder.path()).speeds();
        QVERIFY(speeds[0].quiet);
        QVERIFY(!speeds[1].quiet);
    }
    void whatAnOlderVersionMeasuredIsThereAndNotCalledQuiet() {
        const QTemporaryDir folder;
        const QString path = Store(folder.path()).file();
        {
            QSqlDatabase old = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("old"));
            old.setDatabaseName(path);
            QVERIFY(old.open());
            for (const char* statement :
                 {"ALTER TABLE speeds DROP COLUMN quiet", "PRAGMA user_version = 3",
                  "INSERT INTO speeds VALUES ('card', 'a', 3000000, 0, 3000000, 3.4, 0, 7)"})
                QVERIFY2(QSqlQuery(old).exec(QLatin1String(statement)), statement);
            old.close();
        }
        QSqlDatabase::removeDatabase(QStringLiteral("old"));
        const QList<MeasuredSpeed> speeds = Store(folder.path()).speeds();
        QCOMPARE(speeds.size(), 1);
        QCOMPARE(speeds[0].decodeTokensPerSecond, 3.4);
        QVERIFY(!speeds[0].quiet);
    }
    void ofAModelOnADeviceOnlyTheNewestFewAreKept() {
        const QTemporaryDir folder;
        Store store(folder.path());
        for (int i = 0; i < 12; ++i)
            store.addSpeed(speed("card", "a", i, i));
        store.addSpeed(speed("other card", "a", 99, 0));
        const QList<MeasuredSpeed> speeds = store.speeds();
        QCOMPARE(speeds.size(), MeasurementTable::kKept + 1);
        QCOMPARE(speeds.front().decodeTokensPerSecond, 11.0);
        QCOMPARE(speeds.back().device, QStringLiteral("other card"));
    }
    void aNewReceiptTakesThePlaceOfTheOldOne() {
        const QTemporaryDir folder;
        Store store(folder.path());
        store.saveReceipt({QStringLiteral("card"), QStringLiteral("a"), 100, 1310, 1290, 1});
        store.saveReceipt({QStringLiteral("card"), QStringLiteral("a"), 200, 1320, 1300, 2});
        const QList<MemoryReceipt> receipts = store.receipts();
        QCOMPARE(receipts.size(), 1);
        QCOMPARE(receipts[0].contextTokens, 200);
        QCOMPARE(receipts[0].usedBytes, std::uint64_t{1300});
    }
};

PONDER_TEST(MeasurementTableTest)
#include "measurement_table_test.moc"
