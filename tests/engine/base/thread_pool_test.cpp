#include "engine/base/thread_pool.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <numeric>

#ifdef __linux__
#include <sched.h>
#endif

using namespace ponder;

class ThreadPoolTest : public QObject {
    Q_OBJECT
private slots:
    void everyThreadRunsATaskOnce() {
        ThreadPool pool(4);
        QCOMPARE(pool.threads(), 4U);
        for (int round = 0; round < 2000; ++round) {
            std::array<std::atomic<int>, 4> calls{};
            pool.run([&](unsigned thread) { ++calls[thread]; });
            for (const auto& count : calls)
                QCOMPARE(count.load(), 1);
        }
    }
    void aRangeIsCoveredOnceWithoutGaps_data() {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("grain");
        for (const int count : {0, 1, 7, 64, 1000})
            for (const int grain : {1, 3, 64, 5000})
                QTest::addRow("%d by %d", count, grain) << count << grain;
    }
    void aRangeIsCoveredOnceWithoutGaps() {
        QFETCH(const int, count);
        QFETCH(const int, grain);
        ThreadPool pool(3);
        std::vector<std::atomic<int>> seen(static_cast<std::size_t>(count));
        pool.forEach(seen.size(), static_cast<std::size_t>(grain),
                     [&](std::size_t first, std::size_t end, unsigned thread) {
                         QVERIFY(thread < 3 && first < end && end <= seen.size());
                         for (std::size_t i = first; i < end; ++i)
                             ++seen[i];
                     });
        for (const auto& times : seen)
            QCOMPARE(times.load(), 1);
    }
    void threadsThatFellAsleepWakeForTheNextTask() {
        ThreadPool pool(2);
        for (int round = 0; round < 5; ++round) {
            QTest::qSleep(20); // far longer than they spin
            std::atomic<int> calls = 0;
            pool.run([&](unsigned) { ++calls; });
            QCOMPARE(calls.load(), 2);
        }
    }
    void threadsThatWerePutOnOneProcessorDoNotStayThere() {
#ifdef __linux__
        cpu_set_t allowed;
        CPU_ZERO(&allowed);
        QCOMPARE(sched_getaffinity(0, sizeof allowed, &allowed), 0);
        if (CPU_COUNT(&allowed) < 2) QSKIP("this process has one processor");
        ThreadPool pool(2);
        int caller = sched_getcpu(), worker = caller;
        // Both on the caller's processor, and free to leave it.
        pool.run([&](unsigned) {
            cpu_set_t one;
            CPU_ZERO(&one);
            CPU_SET(static_cast<unsigned>(caller), &one);
            sched_setaffinity(0, sizeof one, &one);
            sched_setaffinity(0, sizeof allowed, &allowed);
        });
        bool apart = false;
        for (int round = 0; round < 1000 && !apart; ++round) {
            pool.run([&](unsigned thread) { (thread == 0 ? caller : worker) = sched_getcpu(); });
            apart = caller != worker;
        }
        QVERIFY(apart);
#else
        QSKIP("only Linux says where a thread runs");
#endif
    }
    void onePoolOfOneThreadIsTheCallerAlone() {
        ThreadPool pool(1);
        const auto caller = std::this_thread::get_id();
        pool.run([&](unsigned thread) {
            QCOMPARE(thread, 0U);
            QVERIFY(std::this_thread::get_id() == caller);
        });
    }
};

PONDER_TEST(ThreadPoolTest)
#include "thread_pool_test.moc"
