// Seconds this thread has computed: what a test of cost compares, because other work on the machine does not
// count.
#pragma once

#include <ctime>

namespace ponder::test {

inline double threadSeconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) / 1e9;
}

} // namespace ponder::test
