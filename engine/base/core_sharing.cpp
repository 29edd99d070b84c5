#include "engine/base/core_sharing.h"

#ifdef __linux__
#include <ctime>
#include <sched.h>
#include <unistd.h>
#endif

namespace ponder {
namespace {

constexpr int kMeetings = 4; // in a row, before a thread moves

int currentProcessor() {
#ifdef __linux__
    return sched_getcpu();
#else
    return -1;
#endif
}

int currentThread() {
#ifdef __linux__
    static thread_local const int id = gettid();
    return id;
#else
    return 0;
#endif
}

#ifdef __linux__
// Onto one of these processors; the system moves the thread at once and need not move it back.
void move(int thread, const cpu_set_t& allowed, const cpu_set_t& target) {
    if (CPU_COUNT(&target) == 0 || sched_setaffinity(thread, sizeof target, &target) != 0) return;
    sched_setaffinity(thread, sizeof allowed, &allowed);
}
#endif

// Off this processor for a moment.
void moveAway([[maybe_unused]] int processor) {
#ifdef __linux__
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    cpu_set_t others = allowed;
    CPU_CLR(static_cast<unsigned>(processor), &others);
    move(0, allowed, others);
#endif
}

} // namespace

void CoreSharing::sit(unsigned thread) {
    Seat& seat = m_seats[thread];
    const int id = currentThread();
    if (seat.id.load(std::memory_order_relaxed) != id) seat.id.store(id, std::memory_order_relaxed);
}

bool CoreSharing::taken(int processor, unsigned before) const {
    for (unsigned i = 0; i < before; ++i)
        if (m_seats[i].processor.load(std::memory_order_relaxed) == processor) return true;
    return false;
}

void CoreSharing::look(unsigned thread) {
    Seat& seat = m_seats[thread];
    const int processor = currentProcessor();
    if (processor < 0) return;
    if (seat.processor.load(std::memory_order_relaxed) != processor)
        seat.processor.store(processor, std::memory_order_relaxed);
    if (!taken(processor, thread)) {
        seat.meetings = 0;
    } else if (++seat.meetings == kMeetings) {
        seat.meetings = 0;
        moveAway(processor);
    }
}

bool CoreSharing::together(unsigned one, unsigned other) const {
    const int processor = m_seats[one].processor.load(std::memory_order_relaxed);
    return processor >= 0 && m_seats[other].processor.load(std::memory_order_relaxed) == processor;
}

std::uint64_t CoreSharing::timeOf([[maybe_unused]] unsigned thread) const {
#ifdef __linux__
    // The number that pthread_getcpuclockid() gives. It needs a thread that still lives; this does not.
    const int id = m_seats[thread].id.load(std::memory_order_relaxed);
    const auto clock = static_cast<clockid_t>((~static_cast<unsigned>(id) << 3) | 6U);
    timespec time{};
    if (id == 0 || clock_gettime(clock, &time) != 0) return 0;
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(time.tv_nsec);
#else
    return 0;
#endif
}

void CoreSharing::bringHere([[maybe_unused]] unsigned thread) const {
#ifdef __linux__
    const int id = m_seats[thread].id.load(std::memory_order_relaxed), here = sched_getcpu();
    cpu_set_t allowed, target;
    CPU_ZERO(&allowed);
    if (id == 0 || here < 0 || sched_getaffinity(id, sizeof allowed, &allowed) != 0) return;
    if (!CPU_ISSET(static_cast<unsigned>(here), &allowed)) return;
    CPU_ZERO(&target);
    CPU_SET(static_cast<unsigned>(here), &target);
    move(id, allowed, target);
#endif
}

} // namespace ponder
