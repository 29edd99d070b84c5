// Runs single kernels on the first Vulkan device, with seeded weights and activations, for the twin tests.
#pragma once

#include "engine/backend/reference/kernels.h"
#include "engine/backend/vulkan/pipeline/command_recorder.h"
#include "engine/backend/vulkan/tuning/kernel_tuning.h"
#include "engine/backend/vulkan/vulkan_devices.h"
#include "engine/backend/vulkan/weights/weight_layout.h"
#include "engine/quant/decode.h"
#include "tests/support/random_matrix.h"
#include "tests/support/reference_data.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace ponder::test {

class KernelBench {
public:
    static constexpr std::uint64_t kBufferBytes = std::uint64_t{16} << 20;

    explicit KernelBench(LoadPath path, bool validates = true) {
        auto opened =
            openVulkanContext("vulkan:0", {.loadPath = path, .validation = validates ? log : nullptr});
        if (!opened) return;
        context = std::move(*opened);
        tuning = KernelTuning::forDevice(*context, Precision::Float);
        pipelines = std::move(*PipelineSet::create(*context));
        for (VulkanBuffer* buffer : {&weights, &scratch, &other, &step})
            *buffer = std::move(*VulkanBuffer::create(*context, kBufferBytes, Place::Upload));
        sets[0] = std::move(*pipelines->texelSet(PipelineSet::WeightsSet, {&weights}));
        sets[1] = std::move(*pipelines->texelSet(PipelineSet::ScratchSet, {&scratch, &step}));
        sets[2] = std::move(*pipelines->texelSet(PipelineSet::OtherSet, {&other}));
        buffers = {weights.address(), scratch.address(), other.address(), step.address(),
                   sets[0].set,       sets[1].set,       sets[2].set};
    }
    bool ready() const { return context != nullptr; }

    // Puts a matrix into the weights buffer; gives its piece. factors: of its rows, as in weight_layout.h.
    std::uint32_t place(const RandomMatrix& matrix, std::span<const float> factors = {}) {
        const DeviceLayout layout = DeviceLayout::of(matrix.info.type, matrix.info.rowLength(),
                                                     matrix.info.rows(), context->groupsTogether());
        const std::uint32_t at = m_used;
        std::byte* base = weights.mapped() + std::size_t{at} * 16;
        rearrange(layout, matrix.bytes, layout.rows,
                  {base, base + layout.planesAt() * 16, base + layout.scalesAt() * 16}, factors);
        m_used += static_cast<std::uint32_t>(layout.pieces());
        return at;
    }
    void forgetWeights() { m_used = 0; }

    // Rows of `length` values, `stride` pieces apart; behind each row zeros.
    void put(VulkanBuffer& to, std::uint32_t at, std::span<const float> values, std::size_t length,
             std::uint32_t stride) {
        for (std::size_t row = 0; row * length < values.size(); ++row) {
            std::byte* place = to.mapped() + (std::size_t{at} + row * stride) * 16;
            std::memset(place, 0, std::size_t{stride} * 16);
            std::memcpy(place, values.data() + row * length, length * sizeof(float));
        }
    }
    std::vector<float> get(const VulkanBuffer& from, std::uint32_t at, std::size_t rows, std::size_t length,
                           std::uint32_t stride) const {
        std::vector<float> out(rows * length);
        for (std::size_t row = 0; row < rows; ++row)
            std::memcpy(out.data() + row * length, from.mapped() + (std::size_t{at} + row * stride) * 16,
                        length * sizeof(float));
        return out;
    }
    // Rows of `length` values as integer kernels read them (shaders/include/quants.glsl), `blocks` blocks
    // each.
    void putQuants(std::uint32_t at, std::span<const float> values, std::size_t length,
                   std::uint32_t blocks) {
        for (std::size_t row = 0; row * length < values.size(); ++row)
            for (std::uint32_t block = 0; block < blocks; ++block) {
                const std::size_t first = block * std::size_t{32};
                quantizeBlock(values.subspan(row * length + first, std::min<std::size_t>(32, length - first)),
                              scratch.mapped() +
                                  (at + (row * blocks + block) * std::size_t{kQuantPieces}) * 16);
            }
    }
    // Those rows once more as floats; NaN where the sums of a block contradict its numbers.
    std::vector<float> getQuants(std::uint32_t at, std::size_t rows, std::size_t length,
                                 std::uint32_t blocks) const {
        std::vector<float> out;
        for (std::size_t row = 0; row < rows; ++row)
            for (std::size_t i = 0; i < length; ++i) {
                const std::byte* place =
                    scratch.mapped() + (at + (row * blocks + i / 32) * std::size_t{kQuantPieces}) * 16;
                std::array<std::int8_t, 32> q{};
                std::array<float, 4> scales{};
                std::memcpy(q.data(), place, 32);
                std::memcpy(scales.data(), place + 32, 16);
                const int low = std::accumulate(q.begin(), q.begin() + 16, 0);
                const int high = std::accumulate(q.begin() + 16, q.end(), 0);
                const std::array sums{low, high, low + high};
                float value = scales[0] * float(q[i % 32]);
                for (std::size_t n = 0; n < 3; ++n)
                    if (std::abs(scales[n + 1] - scales[0] * float(sums[n])) > 1e-3F * scales[0])
                        value = std::numeric_limits<float>::quiet_NaN();
                out.push_back(value);
            }
        return out;
    }
    void writeStep(std::uint32_t rows, std::uint32_t firstPosition,
                   std::span<const std::uint32_t> tokens = {}) {
        const std::uint32_t head[4] = {rows, firstPosition, 0, 0};
        std::memcpy(step.mapped(), head, sizeof(head));
        if (!tokens.empty()) std::memcpy(step.mapped() + 16, tokens.data(), tokens.size_bytes());
    }

    template<class Call>
    bool run(const PipelineKey& key, const Call& call, Workgroups workgroups) {
        CommandRecorder recorder(*context, *pipelines, 1e18);
        recorder.dispatch(key, buffers, call, workgroups, 1);
        const auto recording = recorder.finish();
        return recording && context->submitAndWait(recording->slices.front().commands);
    }

    // A matrix kernel for so many columns; groups: of each matrix that has tiles of its own.
    template<class Call>
    bool multiply(MatrixKernel kernel, std::uint32_t columns, std::array<TensorType, 3> types,
                  const Call& call, std::initializer_list<std::uint32_t> groups, bool integer,
                  std::uint32_t writes) {
        const MatrixShape shape = tuning.matrix(columns, integer);
        std::uint32_t tiles = 0;
        for (const std::uint32_t count : groups)
            tiles += shape.tiles(count);
        return run(shape.key(kernel, {kernelFormat(types[0]), kernelFormat(types[1]), kernelFormat(types[2])},
                             writes),
                   call, shape.workgroups(tiles, columns));
    }

    std::shared_ptr<ValidationLog> log = std::make_shared<ValidationLog>();
    std::unique_ptr<VulkanContext> context;
    KernelTuning tuning;
    std::unique_ptr<PipelineSet> pipelines;
    VulkanBuffer weights, scratch, other, step;
    std::array<TexelSet, 3> sets;
    CallBuffers buffers;

private:
    std::uint32_t m_used = 0;
};

// One bench for each way to load; path 0 is texels, 1 addresses.
class KernelBenches {
public:
    // Whether there is a usable device with validation layers.
    bool open() {
        for (const int path : {0, 1}) {
            m_benches[path] = std::make_unique<KernelBench>(path == 0 ? LoadPath::Texel : LoadPath::Address);
            if (!m_benches[path]->ready()) return false;
        }
        return true;
    }
    KernelBench& operator[](int path) const { return *m_benches[path]; }
    auto begin() const { return m_benches.begin(); }
    auto end() const { return m_benches.end(); }

    // What the validation layers say.
    std::string messages() const {
        std::string out;
        for (const auto& bench : m_benches)
            for (const std::string& message : bench->log->messages())
                out += message + "\n";
        return out;
    }

private:
    std::array<std::unique_ptr<KernelBench>, 2> m_benches;
};

inline std::vector<float> randomFloats(std::size_t count, std::mt19937& random) {
    std::uniform_real_distribution<float> value(-1.0F, 1.0F);
    std::vector<float> out(count);
    for (float& f : out)
        f = value(random);
    return out;
}

// The length of a matrix's longest row: what its product with values of about 1 amounts to before terms
// cancel.
inline double rowMagnitude(const TensorInfo& matrix) {
    std::vector<float> row(matrix.rowLength());
    double longest = 0;
    for (std::uint64_t r = 0; r < matrix.rows(); ++r) {
        reference::decodeRow(matrix, r, row);
        double sum = 0;
        for (const float w : row)
            sum += double(w) * w;
        longest = std::max(longest, std::sqrt(sum));
    }
    return longest;
}

// The largest difference, measured against the largest wanted value, or `size` where that is more.
inline double worst(std::span<const float> got, std::span<const float> wanted, double size = 1e-30) {
    double difference = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!std::isfinite(got[i])) return HUGE_VAL;
        difference = std::max(difference, std::abs(double(got[i]) - wanted[i]));
        size = std::max(size, std::abs(double(wanted[i])));
    }
    return difference / size;
}

inline std::uint32_t pieces(std::size_t length) { return static_cast<std::uint32_t>((length + 31) / 32 * 8); }

} // namespace ponder::test
