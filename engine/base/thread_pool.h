// A fixed set of threads that do the same task together, many thousand times a second.
//
// forEach() hands out the parts of a range to whichever thread is free, and returns when all parts are done;
// run() hands one task to all threads, the caller among them, and returns when the last is done. Between two
// tasks the threads spin for some microseconds, because the next one usually follows at once, and then sleep.
// Nothing is allocated per task.
//
// Other programs take processors too. So forEach() waits only for threads that have a part in hand: one that
// comes late finds the round closed, and the task, which lies on the caller's stack, is not touched by it. A
// thread that lost its processor with a part in hand gets the one of the caller who waits for it; one that
// comes too late for most rounds rests for some milliseconds, as the others are quicker without it.
//
// Owner: one backend. Thread: run() and forEach() by one thread at a time; tasks must not call them. Errors:
// none; a thread that the system refuses to start is left out.
#pragma once

#include "engine/base/core_sharing.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

namespace ponder {

class ThreadPool {
public:
    explicit ThreadPool(unsigned threads); // the caller of run() is one of them; at least 1
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    unsigned threads() const { return static_cast<unsigned>(m_workers.size()) + 1; }

    // task(thread) once on every thread; thread 0 is the caller.
    template<class Task>
    void run(Task&& task) {
        using Plain = std::remove_reference_t<Task>;
        start([](void* given, unsigned thread) { (*static_cast<Plain*>(given))(thread); },
              const_cast<void*>(static_cast<const void*>(&task)), true);
    }

    // task(first, end, thread) over all of 0 .. count - 1, taken by whoever is free: long runs first, as
    // those read memory best, then shorter ones down to `grain`, so that all end together (Polychronopoulos &
    // Kuck 1987, guided self-scheduling).
    template<class Task>
    void forEach(std::size_t count, std::size_t grain, Task&& task) {
        if (count == 0) return;
        if (count <= grain || m_workers.empty()) return task(std::size_t{0}, count, 0U);
        m_next.store(0, std::memory_order_relaxed);
        auto parts = [&](unsigned thread) {
            for (std::size_t first, end; take(count, grain, first, end);)
                task(first, end, thread);
        };
        start([](void* given, unsigned thread) { (*static_cast<decltype(parts)*>(given))(thread); }, &parts,
              false);
    }

private:
    using Call = void (*)(void*, unsigned);
    struct alignas(64) Seat {
        std::atomic<bool> inside{false};
    };

    bool take(std::size_t count, std::size_t grain, std::size_t& first, std::size_t& end) {
        first = m_next.load(std::memory_order_relaxed);
        do {
            if (first >= count) return false;
            end = first + std::min(count - first, std::max(grain, (count - first) / (2 * threads())));
        } while (!m_next.compare_exchange_weak(first, end, std::memory_order_relaxed));
        return true;
    }
    void start(Call call, void* task, bool everyone);
    void work(unsigned thread);
    bool enter(unsigned thread, std::uint64_t& served);
    void leave(unsigned thread);
    void close(bool everyone);
    bool bringBack();

    // What is read when a round begins stands beside its number; the others are written by all, each on a
    // cache line of its own.
    alignas(64) std::atomic<std::uint32_t> m_round{0};
    std::atomic<bool> m_ending{false};
    Call m_call = nullptr;
    void* m_task = nullptr;
    CoreSharing m_sharing;
    std::unique_ptr<Seat[]> m_seats; // of the workers
    std::vector<std::thread> m_workers;
    // The number of the round, whether it may be entered, how many have entered it and how many are inside.
    alignas(64) std::atomic<std::uint64_t> m_gate{0};
    std::atomic<std::uint32_t> m_left{0}; // counts those who leave, for a caller who sleeps
    alignas(64) std::atomic<std::size_t> m_next{0};
};

} // namespace ponder
