#include "engine/base/thread_pool.h"
#include "tests/support/test_class.h"

#include <QTest>

#include <array>
#include <numeric>
#include <optional>
#include <thread>

#ifdef __linux__
#include <csignal>
#include <sched.h>
#include <unistd.h>
#endif

using namespace ponder;

namespace {

#ifdef __linux__
// Keeps a thread from doing anything, as a system that gives it no processor would.
class Hold {
public:
    explicit Hold(pthread_t thread) {
        s_held = s_let = false;
        std::signal(SIGUSR1, [](int) {
            s_held = true;
            while (!s_let)
                usleep(1000);
            s_held = false;
        });
        pthread_kill(thread, SIGUSR1);
        while (!s_held)
            std::this_thread::yield();
    }
    ~Hold() {
        s_let = true;
        while (s_held)
            std::this_thread::yield();
    }

private:
    static inline std::atomic<bool> s_held, s_let;
};

pthread_t workerOf(ThreadPool& pool) {
    pthread_t out{};
    pool.run([&](unsigned thread) {
        if (thread == 1) out = pthread_self();
    });
    return out;
}
#endif

} // namespace

class ThreadPoolTest : public QObject {
    Q_OBJECT
private slots:
    void everyThreadRunsATaskOnce() {
        ThreadPool pool(4);
        QCOMPARE(pool.threads(), 4U);
        for (int round = 0; round < 500; ++round) {
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
    void aRoundEndsAlthoughAWorkerNeverGetsAProcessor() {
#ifdef __linux__
        ThreadPool pool(2);
        const Hold hold(workerOf(pool));
        std::array<int, 2> parts{};
        for (int round = 0; round < 1000; ++round)
            pool.forEach(64, 1, [&](std::size_t first, std::size_t end, unsigned thread) {
                parts[thread] += static_cast<int>(end - first);
            });
        QCOMPARE(parts[0], 64000);
        QCOMPARE(parts[1], 0);
#else
        QSKIP("threads are held by a signal");
#endif
    }
    void aWorkerThatComesLateFindsTheRoundClosed() {
#ifdef __linux__
        ThreadPool pool(2);
        std::atomic<int> lateParts = 0, calls = 0;
        for (int round = 0; round < 20; ++round) {
            {
                const Hold hold(workerOf(pool));
                pool.forEach(64, 1, [&](std::size_t, std::size_t, unsigned thread) {
                    if (thread == 1) ++lateParts;
                });
            }
            QTest::qSleep(round % 3); // it may hear of the old round in this time, or of the next one first
            pool.run([&](unsigned) { ++calls; });
        }
        QCOMPARE(lateParts.load(), 0);
        QCOMPARE(calls.load(), 40);
#else
        QSKIP("threads are held by a signal");
#endif
    }
    void aWorkerThatWasKeptAwayComesBack() {
#ifdef __linux__
        ThreadPool pool(2);
        std::array<int, 2> parts{};
        const auto round = [&] {
            pool.forEach(64, 1, [&](std::size_t first, std::size_t end, unsigned thread) {
                parts[thread] += static_cast<int>(end - first);
            });
        };
        {
            const Hold hold(workerOf(pool));
            for (int i = 0; i < 1000; ++i)
                round();
            QCOMPARE(parts[1], 0);
        }
        while (parts[1] == 0) // it has come too late for a thousand rounds, and rests first
            round();
#else
        QSKIP("threads are held by a signal");
#endif
    }
    void aPartInHandIsWaitedFor() {
        ThreadPool pool(2);
        for (int round = 0; round < 5; ++round) {
            std::atomic<bool> begun = false, done = false;
            pool.forEach(2, 1, [&](std::size_t, std::size_t, unsigned thread) {
                if (thread == 0) {
                    while (!begun) // the other part goes to the worker
                        std::this_thread::yield();
                } else {
                    begun = true;
                    QTest::qSleep(20); // as one without a processor
                    done = true;
                }
            });
            QVERIFY(done);
        }
    }
    void aRoundThatNeedsEveryThreadWaitsForOneThatComesLate() {
#ifdef __linux__
        ThreadPool pool(2);
        std::optional<Hold> hold(std::in_place, workerOf(pool));
        std::thread release([&] {
            QTest::qSleep(20);
            hold.reset();
        });
        std::array<std::atomic<int>, 2> calls{};
        pool.run([&](unsigned thread) { ++calls[thread]; });
        release.join();
        QCOMPARE(calls[0].load(), 1);
        QCOMPARE(calls[1].load(), 1);
#else
        QSKIP("threads are held by a signal");
#endif
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
    void theTimeOfAThreadStandsWhileItHasNoProcessor() {
#ifdef __linux__
        CoreSharing sharing(2);
        std::atomic<int> stage = 0;
        std::thread other([&] {
            sharing.sit(1);
            stage = 1;
            stage.notify_one();
            stage.wait(1);
            while (stage == 2) {
            }
        });
        stage.wait(0);
        std::uint64_t before = 0;
        do { // until it sleeps
            before = sharing.timeOf(1);
            QTest::qSleep(5);
        } while (sharing.timeOf(1) != before);
        QVERIFY(before > 0);
        stage = 2;
        stage.notify_one();
        while (sharing.timeOf(1) == before)
            std::this_thread::yield();
        stage = 3;
        other.join();
#else
        QSKIP("only Linux says how long a thread ran");
#endif
    }
    void aThreadThatWasBroughtToAnotherProcessorMayRunWhereItMightBefore() {
#ifdef __linux__
        CoreSharing sharing(2);
        std::atomic<int> stage = 0;
        std::atomic<pid_t> id = 0;
        std::thread other([&] {
            sharing.sit(1);
            id = gettid();
            stage = 1;
            stage.notify_one();
            stage.wait(1);
        });
        stage.wait(0);
        cpu_set_t before, after;
        CPU_ZERO(&before);
        CPU_ZERO(&after);
        QCOMPARE(sched_getaffinity(id, sizeof before, &before), 0);
        sharing.bringHere(1);
        QCOMPARE(sched_getaffinity(id, sizeof after, &after), 0);
        QVERIFY(CPU_EQUAL(&before, &after));
        stage = 2;
        stage.notify_one();
        other.join();
#else
        QSKIP("only Linux moves threads");
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
