#include "engine/base/memory_bandwidth.h"

#include "engine/base/thread_pool.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <numeric>
#include <span>

namespace ponder {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLanes = 32; // sums that do not wait for each other, so that only memory is waited for

std::uint64_t sum(std::span<const std::uint64_t> words) {
    std::array<std::uint64_t, kLanes> lanes{};
    for (std::size_t i = 0; i + kLanes <= words.size(); i += kLanes)
        for (std::size_t lane = 0; lane < kLanes; ++lane)
            lanes[lane] += words[i + lane];
    std::uint64_t out = 0;
    for (const std::uint64_t lane : lanes)
        out += lane;
    return out;
}

// Processor time that the calling thread has had so far; the time that goes by where the system does not say.
double threadSeconds() {
#ifdef CLOCK_THREAD_CPUTIME_ID
    timespec time{};
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0)
        return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
#endif
    return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

// Two rounds that differ by less are alike; on a machine with nothing else to do they differ by 1 to 3 %.
constexpr double kAlike = 0.05;
constexpr unsigned kMostRounds = 5;

} // namespace

double BandwidthReads::best() const {
    return speeds.empty() ? 0 : *std::max_element(speeds.begin(), speeds.end());
}

Result<BandwidthReads> measureMemoryBandwidth(const BandwidthTest& test) {
    ThreadPool pool(test.threads);
    const unsigned threads = pool.threads();
    const std::size_t length = test.bytes / sizeof(std::uint64_t) / threads / kLanes * kLanes; // a thread
    const std::size_t bytes = length * threads * sizeof(std::uint64_t);
    // Not a vector: its zeros would be written by one thread, and an allocation that fails would throw.
    const std::unique_ptr<std::uint64_t, decltype(&std::free)> memory(
        static_cast<std::uint64_t*>(std::malloc(bytes)), std::free);
    if (!memory || length == 0) return Error{ErrorCode::OutOfMemory, "cpu", std::to_string(test.bytes)};
    const std::span<std::uint64_t> words(memory.get(), length * threads);
    const auto part = [&](unsigned thread) { return words.subspan(thread * length, length); };
    // Pages that were never written all share one page of zeros.
    pool.run([&](unsigned thread) { std::memset(part(thread).data(), 1, part(thread).size_bytes()); });

    std::vector<std::uint64_t> sums(threads);
    std::vector<double> had(threads);
    BandwidthReads out;
    const SystemProcessorClock clock;
    const ProcessorTime begun = clock.now();
    for (unsigned read = 0; read < test.reads; ++read) {
        const Clock::time_point start = Clock::now();
        pool.run([&](unsigned thread) {
            const double before = threadSeconds();
            sums[thread] += sum(part(thread));
            had[thread] += threadSeconds() - before;
        });
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        out.speeds.push_back(static_cast<double>(bytes) / std::max(seconds, 1e-9));
    }
    // Every part was really read: its words are all 0x0101..., and their sum wraps in a known way.
    const std::uint64_t expected = std::uint64_t{0x0101010101010101} * length * test.reads;
    if (std::any_of(sums.begin(), sums.end(), [&](std::uint64_t one) { return one != expected; }))
        return Error{ErrorCode::Internal, {}, "memory bandwidth"};
    const double mine = std::accumulate(had.begin(), had.end(), 0.0);
    out.load = MachineLoad::between(begun, clock.now(), mine, threads);
    return out;
}

MemoryBandwidth steadyMemoryBandwidth(const std::function<Result<BandwidthReads>()>& measure) {
    double best = 0, second = 0, quiet = 0; // quiet: the best one with nobody else at work
    const auto like = [&](double value) { return value >= (1 - kAlike) * best; };
    for (unsigned round = 0; round < kMostRounds; ++round) {
        const Result<BandwidthReads> reads = measure();
        if (!reads) break;
        const double value = reads->best();
        second = std::max(second, std::min(value, best));
        best = std::max(best, value);
        if (!reads->load.busy()) quiet = std::max(quiet, value);
        if (best > 0 && like(second) && like(quiet)) return {best, false};
    }
    return {best, best > 0};
}

} // namespace ponder
