#include "engine/backend/reference/reference_adapters.h"

namespace ponder {

ReferenceAdapters::ReferenceAdapters(const AdapterSet& set, std::uint32_t first, std::uint32_t end,
                                     std::uint32_t modelLayers)
    : ReferenceAdapters(modelLayers) {
    if (!set.active()) return;
    forEachAddition(set, first, end, m_additions, [&](const LowRank& addition, PlainAddition& made) {
        made = {addition.down(), addition.up(), addition.scales()};
        m_bytes += made.down.bytes.size() + made.up.bytes.size();
    });
}

std::uint64_t ReferenceAdapters::bytesOf(const AdapterSet& set, std::uint32_t first, std::uint32_t end,
                                         std::uint32_t modelLayers) {
    std::uint64_t sum = 0;
    Weights<char> unused(modelLayers);
    const auto bytesOf = [](const StackedMatrix& shape) {
        return shape.rows * shape.rowLength * typeTraits(shape.type)->blockBytes;
    };
    if (set.active())
        forEachAddition(set, first, end, unused, [&](const LowRank& addition, char&) {
            sum += bytesOf(addition.downShape()) + bytesOf(addition.upShape());
        });
    return sum;
}

} // namespace ponder
