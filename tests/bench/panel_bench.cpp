// How fast the processor reads each number format while it multiplies with it: bytes of the file a second,
// and the share of what Q4_K reaches. No bar: a table for the reader of ./dev bench.
//
//     panel_bench [columns [threads [megabytes]]]
//
// With one column and more memory than the caches hold, as decoding is. Each format is measured between two
// rounds of Q4_K, and the best of several rounds counts.
#include "engine/backend/cpu/panel_multiply.h"
#include "engine/backend/cpu/panel_packer.h"
#include "tests/support/random_matrix.h"
#include "tests/support/simd_targets.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

using namespace ponder;

namespace {

constexpr std::uint32_t kLength = 4096;

struct Settings {
    std::uint32_t columns = 1, threads = std::max(1U, std::thread::hardware_concurrency());
    double bytes = 256e6;
};

// Panels that are all alike, ready to be multiplied with.
class Subject {
public:
    Subject(TensorType type, const Settings& settings) : m_settings(settings) {
        std::mt19937 random(1);
        const test::RandomMatrix matrix(type, kLength, kPanelRows, random);
        const std::size_t one = PanelLayout::of(type, kLength, kPanelRows).panelBytes();
        m_panels = static_cast<std::uint64_t>(settings.bytes) / one / settings.threads * settings.threads;
        m_layout = PanelLayout::of(type, kLength, m_panels * kPanelRows);
        m_packed.resize(m_layout.bytes());
        for (std::uint64_t panel = 0; panel < m_panels; ++panel)
            cpu::packPanel(m_layout, matrix.bytes, &m_packed[panel * one]);
        m_fileBytes = static_cast<double>(matrix.bytes.size()) * static_cast<double>(m_panels);
        std::normal_distribution<float> normal;
        std::vector<float> column(kLength);
        m_tiles.resize(settings.columns, kLength);
        for (std::uint32_t c = 0; c < settings.columns; ++c) {
            for (float& value : column)
                value = normal(random);
            m_tiles.quantize(c, 0, column.data(), kLength / 32);
        }
        m_out.resize(std::size_t{settings.columns} * m_panels * kPanelRows);
    }

    // Gigabytes of the file a second.
    double speed() {
        const auto start = std::chrono::steady_clock::now();
        std::vector<std::jthread> threads;
        for (std::uint32_t t = 0; t < m_settings.threads; ++t)
            threads.emplace_back([&, t] { multiply(t); });
        threads.clear();
        const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
        return 1e-9 * m_fileBytes / time.count();
    }

private:
    void multiply(std::uint32_t thread) {
        std::vector<std::byte> scratch(cpu::unpackedBytes(m_layout));
        const std::uint64_t share = m_panels / m_settings.threads, first = share * thread;
        cpu::multiplyQuantized({m_layout, m_packed.data()}, first, first + share, m_tiles, scratch.data(),
                               &m_out[first * kPanelRows], m_panels * kPanelRows);
    }

    Settings m_settings;
    PanelLayout m_layout;
    std::uint64_t m_panels = 0;
    double m_fileBytes = 0;
    std::vector<std::byte> m_packed;
    std::vector<float> m_out;
    cpu::ActivationTiles m_tiles;
};

void measure(const char* name, std::int64_t target, const Settings& settings) {
    const test::UseTarget use(target);
    std::printf("%s, %u columns, %u threads\n", name, settings.columns, settings.threads);
    Subject base(TensorType::Q4_K, settings);
    for (const TensorType type : kTensorTypes) {
        if (!PanelLayout::of(type, kLength, kPanelRows).quantized()) continue;
        Subject subject(type, settings);
        double best = 0, bestBase = 0;
        for (int round = 0; round < 8; ++round) {
            bestBase = std::max(bestBase, base.speed());
            best = std::max(best, subject.speed());
        }
        std::printf("  %-8s %6.2f GB/s  %4.0f %% of Q4_K\n", typeTraits(type)->name.data(), best,
                    100 * best / bestBase);
    }
}

} // namespace

int main(int count, char** arguments) {
    Settings settings;
    if (count > 1) settings.columns = static_cast<std::uint32_t>(std::atoi(arguments[1]));
    if (count > 2) settings.threads = static_cast<std::uint32_t>(std::atoi(arguments[2]));
    if (count > 3) settings.bytes = std::atof(arguments[3]) * 1e6;
    for (const auto& [name, target] : test::simdTargets())
        measure(name, target, settings);
}
