// The instruction sets that the processor kernels are compiled for and that this machine has.
#pragma once

#include <hwy/targets.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace ponder::test {

inline std::vector<std::pair<const char*, std::int64_t>> simdTargets() {
    std::vector<std::pair<const char*, std::int64_t>> out;
    for (const auto& [name, target] : {std::pair{"SSE4", std::int64_t{HWY_SSE4}},
                                       {"AVX2", HWY_AVX2},
                                       {"AVX-512", HWY_AVX3},
                                       {"AVX-512 VNNI", HWY_AVX3_DL},
                                       {"NEON", HWY_NEON}})
        if (hwy::SupportedTargets() & target) out.emplace_back(name, target);
    return out;
}

// Makes the kernels use one instruction set, until destroyed.
class UseTarget {
public:
    explicit UseTarget(std::int64_t target) { hwy::SetSupportedTargetsForTest(target); }
    ~UseTarget() { hwy::SetSupportedTargetsForTest(0); }
    UseTarget(const UseTarget&) = delete;
    UseTarget& operator=(const UseTarget&) = delete;
};

} // namespace ponder::test
