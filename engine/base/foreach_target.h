// What a source of kernels includes where Highway's own examples include <hwy/foreach_target.h>: the source
// is compiled once for every instruction set, and that set's functions are in the namespace HWY_NAMESPACE.
//
// Highway compiles all sets in one go, which takes long where kernels are large. For those and on x86 the
// build (CMake's ponder_simd_sources) therefore makes an object of each set: a few lines that define
// PONDER_SIMD_TARGET and include the source. The source by itself is then the baseline alone, with the tables
// that choose when the program runs: PONDER_EXPORT(Function) instead of HWY_EXPORT(Function). Elsewhere this
// is Highway's header and nothing more. Next station: the kernels of engine/backend/cpu, engine/quant and
// engine/sample.
#include <hwy/detect_targets.h>

#if !defined(PONDER_SIMD_APART)
#include <hwy/foreach_target.h>
#elif defined(PONDER_SIMD_TARGET)
// As foreach_target.h does it before it includes the source once more.
#undef HWY_TARGET
#define HWY_TARGET PONDER_SIMD_TARGET
#undef HWY_ONCE
#define HWY_ONCE 0
#endif

#ifndef PONDER_EXPORT
#ifdef PONDER_SIMD_APART

// Declares the function of another instruction set, which another object defines. It looks like that of the
// baseline.
#define PONDER_DECLARE(SET, FUNCTION)                                                                        \
    namespace SET {                                                                                          \
    extern decltype(HWY_STATIC_DISPATCH(FUNCTION)) FUNCTION;                                                 \
    }
#if HWY_TARGETS & ~(HWY_STATIC_TARGET | PONDER_SIMD_APART)
#error "ponder_simd_sources() makes no object of one of the instruction sets that this Highway compiles"
#endif
#if HWY_TARGETS & HWY_AVX2
#define PONDER_DECLARE_AVX2(FUNCTION) PONDER_DECLARE(N_AVX2, FUNCTION)
#else
#define PONDER_DECLARE_AVX2(FUNCTION)
#endif
#if HWY_TARGETS & HWY_AVX3
#define PONDER_DECLARE_AVX3(FUNCTION) PONDER_DECLARE(N_AVX3, FUNCTION)
#else
#define PONDER_DECLARE_AVX3(FUNCTION)
#endif
#if HWY_TARGETS & HWY_AVX3_DL
#define PONDER_DECLARE_AVX3_DL(FUNCTION) PONDER_DECLARE(N_AVX3_DL, FUNCTION)
#else
#define PONDER_DECLARE_AVX3_DL(FUNCTION)
#endif

#define PONDER_EXPORT(FUNCTION)                                                                              \
    PONDER_DECLARE_AVX2(FUNCTION)                                                                            \
    PONDER_DECLARE_AVX3(FUNCTION)                                                                            \
    PONDER_DECLARE_AVX3_DL(FUNCTION)                                                                         \
    HWY_EXPORT(FUNCTION)

#else
#define PONDER_EXPORT(FUNCTION) HWY_EXPORT(FUNCTION)
#endif
#endif
