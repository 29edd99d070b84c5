#include "engine/backend/vulkan/weights/weight_store.h"

#include "engine/backend/vulkan/weights/matrix_upload.h"
#include "engine/quant/decode.h"

#include <algorithm>
#include <cstring>

namespace ponder {
namespace {

constexpr unsigned kMostThreads = 8; // more wait for memory

class Loading {
public:
    Loading(WeightStore& store, Uploader& uploader, const VulkanPlan& plan, const ModelFile& file,
            const Progress& progress, const std::stop_token& stop)
        : m_pool(std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads)), m_store(store),
          m_uploader(uploader), m_file(file), m_progress(progress), m_stop(stop) {
        for (const VulkanTensor& tensor : plan.tensors)
            m_all += tensor.source->bytes.size();
    }

    Result<void> vector(const VulkanTensor& tensor) {
        std::vector<float> values(tensor.vectorPieces * 4, 0.0F);
        const std::uint64_t count = tensor.source->rowLength() * tensor.source->rows();
        decode(tensor.source->type, tensor.source->bytes, std::span(values).first(count));
        if (auto written = scratch(tensor.vectorAt, values); !written) return written;
        return advance(tensor.source->bytes.size());
    }

    // Whole pieces of scratch.
    Result<void> scratch(std::uint32_t at, std::span<const float> values) {
        const BufferRange range{std::uint64_t{at} * 16, values.size_bytes()};
        return m_uploader.write(m_store.scratch, {&range, 1}, [&](std::span<std::byte* const> places) {
            std::memcpy(places[0], values.data(), range.bytes);
        });
    }

    Result<void> slice(const VulkanTensor& tensor, const WeightSlice& slice) {
        MatrixUpload upload(m_uploader, m_pool);
        return upload.write(m_store.chunks[slice.chunk], slice, *tensor.source,
                            [&](std::span<const std::byte> taken) {
                                // No second copy stays in memory, not even of one tensor.
                                m_file.release(taken);
                                return advance(taken.size());
                            });
    }

private:
    Result<void> advance(std::uint64_t bytes) {
        m_done += bytes;
        if (m_progress) m_progress(m_done, m_all);
        if (m_stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        return {};
    }

    ThreadPool m_pool;
    WeightStore& m_store;
    Uploader& m_uploader;
    const ModelFile& m_file;
    const Progress& m_progress;
    std::stop_token m_stop;
    std::uint64_t m_done = 0;
    std::uint64_t m_all = 0;
};

} // namespace

Result<WeightStore> WeightStore::allocate(VulkanContext& context, const VulkanPlan& plan,
                                          const std::stop_token& stop) {
    WeightStore store;
    auto scratch = VulkanBuffer::create(context, plan.scratch.pieces * 16, Place::Device);
    if (!scratch) return scratch.error();
    store.scratch = std::move(*scratch);
    for (const std::uint64_t bytes : plan.chunks) {
        if (stop.stop_requested()) return Error{ErrorCode::Cancelled, {}, {}};
        auto chunk = VulkanBuffer::create(context, bytes, Place::Device);
        if (!chunk) return chunk.error();
        store.chunks.push_back(std::move(*chunk));
    }
    return store;
}

Result<void> WeightStore::fill(VulkanContext& context, const VulkanPlan& plan, const ModelFile& file,
                               const Progress& progress, const std::stop_token& stop) {
    auto uploader = Uploader::create(context, plan.limits.uploadBytes > 0);
    if (!uploader) return uploader.error();
    if (auto cleared = (*uploader)->clear(scratch); !cleared) return cleared;
    Loading loading(*this, **uploader, plan, file, progress, stop);
    const std::vector<float> ones(plan.scratch.x.stride * std::size_t{4}, 1.0F);
    if (auto loaded = loading.scratch(plan.scratch.ones, ones); !loaded) return loaded;
    for (const VulkanTensor& tensor : plan.tensors) {
        if (tensor.slices.empty())
            if (auto loaded = loading.vector(tensor); !loaded) return loaded;
        for (const WeightSlice& slice : tensor.slices)
            if (auto loaded = loading.slice(tensor, slice); !loaded) return loaded;
        file.release(tensor.source->bytes);
    }
    return (*uploader)->finish();
}

} // namespace ponder
