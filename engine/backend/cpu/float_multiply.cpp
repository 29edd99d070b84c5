// Panels of F32, F16 and BF16 weights times columns of f32 activations.
#include "engine/backend/cpu/panel_multiply.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/backend/cpu/float_multiply.cpp"
#include "engine/base/foreach_target.h" // this file once for every target

#include "engine/backend/cpu/simd_types-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

struct Single {
    using Stored = float;
    static HWY_INLINE VF load(const Stored* at) { return hn::LoadU(DF(), at); }
};
struct Half {
    using Stored = std::uint16_t;
    static HWY_INLINE VF load(const Stored* at) { return loadHalves(at); }
};
struct Brain {
    using Stored = std::uint16_t;
    static HWY_INLINE VF load(const Stored* at) {
        const hn::Rebind<std::uint16_t, DI> d16;
        return hn::BitCast(DF(), hn::ShiftLeft<16>(hn::PromoteTo(DI(), hn::LoadU(d16, at))));
    }
};

// One vector of rows times kColumns columns; two sums each, so that additions overlap.
template<class Weights, std::size_t kColumns>
HWY_INLINE void multiplyRows(const typename Weights::Stored* panel, std::size_t length, std::size_t row,
                             const float* x, std::size_t xStride, float* out, std::size_t stride) {
    VF even[kColumns], odd[kColumns];
    for (std::size_t c = 0; c < kColumns; ++c)
        even[c] = odd[c] = hn::Zero(DF());
    for (std::size_t k = 0; k < length; k += 2) {
        const VF first = Weights::load(panel + k * kPanelRows + row);
        const VF second = Weights::load(panel + (k + 1) * kPanelRows + row);
        for (std::size_t c = 0; c < kColumns; ++c) {
            even[c] = hn::MulAdd(first, hn::Set(DF(), x[c * xStride + k]), even[c]);
            odd[c] = hn::MulAdd(second, hn::Set(DF(), x[c * xStride + k + 1]), odd[c]);
        }
    }
    for (std::size_t c = 0; c < kColumns; ++c)
        hn::StoreU(hn::Add(even[c], odd[c]), DF(), out + c * stride + row);
}

template<class Weights>
void multiplyType(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end, const float* x,
                  std::size_t xStride, std::uint32_t columns, float* out, std::size_t stride) {
    const std::size_t length = matrix.layout.rowLength();
    for (std::uint64_t p = first; p < end; ++p, out += kPanelRows) {
        const auto* panel = reinterpret_cast<const typename Weights::Stored*>(matrix.panel(p));
        for (std::size_t row = 0; row < kPanelRows; row += kLanes) {
            std::uint32_t c = 0;
            for (; c + 4 <= columns; c += 4)
                multiplyRows<Weights, 4>(panel, length, row, x + c * xStride, xStride, out + c * stride,
                                         stride);
            for (; c < columns; ++c)
                multiplyRows<Weights, 1>(panel, length, row, x + c * xStride, xStride, out + c * stride,
                                         stride);
        }
    }
}

void MultiplyFloats(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end, const float* x,
                    std::size_t xStride, std::uint32_t columns, float* out, std::size_t stride) {
    if (matrix.layout.type == TensorType::F32)
        multiplyType<Single>(matrix, first, end, x, xStride, columns, out, stride);
    else if (matrix.layout.type == TensorType::F16)
        multiplyType<Half>(matrix, first, end, x, xStride, columns, out, stride);
    else
        multiplyType<Brain>(matrix, first, end, x, xStride, columns, out, stride);
}

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ponder::cpu {

PONDER_EXPORT(MultiplyFloats);

void multiplyFloats(const PanelMatrix& matrix, std::uint64_t first, std::uint64_t end, const float* x,
                    std::size_t xStride, std::uint32_t columns, float* out, std::size_t stride) {
    HWY_DYNAMIC_DISPATCH(MultiplyFloats)(matrix, first, end, x, xStride, columns, out, stride);
}

} // namespace ponder::cpu
#endif
