// What each kernel cost in all, while profiling is on.
//
// Takes one call after the other; gives a line for each kernel. Owner: an executor. Thread: its device's.
// Next station: `ponder-cli bench --profile`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ponder {

// What a kernel cost since profiling was switched on.
struct KernelTime {
    std::string kernel;
    std::uint64_t calls = 0;
    double seconds = 0;
    std::uint64_t bytes = 0; // weights, keys and values read
};

class KernelSums {
public:
    void add(std::string_view kernel, double seconds, std::uint64_t bytes) {
        for (KernelTime& known : m_times)
            if (known.kernel == kernel) {
                ++known.calls;
                known.seconds += seconds;
                known.bytes += bytes;
                return;
            }
        m_times.push_back({std::string(kernel), 1, seconds, bytes});
    }
    void clear() { m_times.clear(); }
    const std::vector<KernelTime>& times() const { return m_times; }

private:
    std::vector<KernelTime> m_times;
};

} // namespace ponder
