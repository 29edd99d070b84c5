#include "engine/base/core_sharing.h"

#ifdef __linux__
#include <sched.h>
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

// Off this processor for a moment; the system moves the thread at once and need not move it back.
void moveAway([[maybe_unused]] int processor) {
#ifdef __linux__
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    cpu_set_t others = allowed;
    CPU_CLR(static_cast<unsigned>(processor), &others);
    if (CPU_COUNT(&others) == 0 || sched_setaffinity(0, sizeof others, &others) != 0) return;
    sched_setaffinity(0, sizeof allowed, &allowed);
#endif
}

} // namespace

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

} // namespace ponder
