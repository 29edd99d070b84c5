#include "engine/backend/cpu/attention_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/backend/cpu/attention_kernels.cpp"
#include "engine/base/foreach_target.h" // this file once for every target

#include "engine/backend/cpu/simd_types-inl.h"

#include <hwy/contrib/math/math-inl.h>

#include <algorithm>
#include <cmath>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

// How the kinds of storage are read. key(): sixteen slots' value h, from lane `lane` on. value(): of a slot,
// from h on; where keys are rows, this reads them.
struct SingleStore {
    const float* keys;
    const float* values;
    std::size_t keySize, size; // of a key, of a value's row

    SingleStore(const std::byte* block, const HeadBlocks& head)
        : keys(reinterpret_cast<const float*>(block)),
          values(head.rows ? keys : keys + kCacheSlots * head.keySize), keySize(head.keySize),
          size(head.rows ? head.keySize : head.valueSize) {}
    const std::byte* valueBytes() const { return reinterpret_cast<const std::byte*>(values); }
    HWY_INLINE VF key(std::size_t h, std::size_t lane) const {
        return hn::LoadU(DF(), keys + h * kCacheSlots + lane);
    }
    HWY_INLINE VF value(std::size_t slot, std::size_t h) const {
        return hn::LoadU(DF(), values + slot * size + h);
    }
};

struct HalfStore {
    const std::uint16_t* keys;
    const std::uint16_t* values;
    std::size_t keySize, size; // of a key, of a value's row

    HalfStore(const std::byte* block, const HeadBlocks& head)
        : keys(reinterpret_cast<const std::uint16_t*>(block)),
          values(head.rows ? keys : keys + kCacheSlots * head.keySize), keySize(head.keySize),
          size(head.rows ? head.keySize : head.valueSize) {}
    const std::byte* valueBytes() const { return reinterpret_cast<const std::byte*>(values); }
    HWY_INLINE VF key(std::size_t h, std::size_t lane) const {
        return loadHalves(keys + h * kCacheSlots + lane);
    }
    HWY_INLINE VF value(std::size_t slot, std::size_t h) const {
        return loadHalves(values + slot * size + h);
    }
};

// Sixteen lanes of 8-bit values and the scale of their block of 32.
struct EightBitStore {
    const std::int8_t* keys;
    const std::uint16_t* keyScales;
    const std::int8_t* values;
    const std::uint16_t* valueScales;
    std::size_t keySize, size; // of a key, of a value's row

    EightBitStore(const std::byte* block, const HeadBlocks& head)
        : keys(reinterpret_cast<const std::int8_t*>(block)),
          keyScales(reinterpret_cast<const std::uint16_t*>(keys + kCacheSlots * head.keySize)),
          values(head.rows
                     ? keys
                     : reinterpret_cast<const std::int8_t*>(keyScales + kCacheSlots * head.keySize / 32)),
          valueScales(head.rows
                          ? keyScales
                          : reinterpret_cast<const std::uint16_t*>(values + kCacheSlots * head.valueSize)),
          keySize(head.keySize), size(head.rows ? head.keySize : head.valueSize) {}
    const std::byte* valueBytes() const { return reinterpret_cast<const std::byte*>(values); }
    static HWY_INLINE VF load(const std::int8_t* at) {
        const hn::Rebind<std::int8_t, DI> d8;
        return hn::ConvertTo(DF(), hn::PromoteTo(DI(), hn::LoadU(d8, at)));
    }
    HWY_INLINE VF key(std::size_t h, std::size_t lane) const {
        return hn::Mul(load(keys + h * kCacheSlots + lane),
                       loadHalves(keyScales + h / 32 * kCacheSlots + lane));
    }
    HWY_INLINE VF value(std::size_t slot, std::size_t h) const {
        const hn::Rebind<std::uint16_t, DF> d16;
        const auto scale = hn::Set(d16, valueScales[slot * (size / 32) + h / 32]);
        return hn::Mul(load(values + slot * size + h), hn::PromoteTo(DF(), hn::BitCast(DH(), scale)));
    }
};

// What the processor does not guess: the values of the block whose keys are being read, and the next keys.
// Into the second cache: into the first, the few misses that it can have at a time are spent on them
// (measured over 2048 positions of two heads of 128, one thread: 145 us a layer, 255 into the first cache,
// 310 without).
struct Ahead {
    const std::byte* values;
    const std::byte* keys;

    HWY_INLINE void fetch(std::size_t at) const {
        __builtin_prefetch(values + at, 0, 2);
        __builtin_prefetch(keys + at, 0, 2);
    }
};

// scores[query][slot] of one block of sixteen.
template<class Store, std::size_t kQueries>
HWY_INLINE void scoreBlock(const Store& store, const Ahead& ahead, const float* const* query, float* scores) {
    for (std::size_t lane = 0; lane < kCacheSlots; lane += kLanes) {
        VF even[kQueries], odd[kQueries];
        for (std::size_t q = 0; q < kQueries; ++q)
            even[q] = odd[q] = hn::Zero(DF());
        for (std::size_t h = 0; h < store.keySize; h += 2) {
            ahead.fetch(h * kCacheSlots * sizeof(*store.keys));
            const VF first = store.key(h, lane), second = store.key(h + 1, lane);
            for (std::size_t q = 0; q < kQueries; ++q) {
                even[q] = hn::MulAdd(hn::Set(DF(), query[q][h]), first, even[q]);
                odd[q] = hn::MulAdd(hn::Set(DF(), query[q][h + 1]), second, odd[q]);
            }
        }
        for (std::size_t q = 0; q < kQueries; ++q)
            hn::StoreU(hn::Add(even[q], odd[q]), DF(), scores + q * kStepPositions + lane);
    }
}

// The same where keys are rows.
template<class Store, std::size_t kQueries>
HWY_NOINLINE void scoreRows(const Store& store, const float* const* query, float* scores) {
    for (std::size_t slot = 0; slot < kCacheSlots; ++slot) {
        VF sum[kQueries];
        for (std::size_t q = 0; q < kQueries; ++q)
            sum[q] = hn::Zero(DF());
        for (std::size_t h = 0; h < store.keySize; h += kLanes) {
            const VF key = store.value(slot, h);
            for (std::size_t q = 0; q < kQueries; ++q)
                sum[q] = hn::MulAdd(hn::LoadU(DF(), query[q] + h), key, sum[q]);
        }
        for (std::size_t q = 0; q < kQueries; ++q)
            scores[q * kStepPositions + slot] = hn::GetLane(hn::SumOfLanes(DF(), sum[q]));
    }
}

// Positions that follow each other in slots that do.
struct Span {
    std::uint32_t begin, end;
    std::uint32_t offset; // of a position's slot
};

// scores[query][position - base] of a span. A whole block is written where it begins at a multiple of
// sixteen, so that a few scores after the span's end may be anything.
template<class Store, std::size_t kQueries>
HWY_INLINE void scoreSpan(const HeadBlocks& head, const Span& span, std::uint32_t base,
                          const float* const* query, float* scores) {
    for (std::uint32_t position = span.begin; position < span.end;) {
        const std::uint32_t slot = position + span.offset, lane = slot % kCacheSlots;
        const std::byte* block = head.first + slot / kCacheSlots * head.stride;
        const Store store(block, head);
        const Ahead ahead{store.valueBytes(), block + head.stride};
        float* out = scores + (position - base);
        const auto score = [&](float* to) {
            if (head.rows)
                scoreRows<Store, kQueries>(store, query, to);
            else
                scoreBlock<Store, kQueries>(store, ahead, query, to);
        };
        if (lane == 0 && (position - base) % kCacheSlots == 0) {
            score(out);
            position += kCacheSlots;
            continue;
        }
        HWY_ALIGN float some[kQueries * kStepPositions];
        score(some);
        const std::uint32_t count = HWY_MIN(kCacheSlots - lane, span.end - position);
        for (std::size_t q = 0; q < kQueries; ++q)
            std::copy_n(some + q * kStepPositions + lane, count, out + q * kStepPositions);
        position += count;
    }
}

// Scores of a step to weights; gives by how much the sums so far shrink.
HWY_INLINE float softmaxStep(float* scores, std::uint32_t padded, AttentionState& state) {
    const DF df;
    VF top = hn::Set(df, state.largest);
    for (std::uint32_t i = 0; i < padded; i += kLanes)
        top = hn::Max(top, hn::LoadU(df, scores + i));
    const float largest = hn::GetLane(hn::MaxOfLanes(df, top));
    const VF shift = hn::Set(df, largest);
    VF total = hn::Zero(df);
    for (std::uint32_t i = 0; i < padded; i += kLanes) {
        const VF weight = hn::Exp(df, hn::Sub(hn::LoadU(df, scores + i), shift));
        total = hn::Add(total, weight);
        hn::StoreU(weight, df, scores + i);
    }
    const float shrink = std::exp(state.largest - largest);
    state.largest = largest;
    state.sum = state.sum * shrink + hn::GetLane(hn::SumOfLanes(df, total));
    return shrink;
}

// out[query][h .. h + 2 vectors] += weights · values of a span.
template<class Store, std::size_t kQueries>
HWY_INLINE void addValues(const HeadBlocks& head, const Span& span, std::uint32_t base, const float* weights,
                          float* const* out) {
    const DF df;
    const std::uint32_t endSlot = span.end + span.offset;
    for (std::size_t h = 0; h < head.valueSize; h += 2 * kLanes) {
        VF low[kQueries], high[kQueries];
        for (std::size_t q = 0; q < kQueries; ++q) {
            low[q] = hn::LoadU(df, out[q] + h);
            high[q] = hn::LoadU(df, out[q] + h + kLanes);
        }
        for (std::uint32_t slot = span.begin + span.offset; slot < endSlot;) {
            const std::uint32_t stop = HWY_MIN(endSlot, (slot / kCacheSlots + 1) * kCacheSlots);
            const Store store(head.first + slot / kCacheSlots * head.stride, head);
            for (; slot < stop; ++slot) {
                const VF first = store.value(slot % kCacheSlots, h);
                const VF second = store.value(slot % kCacheSlots, h + kLanes);
                const float* at = weights + (slot - span.offset - base);
                for (std::size_t q = 0; q < kQueries; ++q) {
                    const VF weight = hn::Set(df, at[q * kStepPositions]);
                    low[q] = hn::MulAdd(weight, first, low[q]);
                    high[q] = hn::MulAdd(weight, second, high[q]);
                }
            }
        }
        for (std::size_t q = 0; q < kQueries; ++q) {
            hn::StoreU(low[q], df, out[q] + h);
            hn::StoreU(high[q], df, out[q] + h + kLanes);
        }
    }
}

HWY_INLINE void scaleBy(float factor, float* values, std::size_t length) {
    const VF by = hn::Set(DF(), factor);
    for (std::size_t i = 0; i < length; i += kLanes)
        hn::StoreU(hn::Mul(hn::LoadU(DF(), values + i), by), DF(), values + i);
}

// One query's scores of positions base .. to weights; those that it does not see weigh nothing.
HWY_INLINE void weigh(float* scores, std::uint32_t base, std::uint32_t end, const PositionRange& sees,
                      std::uint32_t valueSize, AttentionState& state) {
    const std::uint32_t padded = (end - base + kCacheSlots - 1) / kCacheSlots * kCacheSlots;
    if (!sees.meets({base, end})) {
        std::fill(scores, scores + padded, 0.0F);
        return;
    }
    constexpr float kNothing = -std::numeric_limits<float>::infinity();
    if (sees.begin > base) std::fill(scores, scores + (sees.begin - base), kNothing);
    std::fill(scores + (HWY_MIN(sees.end, end) - base), scores + padded, kNothing);
    const float shrink = softmaxStep(scores, padded, state);
    if (shrink != 1.0F) scaleBy(shrink, state.out, valueSize);
}

template<class Store, std::size_t kQueries>
void attendSteps(const HeadBlocks& head, const Slots& slots, std::uint32_t first, std::uint32_t end,
                 Queries& queries, std::uint32_t firstQuery) {
    HWY_ALIGN float scores[kQueries * kStepPositions];
    const float* const* query = &queries.query[firstQuery];
    float* out[kQueries];
    for (std::size_t q = 0; q < kQueries; ++q)
        out[q] = queries.state[firstQuery + q].out;
    for (std::uint32_t base = first; base < end; base += kStepPositions) {
        const std::uint32_t stop = HWY_MIN(end, base + kStepPositions);
        const std::uint32_t shared = HWY_MIN(HWY_MAX(slots.shared, base), stop);
        const Span spans[2] = {{base, shared, 0}, {shared, stop, slots.offset}};
        for (const Span& span : spans)
            scoreSpan<Store, kQueries>(head, span, base, query, scores);
        for (std::size_t q = 0; q < kQueries; ++q)
            weigh(scores + q * kStepPositions, base, stop, queries.sees[firstQuery + q], head.valueSize,
                  queries.state[firstQuery + q]);
        for (const Span& span : spans)
            addValues<Store, kQueries>(head, span, base, scores, out);
    }
}

template<class Store>
void attendStore(const HeadBlocks& head, const Slots& slots, std::uint32_t first, std::uint32_t end,
                 Queries& queries, std::uint32_t firstQuery, std::uint32_t count) {
    static constexpr decltype(&attendSteps<Store, 1>) kByCount[kMaxQueries] = {
        attendSteps<Store, 1>, attendSteps<Store, 2>, attendSteps<Store, 3>, attendSteps<Store, 4>,
        attendSteps<Store, 5>, attendSteps<Store, 6>, attendSteps<Store, 7>, attendSteps<Store, 8>};
    kByCount[count - 1](head, slots, first, end, queries, firstQuery);
}

void Attend(const HeadBlocks& head, const Slots& slots, std::uint32_t first, std::uint32_t end,
            Queries& queries, std::uint32_t firstQuery, std::uint32_t count) {
    if (head.type == KvType::F32)
        attendStore<SingleStore>(head, slots, first, end, queries, firstQuery, count);
    else if (head.type == KvType::F16)
        attendStore<HalfStore>(head, slots, first, end, queries, firstQuery, count);
    else
        attendStore<EightBitStore>(head, slots, first, end, queries, firstQuery, count);
}

void Fold(AttentionState& whole, const AttentionState& part, std::uint32_t valueSize) {
    const float largest = std::max(whole.largest, part.largest);
    const float old = std::exp(whole.largest - largest), added = std::exp(part.largest - largest);
    const DF df;
    const VF oldShare = hn::Set(df, old), addedShare = hn::Set(df, added);
    for (std::uint32_t h = 0; h < valueSize; h += kLanes)
        hn::StoreU(hn::MulAdd(addedShare, hn::LoadU(df, part.out + h),
                              hn::Mul(oldShare, hn::LoadU(df, whole.out + h))),
                   df, whole.out + h);
    whole.largest = largest;
    whole.sum = whole.sum * old + part.sum * added;
}

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ponder::cpu {

PONDER_EXPORT(Attend);
PONDER_EXPORT(Fold);

AttentionState AttentionState::nothing(float* out, std::uint32_t valueSize) {
    std::fill(out, out + valueSize, 0.0F);
    return {out};
}

void AttentionState::fold(const AttentionState& part, std::uint32_t valueSize) {
    HWY_DYNAMIC_DISPATCH(Fold)(*this, part, valueSize);
}

void AttentionState::finish(std::uint32_t valueSize) {
    for (std::uint32_t h = 0; h < valueSize; ++h)
        out[h] /= sum;
}

void Queries::add(const float* scaled, const PositionRange& positions, AttentionState start) {
    query[count] = scaled;
    sees[count] = positions;
    state[count] = start;
    ++count;
}

void attend(const HeadBlocks& head, const Slots& slots, std::uint32_t first, std::uint32_t end,
            Queries& queries, std::uint32_t firstQuery, std::uint32_t count) {
    if (first < end) HWY_DYNAMIC_DISPATCH(Attend)(head, slots, first, end, queries, firstQuery, count);
}

} // namespace ponder::cpu
#endif
