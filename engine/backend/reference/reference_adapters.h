// What adapters add to a model's weights, as plain matrices beside the file's.
//
// Takes a set; keeps its matrices stacked. While all strengths are 0 nothing is added. Owner:
// ReferenceExecutor. Thread: its device's. Next station: reference_ops.h.
#pragma once

#include "engine/model/adapter_set.h"

namespace ponder {

struct PlainAddition {
    StackedMatrix down, up;
    std::vector<float> scales; // empty: nothing is added

    explicit operator bool() const { return !scales.empty(); }
};

class ReferenceAdapters {
public:
    explicit ReferenceAdapters(std::uint32_t modelLayers) : m_additions(modelLayers) {}
    ReferenceAdapters(const AdapterSet& set, std::uint32_t first, std::uint32_t end,
                      std::uint32_t modelLayers);

    const Weights<PlainAddition>& additions() const { return m_additions; }
    std::uint64_t bytes() const { return m_bytes; }
    static std::uint64_t bytesOf(const AdapterSet& set, std::uint32_t first, std::uint32_t end,
                                 std::uint32_t modelLayers);

private:
    Weights<PlainAddition> m_additions;
    std::uint64_t m_bytes = 0;
};

} // namespace ponder
