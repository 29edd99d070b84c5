#include "engine/backend/vulkan/tuning/tuning_bench.h"

#include "engine/backend/vulkan/pipeline/command_recorder.h"
#include "engine/backend/vulkan/weights/uploader.h"
#include "engine/backend/vulkan/weights/weight_layout.h"
#include "engine/quant/decode.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

namespace ponder {
namespace {

constexpr std::uint32_t kLength = 2048, kRows = 8192, kBlocks = kLength / 32;
constexpr std::uint32_t kPattern = 64; // different rows; the others repeat them
constexpr std::uint32_t kColumns = 64, kTileRoom = 64;
// Scratch, in pieces: activations as floats and as quants, then squares of zero: with epsilon 1 the norm's
// scale is 1.
constexpr std::uint32_t kStride = kLength / 4, kQuantStride = kBlocks * kQuantPieces;
constexpr std::uint32_t kFloats = 0, kQuants = kFloats + (kColumns + kTileRoom) * kStride;
constexpr std::uint32_t kSquares = kQuants + (kColumns + kTileRoom) * kQuantStride;
constexpr std::uint32_t kScratchPieces = kSquares + kColumns + kTileRoom;
constexpr double kCommandSeconds = 0.004; // long against the cost of a submit

DeviceLayout layoutOf(const VulkanContext& context, std::uint32_t rows) {
    return DeviceLayout::of(TensorType::Q4_K, kLength, rows, context.groupsTogether());
}

// Rows of Q4_K as a file has them, with scales that keep products near 1.
std::vector<std::byte> randomRows(std::mt19937& random) {
    const std::size_t blockBytes = typeTraits(TensorType::Q4_K)->blockBytes;
    std::vector<std::byte> rows(std::size_t{kPattern} * (kLength / 256) * blockBytes);
    for (std::byte& byte : rows)
        byte = static_cast<std::byte>(random());
    std::uniform_real_distribution<float> scale(0.5F, 1.0F);
    for (std::size_t at = 0; at < rows.size(); at += blockBytes) {
        const std::uint16_t halves[2] = {floatToHalf(2e-4F * scale(random)),
                                         floatToHalf(1e-3F * scale(random))};
        std::memcpy(rows.data() + at, halves, 4);
    }
    return rows;
}

} // namespace

Result<std::unique_ptr<TuningBench>> TuningBench::create(VulkanContext& context) {
    std::unique_ptr<TuningBench> bench(new TuningBench(context));
    for (auto step : {&TuningBench::allocate, &TuningBench::fill, &TuningBench::bind})
        if (auto done = (bench.get()->*step)(); !done) return done.error();
    return bench;
}

Result<void> TuningBench::allocate() {
    const struct {
        VulkanBuffer* buffer;
        std::uint64_t bytes;
        Place place;
    } all[] = {{&m_weights, layoutOf(m_context, kRows).bytes(), Place::Device},
               {&m_scratch, std::uint64_t{kScratchPieces} * 16, Place::Device},
               {&m_step, 16, Place::Upload},
               {&m_result, std::uint64_t{kColumns} * kRows * 4, Place::Download}};
    for (const auto& one : all) {
        auto made = VulkanBuffer::create(m_context, one.bytes, one.place);
        if (!made) return made.error();
        *one.buffer = std::move(*made);
    }
    return {};
}

Result<void> TuningBench::fill() {
    std::mt19937 random(1);
    const std::vector<std::byte> rows = randomRows(random);
    std::uniform_real_distribution<float> value(-1.0F, 1.0F);
    std::vector<float> x(std::size_t{kColumns} * kLength);
    for (float& one : x)
        one = value(random);
    std::vector<float> decoded(std::size_t{kPattern} * kLength);
    decode(TensorType::Q4_K, rows, decoded);
    for (std::uint32_t column = 0; column < kColumns; ++column)
        for (std::uint32_t row = 0; row < kPattern; ++row) {
            double sum = 0;
            for (std::uint32_t i = 0; i < kLength; ++i)
                sum += double{decoded[row * kLength + i]} * x[column * kLength + i];
            m_wanted.push_back(static_cast<float>(sum));
        }

    auto uploader = Uploader::create(m_context, !m_context.physical().memory.mapped);
    if (!uploader) return uploader.error();
    if (auto cleared = (*uploader)->clear(m_scratch); !cleared) return cleared;
    for (std::uint32_t column = 0; column < kColumns; ++column) {
        const BufferRange ranges[2] = {
            {(kFloats + std::uint64_t{column} * kStride) * 16, kLength * 4},
            {(kQuants + std::uint64_t{column} * kQuantStride) * 16, kQuantStride * 16}};
        const auto values = std::span(x).subspan(std::size_t{column} * kLength, kLength);
        const auto put = [&](std::span<std::byte* const> places) {
            std::memcpy(places[0], values.data(), values.size_bytes());
            for (std::uint32_t block = 0; block < kBlocks; ++block)
                quantizeBlock(values.subspan(std::size_t{block} * 32, 32),
                              places[1] + std::size_t{block} * kQuantPieces * 16);
        };
        if (auto written = (*uploader)->write(m_scratch, ranges, put); !written) return written;
    }
    const DeviceLayout whole = layoutOf(m_context, kRows);
    const DeviceLayout part = layoutOf(m_context, kPattern);
    const std::uint64_t quants = part.planesAt() * 16, scales = part.bytes() - part.scalesAt() * 16;
    for (std::uint32_t first = 0; first < kRows; first += kPattern) {
        const std::uint64_t n = first / kPattern;
        const BufferRange ranges[2] = {{n * quants, quants}, {whole.scalesAt() * 16 + n * scales, scales}};
        const auto put = [&](std::span<std::byte* const> places) {
            rearrange(part, rows, kPattern, {places[0], nullptr, places[1]});
        };
        if (auto written = (*uploader)->write(m_weights, ranges, put); !written) return written;
    }
    return (*uploader)->finish();
}

Result<void> TuningBench::bind() {
    auto pipelines = PipelineSet::create(m_context);
    if (!pipelines) return pipelines.error();
    m_pipelines = std::move(*pipelines);
    auto weights = m_pipelines->texelSet(PipelineSet::WeightsSet, {&m_weights});
    if (!weights) return weights.error();
    m_weightSet = std::move(*weights);
    auto scratch = m_pipelines->texelSet(PipelineSet::ScratchSet, {&m_scratch, &m_step});
    if (!scratch) return scratch.error();
    m_scratchSet = std::move(*scratch);
    m_buffers = {m_weights.address(), m_scratch.address(), m_result.address(), m_step.address(),
                 m_weightSet.set,     m_scratchSet.set,    VK_NULL_HANDLE};
    return {};
}

HeadCall TuningBench::callFor(const MatrixShape& shape, std::uint32_t columns) const {
    return {shape.integer ? kQuants : kFloats,
            shape.integer ? kQuantStride : kStride,
            kSquares,
            1,
            1.0F,
            1.0F,
            kBlocks,
            0,
            kRows / 4,
            0,
            kRows / 4,
            columns};
}

bool TuningBench::isRight(const MatrixShape& shape, std::uint32_t columns) const {
    double error = 0, size = 0;
    for (std::uint32_t column = 0; column < columns; ++column)
        for (std::uint32_t row = 0; row < kRows; ++row) {
            float got = 0;
            std::memcpy(&got, m_result.mapped() + (std::size_t{column} * kRows + row) * 4, 4);
            const double wanted = m_wanted[std::size_t{column} * kPattern + row % kPattern];
            error += (got - wanted) * (got - wanted);
            size += wanted * wanted;
        }
    const double most = shape.integer ? 1e-3 : shape.isHalf() ? 1e-6 : 1e-9;
    return error <= most * size; // false where it is not a number
}

Result<double> TuningBench::seconds(const MatrixShape& shape, std::uint32_t columns) {
    const std::uint32_t format = kernelFormat(TensorType::Q4_K);
    const PipelineKey key = shape.key(MatrixKernel::Head, {format, format, format}, kWritesFloats);
    const Workgroups groups = shape.workgroups(shape.tiles(kRows / 4), columns);
    const auto measure = [&](int repeats) -> Result<double> {
        CommandRecorder recorder(m_context, *m_pipelines, 1e18);
        for (int i = 0; i < repeats; ++i)
            recorder.dispatch(key, m_buffers, callFor(shape, columns), groups, 1);
        auto recording = recorder.finish();
        if (!recording) return recording.error();
        double best = 0;
        for (int i = 0; i < 3; ++i) {
            auto took = m_context.submitAndWait(recording->slices.front().commands);
            if (!took) return took.error();
            best = i == 0 ? *took : std::min(best, *took);
        }
        return best / repeats;
    };
    std::memset(m_result.mapped(), 0, m_result.bytes());
    const auto once = measure(1);
    if (!once) return once.error();
    if (!isRight(shape, columns)) return 0.0;
    const int repeats = std::clamp(static_cast<int>(kCommandSeconds / *once), 1, 100);
    return repeats > 1 ? measure(repeats) : once;
}

} // namespace ponder
