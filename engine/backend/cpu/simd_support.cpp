#include "engine/backend/cpu/simd_support.h"

#include <hwy/targets.h>

namespace ponder::cpu {

bool simdSupported() {
#if HWY_ARCH_X86
    return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("aes") &&
           __builtin_cpu_supports("pclmul");
#else
    return true;
#endif
}

std::string_view instructionSet() {
    const std::int64_t targets = hwy::SupportedTargets();
    if (targets & HWY_AVX3_DL) return "AVX-512 VNNI";
    if (targets & HWY_AVX3) return "AVX-512";
    if (targets & HWY_AVX2) return "AVX2";
    if (targets & HWY_SSE4) return "SSE4.2";
    if (targets & HWY_NEON) return "NEON";
    return "plain";
}

} // namespace ponder::cpu
