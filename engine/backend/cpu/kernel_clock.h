// Time and bytes of each kernel, kept while profiling is on.
//
// Owner: CpuOps. Thread: its device's. Next station: `ponder-cli bench --profile`.
#pragma once

#include "engine/backend/kernel_sums.h"

#include <chrono>

namespace ponder::cpu {

class KernelClock {
public:
    void enable(bool on) {
        m_on = on;
        m_sums.clear();
    }
    const std::vector<KernelTime>& times() const { return m_sums.times(); }

    // Measures from here to the end of the scope.
    class Measure {
    public:
        Measure(KernelClock& clock, const char* kernel, std::uint64_t bytes)
            : m_clock(clock.m_on ? &clock : nullptr), m_kernel(kernel), m_bytes(bytes) {
            if (m_clock) m_start = std::chrono::steady_clock::now();
        }
        ~Measure() {
            if (!m_clock) return;
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - m_start;
            m_clock->m_sums.add(m_kernel, took.count(), m_bytes);
        }
        Measure(const Measure&) = delete;
        Measure& operator=(const Measure&) = delete;

    private:
        KernelClock* m_clock;
        const char* m_kernel;
        std::uint64_t m_bytes;
        std::chrono::steady_clock::time_point m_start;
    };

private:
    bool m_on = false;
    KernelSums m_sums;
};

} // namespace ponder::cpu
