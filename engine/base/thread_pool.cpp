#include "engine/base/thread_pool.h"

#include <algorithm>
#include <chrono>
#include <system_error>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace ponder {
namespace {

constexpr int kSpins = 4000; // some 50 to 150 microseconds, longer than the host needs between two tasks
constexpr int kSpinsToYield = 64;
constexpr int kSpinsToAsk = 1000; // a part of a short task is done by then

constexpr std::uint32_t kRoundsToJudge = 64;                            // some milliseconds of decoding
constexpr std::chrono::milliseconds kShortestRest{4}, kLongestRest{64}; // from a time slice on

// The gate: [round: 32 | open: 1 | entered: 15 | inside: 16].
constexpr std::uint64_t kInside = 1, kEntered = 1U << 16, kOpen = std::uint64_t{1} << 31;

std::uint64_t inside(std::uint64_t gate) { return gate & 0xFFFF; }
std::uint64_t entered(std::uint64_t gate) { return gate >> 16 & 0x7FFF; }
std::uint64_t roundOf(std::uint64_t gate) { return gate >> 32; }

void relax() {
#if defined(__x86_64__) || defined(__i386__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// Waits until `value` is no longer `old`, and gives it; spins first. Now and then it offers its core: the
// system may have put the thread that it waits for on the same one, and would let it wait there for as long
// as this one spins.
std::uint32_t awaitChange(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
    for (int i = 1; i <= kSpins; ++i) {
        if (const std::uint32_t now = value.load(std::memory_order_acquire); now != old) return now;
        if (i % kSpinsToYield == 0)
            std::this_thread::yield();
        else
            relax();
    }
    value.wait(old, std::memory_order_acquire);
    return value.load(std::memory_order_acquire);
}

// Whether a worker is of use. One whose processor belongs to another program comes too late for most rounds,
// and where it waits for them it takes time from the thread that does them: it should rest, the longer the
// more often that was so, and try again.
class Attendance {
public:
    void begin(std::uint32_t round) {
        m_first = round;
        m_came = 0;
    }
    // After a round; gives the rest that the worker should take, mostly none.
    std::chrono::milliseconds after(std::uint32_t round, bool came) {
        if (came) ++m_came;
        const std::uint32_t passed = round - m_first;
        if (passed < kRoundsToJudge) return {};
        m_rest = m_came >= passed / 2 ? std::chrono::milliseconds{}
                                      : std::clamp(2 * m_rest, kShortestRest, kLongestRest);
        begin(round);
        return m_rest;
    }

private:
    std::uint32_t m_first = 0, m_came = 0; // of the rounds since then
    std::chrono::milliseconds m_rest{};
};

} // namespace

ThreadPool::ThreadPool(unsigned threads)
    : m_sharing(std::max(threads, 1U)), m_seats(new Seat[std::max(threads, 1U)]) {
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

// Nobody is inside between two rounds, so that all of this is the caller's alone until the gate opens.
void ThreadPool::start(Call call, void* task, bool everyone) {
    m_call = call;
    m_task = task;
    const std::uint32_t round = m_round.load(std::memory_order_relaxed) + 1;
    m_gate.store(std::uint64_t{round} << 32 | kOpen, std::memory_order_release);
    m_round.store(round, std::memory_order_release); // after the gate: who hears of the round finds it open
    m_round.notify_all();
    m_sharing.look(0);
    call(task, 0);
    close(everyone);
}

// Until nobody is inside and nobody can enter.
void ThreadPool::close(bool everyone) {
    if (!everyone) m_gate.fetch_and(~kOpen, std::memory_order_relaxed);
    for (int spins = 1;; ++spins) {
        const std::uint32_t left = m_left.load(std::memory_order_acquire);
        const std::uint64_t gate = m_gate.load(std::memory_order_acquire);
        if (inside(gate) == 0 && (!everyone || entered(gate) == m_workers.size())) return;
        if (spins % kSpinsToAsk == 0 && (bringBack() || spins >= kSpins)) {
            m_left.wait(left, std::memory_order_acquire);
            spins = 0;
        } else {
            relax();
        }
    }
}

// Whether a thread with a part in hand has no processor; it has the caller's then, which must sleep.
bool ThreadPool::bringBack() {
    for (unsigned thread = 1; thread < threads(); ++thread) {
        if (!m_seats[thread].inside.load(std::memory_order_acquire)) continue;
        const std::uint64_t before = m_sharing.timeOf(thread);
        for (int i = 0; i < kSpinsToYield; ++i)
            relax();
        if (before == 0 || m_sharing.timeOf(thread) != before) continue;
        m_sharing.bringHere(thread);
        return true;
    }
    return false;
}

bool ThreadPool::enter(unsigned thread, std::uint64_t& served) {
    std::uint64_t gate = m_gate.load(std::memory_order_acquire);
    while ((gate & kOpen) && roundOf(gate) != served)
        if (m_gate.compare_exchange_weak(gate, gate + kEntered + kInside, std::memory_order_acq_rel,
                                         std::memory_order_acquire)) {
            m_sharing.look(thread);
            // From here on the caller may move the thread: not while it moves itself.
            m_seats[thread].inside.store(true, std::memory_order_release);
            served = roundOf(gate);
            return true;
        }
    return false;
}

void ThreadPool::leave(unsigned thread) {
    m_seats[thread].inside.store(false, std::memory_order_relaxed);
    m_gate.fetch_sub(kInside, std::memory_order_acq_rel);
    m_left.fetch_add(1, std::memory_order_release);
    m_left.notify_one();
}

void ThreadPool::work(unsigned thread) {
    m_sharing.sit(thread);
    std::uint64_t served = 0;
    Attendance attendance;
    for (std::uint32_t heard = 0;;) {
        heard = awaitChange(m_round, heard);
        if (m_ending) return;
        const bool came = enter(thread, served);
        if (came) {
            m_call(m_task, thread);
            leave(thread);
        }
        if (const auto rest = attendance.after(heard, came); rest.count() > 0) {
            std::this_thread::sleep_for(rest);
            attendance.begin(m_round.load(std::memory_order_relaxed));
        }
    }
}

} // namespace ponder
