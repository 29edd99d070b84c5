#include "engine/base/thread_pool.h"

#include <algorithm>
#include <system_error>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace ponder {
namespace {

constexpr int kSpins = 4000; // some 50 to 150 microseconds, longer than the host needs between two tasks
constexpr int kSpinsToYield = 64;

void relax() {
#if defined(__x86_64__) || defined(__i386__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// Waits until `value` is no longer `old`; spins first. Now and then it offers its core: the system may have
// put the thread that it waits for on the same one, and would let it wait there for as long as this one
// spins.
void awaitChange(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
    for (int i = 1; i <= kSpins; ++i) {
        if (value.load(std::memory_order_acquire) != old) return;
        if (i % kSpinsToYield == 0)
            std::this_thread::yield();
        else
            relax();
    }
    value.wait(old, std::memory_order_acquire);
}

} // namespace

ThreadPool::ThreadPool(unsigned threads) : m_sharing(std::max(threads, 1U)) {
    m_workers.reserve(std::max(threads, 1U) - 1);
    try {
        for (unsigned i = 1; i < threads; ++i)
            m_workers.emplace_back([this, i] { work(i); });
    } catch (const std::system_error&) {
        // The system gives no more threads: those that run do the work.
    }
}

ThreadPool::~ThreadPool() {
    m_ending = true;
    m_round.fetch_add(1, std::memory_order_release);
    m_round.notify_all();
    for (std::thread& worker : m_workers)
        worker.join();
}

void ThreadPool::start(Call call, void* task) {
    m_call = call;
    m_task = task;
    m_busy.store(static_cast<std::uint32_t>(m_workers.size()), std::memory_order_relaxed);
    m_round.fetch_add(1, std::memory_order_release);
    m_round.notify_all();
    m_sharing.look(0);
    call(task, 0);
    while (const std::uint32_t busy = m_busy.load(std::memory_order_acquire))
        awaitChange(m_busy, busy);
}

void ThreadPool::work(unsigned thread) {
    for (std::uint32_t seen = 0;;) {
        awaitChange(m_round, seen);
        ++seen;
        if (m_ending) return;
        m_sharing.look(thread);
        m_call(m_task, thread);
        if (m_busy.fetch_sub(1, std::memory_order_acq_rel) == 1) m_busy.notify_one();
    }
}

} // namespace ponder
