#include "engine/backend/vulkan/weights/matrix_upload.h"

#include "engine/backend/vulkan/weights/weight_layout.h"

#include <algorithm>
#include <vector>

namespace ponder {

Result<void> MatrixUpload::write(const VulkanBuffer& chunk, const WeightSlice& slice,
                                 const TensorInfo& matrix, const Taken& taken) {
    const DeviceLayout& layout = slice.layout;
    const std::uint64_t rowBytes = matrix.bytes.size() / matrix.rows();
    const std::uint64_t togetherBytes = layout.bytes() / layout.paddedGroups() * layout.together;
    const std::uint64_t groupsAtOnce =
        std::max<std::uint64_t>(1, Uploader::kPartBytes / togetherBytes) * layout.together;
    for (std::uint64_t group = 0; group < layout.groups(); group += groupsAtOnce) {
        const std::uint64_t groups = std::min(groupsAtOnce, layout.paddedGroups() - group);
        const std::uint64_t rows = std::min(groups * 4, layout.rows - group * 4);
        const auto source = matrix.bytes.subspan((slice.firstRow + group * 4) * rowBytes, rows * rowBytes);
        std::vector<float> factors(matrix.factors.empty() ? 0 : rows);
        for (std::size_t row = 0; row < factors.size(); ++row)
            factors[row] = matrix.factorOf(slice.firstRow + group * 4 + row);
        if (auto written = writeGroups(chunk, slice, group, groups, source, factors, rows); !written)
            return written;
        if (auto told = taken(source); !told) return told;
    }
    return {};
}

Result<void> MatrixUpload::writeGroups(const VulkanBuffer& chunk, const WeightSlice& slice,
                                       std::uint64_t group, std::uint64_t groups,
                                       std::span<const std::byte> source, std::span<const float> factors,
                                       std::uint64_t rows) {
    const DeviceLayout& layout = slice.layout;
    const std::uint64_t quants = std::uint64_t{layout.blocks} * layout.quantPieces; // of a group
    const std::uint64_t planes = std::uint64_t{layout.blocks} * layout.planePieces;
    const std::uint64_t scales = layout.scalePieces;
    const BufferRange ranges[3] = {
        {(slice.at + group * quants) * 16, groups * quants * 16},
        {(slice.at + layout.planesAt() + group * planes) * 16, groups * planes * 16},
        {(slice.at + layout.scalesAt() + group * scales) * 16, groups * scales * 16},
    };
    return m_uploader.write(chunk, ranges, [&](std::span<std::byte* const> places) {
        const std::size_t groupBytes = source.size() / rows * 4;
        const std::size_t count = groups / layout.together;
        const std::size_t grain = std::max<std::size_t>(1, count / (std::size_t{4} * m_pool.threads()));
        m_pool.forEach(count, grain, [&](std::size_t from, std::size_t to, unsigned) {
            const std::size_t first = from * layout.together;
            const std::size_t last = std::min<std::size_t>(to * layout.together * 4, rows);
            const auto part = source.subspan(first * groupBytes, source.size() / rows * (last - first * 4));
            rearrange(layout, part, last - first * 4,
                      {places[0] + first * quants * 16, places[1] + first * planes * 16,
                       places[2] + first * scales * 16},
                      factors.empty() ? factors : factors.subspan(first * 4, last - first * 4));
        });
    });
}

} // namespace ponder
