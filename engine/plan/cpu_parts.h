// What any part of a model takes on the processor, for those who ask about many parts of one model.
//
// Every layer is measured once; the weights of a part are differences of sums, all else is planned by CpuPlan
// itself. The answers are those of CpuPlan::make() and ofExperts(). Owner: the caller. Thread: one at a time.
// Errors: none. Next station: dry_run.h.
#pragma once

#include "engine/plan/cpu_plan.h"

namespace ponder {

class CpuParts {
public:
    static CpuParts of(const PlanRequest& request, unsigned threads);
    static CpuParts ofExperts(const PlanRequest& request, unsigned threads);
    MemoryUse memory(std::uint32_t contextTokens, const LayerRange& layers);

private:
    struct Sums {
        std::uint64_t bytes = 0;
        std::uint32_t floatExperts = 0; // layers that have some
    };

    CpuParts(const PlanRequest& request, const FileWeights& weights, bool expertsOnly, unsigned threads);
    std::uint64_t measure(const FileWeights& weights, Weight weight) const;
    void measure(const FileWeights& weights, std::uint32_t layer);

    KvType m_kvType;
    bool m_expertsOnly;
    unsigned m_threads;
    CpuPlan m_plan;             // of the part that was asked about last, without places
    std::vector<Sums> m_before; // of all layers before this one
    std::uint64_t m_always = 0; // bytes of every part
    std::uint64_t m_last = 0;   // and of the one with the last layer
};

} // namespace ponder
