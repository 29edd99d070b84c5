#include "engine/backend/vulkan/step/vulkan_adapters.h"

#include "engine/backend/vulkan/weights/matrix_upload.h"

#include <algorithm>
#include <cstring>

namespace ponder {
namespace {

constexpr unsigned kMostThreads = 4;

} // namespace

Result<VulkanAdapters> VulkanAdapters::load(VulkanContext& context, PipelineSet& pipelines,
                                            const VulkanPlan& plan, const AdapterSet& set,
                                            const VulkanBuffer& step, const VulkanBuffer& decodeState) {
    VulkanAdapters out;
    auto places = VulkanAdapterPlan::make(set, plan.config, plan.limits, plan.layers);
    if (!places) return places.error();
    out.m_plan = std::make_unique<VulkanAdapterPlan>(std::move(*places));
    if (out.m_plan->chunks.empty()) return out;
    for (const std::uint64_t bytes : out.m_plan->chunks) {
        auto chunk = VulkanBuffer::create(context, bytes, Place::Device);
        if (!chunk) return chunk.error();
        auto weights = pipelines.texelSet(PipelineSet::WeightsSet, {&*chunk});
        if (!weights) return weights.error();
        out.m_chunks.push_back(std::move(*chunk));
        out.m_weightSets.push_back(std::move(*weights));
    }
    auto scratch = VulkanBuffer::create(context, out.m_plan->scratchBytes(), Place::Device);
    if (!scratch) return scratch.error();
    out.m_scratch = std::move(*scratch);
    auto low = pipelines.texelSet(PipelineSet::ScratchSet, {&out.m_scratch, &step});
    if (!low) return low.error();
    out.m_lowSet = std::move(*low);
    if (decodeState.bytes() > 0) {
        auto ofStream = pipelines.texelSet(PipelineSet::ScratchSet, {&out.m_scratch, &decodeState});
        if (!ofStream) return ofStream.error();
        out.m_streamLowSet = std::move(*ofStream);
    }
    if (auto filled = out.fill(context, plan, set); !filled) return filled.error();
    if (auto scaled = out.setStrengths(context, plan, set); !scaled) return scaled.error();
    return out;
}

Result<void> VulkanAdapters::fill(VulkanContext& context, const VulkanPlan& plan, const AdapterSet& set) {
    auto uploader = Uploader::create(context, plan.limits.uploadBytes > 0);
    if (!uploader) return uploader.error();
    if (auto cleared = (*uploader)->clear(m_scratch); !cleared) return cleared;
    ThreadPool pool(std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads));
    MatrixUpload upload(**uploader, pool);
    const auto nothing = [](std::span<const std::byte>) { return Result<void>(); };
    Result<void> written;
    forEachAddition(set, plan.layers.first, plan.layers.end, m_plan->additions,
                    [&](const LowRank& addition, const VulkanAddition& place) {
                        const StackedMatrix down = addition.down(), up = addition.up();
                        if (written)
                            written =
                                upload.write(m_chunks[place.down.chunk], place.down, down.info(), nothing);
                        if (written)
                            written = upload.write(m_chunks[place.up.chunk], place.up, up.info(), nothing);
                    });
    if (!written) return written;
    return (*uploader)->finish();
}

Result<void> VulkanAdapters::setStrengths(VulkanContext& context, const VulkanPlan& plan,
                                          const AdapterSet& set) {
    m_active = set.active();
    if (m_chunks.empty()) return {};
    auto uploader = Uploader::create(context, plan.limits.uploadBytes > 0);
    if (!uploader) return uploader.error();
    Result<void> written;
    forEachAddition(
        set, plan.layers.first, plan.layers.end, m_plan->additions,
        [&](const LowRank& addition, const VulkanAddition& place) {
            if (!written) return;
            const std::vector<float> scales = addition.scales();
            const BufferRange range{std::uint64_t{place.scalesAt} * 16, scales.size() * sizeof(float)};
            written = (*uploader)->write(m_scratch, {&range, 1}, [&](std::span<std::byte* const> places) {
                std::memcpy(places[0], scales.data(), range.bytes);
            });
        });
    if (!written) return written;
    return (*uploader)->finish();
}

AdapterBuffers VulkanAdapters::buffers(bool ofStream) const {
    AdapterBuffers out;
    if (!m_active || m_chunks.empty()) return out;
    out.plan = m_plan.get();
    out.scratch = m_scratch.address();
    out.lowSet = ofStream ? m_streamLowSet.set : m_lowSet.set;
    for (std::size_t i = 0; i < m_chunks.size(); ++i)
        out.chunks.push_back({m_chunks[i].address(), m_weightSets[i].set});
    return out;
}

std::uint64_t VulkanAdapters::weightBytes() const {
    std::uint64_t sum = 0;
    for (const VulkanBuffer& chunk : m_chunks)
        sum += chunk.bytes();
    return sum;
}

} // namespace ponder
