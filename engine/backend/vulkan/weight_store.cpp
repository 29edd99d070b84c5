#include "engine/backend/vulkan/weight_store.h"

#include "engine/backend/vulkan/weight_layout.h"
#include "engine/base/thread_pool.h"
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
        const BufferRange range{std::uint64_t{tensor.vectorAt} * 16, values.size() * sizeof(float)};
        auto written =
            m_uploader.write(m_store.scratch, {&range, 1}, [&](std::span<std::byte* const> places) {
                std::memcpy(places[0], values.data(), range.bytes);
            });
        if (!written) return written;
        return advance(tensor.source->bytes.size());
    }

    Result<void> slice(const VulkanTensor& tensor, const WeightSlice& slice) {
        const DeviceLayout& layout = slice.layout;
        const std::uint64_t rowBytes = tensor.source->bytes.size() / tensor.source->rows();
        const std::uint64_t togetherBytes = layout.bytes() / layout.paddedGroups() * layout.together;
        const std::uint64_t groupsAtOnce =
            std::max<std::uint64_t>(1, Uploader::kPartBytes / togetherBytes) * layout.together;
        for (std::uint64_t group = 0; group < layout.groups(); group += groupsAtOnce) {
            const std::uint64_t groups = std::min(groupsAtOnce, layout.paddedGroups() - group);
            const std::uint64_t rows = std::min(groups * 4, layout.rows - group * 4);
            const auto source =
                tensor.source->bytes.subspan((slice.firstRow + group * 4) * rowBytes, rows * rowBytes);
            if (auto written = writeGroups(slice, group, groups, source, rows); !written) return written;
            // The device has them, or staging does: no second copy stays in memory, not even of one tensor.
            m_file.release(source);
            if (auto advanced = advance(source.size()); !advanced) return advanced;
        }
        return {};
    }

private:
    Result<void> writeGroups(const WeightSlice& slice, std::uint64_t group, std::uint64_t groups,
                             std::span<const std::byte> source, std::uint64_t rows) {
        const DeviceLayout& layout = slice.layout;
        const std::uint64_t quants = std::uint64_t{layout.blocks} * layout.quantPieces * 4; // of a group
        const std::uint64_t planes = std::uint64_t{layout.blocks} * layout.planePieces;
        const std::uint64_t scales = layout.scalePieces;
        const BufferRange ranges[3] = {
            {(slice.at + group * quants) * 16, groups * quants * 16},
            {(slice.at + layout.planesAt() + group * planes) * 16, groups * planes * 16},
            {(slice.at + layout.scalesAt() + group * scales) * 16, groups * scales * 16},
        };
        return m_uploader.write(m_store.chunks[slice.chunk], ranges, [&](std::span<std::byte* const> places) {
            const std::size_t groupBytes = source.size() / rows * 4;
            const std::size_t count = groups / layout.together;
            const std::size_t grain = std::max<std::size_t>(1, count / (std::size_t{4} * m_pool.threads()));
            m_pool.forEach(count, grain, [&](std::size_t from, std::size_t to, unsigned) {
                const std::size_t first = from * layout.together;
                const std::size_t last = std::min<std::size_t>(to * layout.together * 4, rows);
                const auto part =
                    source.subspan(first * groupBytes, source.size() / rows * (last - first * 4));
                rearrange(layout, part, last - first * 4,
                          {places[0] + first * quants * 16, places[1] + first * planes * 16,
                           places[2] + first * scales * 16});
            });
        });
    }

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
