#include "engine/backend/cpu/attention_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/backend/cpu/attention_kernels.cpp"
#include <hwy/foreach_target.h> // this file once for every target

#include "engine/backend/cpu/simd_types-inl.h"

#include <hwy/contrib/math/math-inl.h>

#include <algorithm>
#include <cmath>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace ponder::cpu::HWY_NAMESPACE {

constexpr std::uint32_t kChunk = 128; // slots whose scores are kept at once

// How the two kinds of storage are read. keys(): sixteen slots' value h, from lane `lane` on.
struct SingleStore {
    const float* keys;
    const float* values;
    std::size_t size;

    SingleStore(const std::byte* block, std::size_t headSize)
        : keys(reinterpret_cast<const float*>(block)), values(keys + kCacheSlots * headSize), size(headSize) {
    }
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
    std::size_t size;

    HalfStore(const std::byte* block, std::size_t headSize)
        : keys(reinterpret_cast<const std::uint16_t*>(block)), values(keys + kCacheSlots * headSize),
          size(headSize) {}
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
    std::size_t size;

    EightBitStore(const std::byte* block, std::size_t headSize)
        : keys(reinterpret_cast<const std::int8_t*>(block)),
          keyScales(reinterpret_cast<const std::uint16_t*>(keys + kCacheSlots * headSize)),
          values(reinterpret_cast<const std::int8_t*>(keyScales + kCacheSlots * headSize / 32)),
          valueScales(reinterpret_cast<const std::uint16_t*>(values + kCacheSlots * headSize)),
          size(headSize) {}
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

// scores[query][slot] of one block of sixteen.
template<class Store, std::size_t kQueries>
HWY_INLINE void scoreBlock(const Store& store, const float* const* query, float* scores) {
    for (std::size_t lane = 0; lane < kCacheSlots; lane += kLanes) {
        VF even[kQueries], odd[kQueries];
        for (std::size_t q = 0; q < kQueries; ++q)
            even[q] = odd[q] = hn::Zero(DF());
        for (std::size_t h = 0; h < store.size; h += 2) {
            const VF first = store.key(h, lane), second = store.key(h + 1, lane);
            for (std::size_t q = 0; q < kQueries; ++q) {
                even[q] = hn::MulAdd(hn::Set(DF(), query[q][h]), first, even[q]);
                odd[q] = hn::MulAdd(hn::Set(DF(), query[q][h + 1]), second, odd[q]);
            }
        }
        for (std::size_t q = 0; q < kQueries; ++q)
            hn::StoreU(hn::Add(even[q], odd[q]), DF(), scores + q * kChunk + lane);
    }
}

// Scores of the chunk to weights; gives by how much the sums so far shrink.
HWY_INLINE float softmaxChunk(float* scores, std::uint32_t padded, float& largest, float& sum) {
    const DF df;
    VF top = hn::Set(df, largest);
    for (std::uint32_t i = 0; i < padded; i += kLanes)
        top = hn::Max(top, hn::LoadU(df, scores + i));
    const float newLargest = hn::GetLane(hn::MaxOfLanes(df, top));
    const VF shift = hn::Set(df, newLargest);
    VF total = hn::Zero(df);
    for (std::uint32_t i = 0; i < padded; i += kLanes) {
        const VF weight = hn::Exp(df, hn::Sub(hn::LoadU(df, scores + i), shift));
        total = hn::Add(total, weight);
        hn::StoreU(weight, df, scores + i);
    }
    const float shrink = std::exp(largest - newLargest);
    largest = newLargest;
    sum = sum * shrink + hn::GetLane(hn::SumOfLanes(df, total));
    return shrink;
}

// out[query][h, h+1 vectors] += weights · values, for slots begin .. end - 1 of the chunk that starts at slot
// `base`.
template<class Store, std::size_t kQueries>
HWY_INLINE void addValues(const HeadBlocks& head, std::uint32_t begin, std::uint32_t end, std::uint32_t base,
                          const float* weights, float* const* out) {
    const DF df;
    for (std::size_t h = 0; h < head.headSize; h += 2 * kLanes) {
        VF low[kQueries], high[kQueries];
        for (std::size_t q = 0; q < kQueries; ++q) {
            low[q] = hn::LoadU(df, out[q] + h);
            high[q] = hn::LoadU(df, out[q] + h + kLanes);
        }
        for (std::uint32_t slot = begin; slot < end;) {
            const std::uint32_t stop = HWY_MIN(end, (slot / kCacheSlots + 1) * kCacheSlots);
            const Store store(head.first + slot / kCacheSlots * head.stride, head.headSize);
            for (; slot < stop; ++slot) {
                const VF first = store.value(slot % kCacheSlots, h);
                const VF second = store.value(slot % kCacheSlots, h + kLanes);
                for (std::size_t q = 0; q < kQueries; ++q) {
                    const VF weight = hn::Set(df, weights[q * kChunk + slot - base]);
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

template<class Store, std::size_t kQueries>
void attendChunks(const HeadBlocks& head, std::uint32_t first, std::uint32_t end, Queries& queries,
                  std::uint32_t firstQuery) {
    constexpr float kNothing = -std::numeric_limits<float>::infinity();
    HWY_ALIGN float scores[kQueries * kChunk];
    float* const* out = &queries.out[firstQuery];
    for (std::uint32_t begin = first; begin < end;) {
        const std::uint32_t base = begin / kCacheSlots * kCacheSlots;
        const std::uint32_t stop = HWY_MIN(end, base + kChunk);
        const std::uint32_t padded = (stop - base + kCacheSlots - 1) / kCacheSlots * kCacheSlots;
        for (std::uint32_t at = 0; at < padded; at += kCacheSlots)
            scoreBlock<Store, kQueries>(
                Store(head.first + (base + at) / kCacheSlots * head.stride, head.headSize),
                &queries.query[firstQuery], scores + at);
        for (std::size_t q = 0; q < kQueries; ++q) {
            float* row = scores + q * kChunk;
            std::fill(row, row + (begin - base), kNothing);
            std::fill(row + (stop - base), row + padded, kNothing);
            const float shrink =
                softmaxChunk(row, padded, queries.largest[firstQuery + q], queries.sum[firstQuery + q]);
            if (shrink != 1.0F) scaleBy(shrink, out[q], head.headSize);
        }
        addValues<Store, kQueries>(head, begin, stop, base, scores, out);
        begin = stop;
    }
}

template<class Store>
void attendStore(const HeadBlocks& head, std::uint32_t first, std::uint32_t end, Queries& queries,
                 std::uint32_t firstQuery, std::uint32_t count) {
    static constexpr decltype(&attendChunks<Store, 1>) kByCount[kMaxQueries] = {
        attendChunks<Store, 1>, attendChunks<Store, 2>, attendChunks<Store, 3>, attendChunks<Store, 4>,
        attendChunks<Store, 5>, attendChunks<Store, 6>, attendChunks<Store, 7>, attendChunks<Store, 8>};
    kByCount[count - 1](head, first, end, queries, firstQuery);
}

void AttendSlots(const HeadBlocks& head, std::uint32_t first, std::uint32_t end, Queries& queries,
                 std::uint32_t firstQuery, std::uint32_t count) {
    if (head.type == KvType::F32)
        attendStore<SingleStore>(head, first, end, queries, firstQuery, count);
    else if (head.type == KvType::F16)
        attendStore<HalfStore>(head, first, end, queries, firstQuery, count);
    else
        attendStore<EightBitStore>(head, first, end, queries, firstQuery, count);
}

} // namespace ponder::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ponder::cpu {

HWY_EXPORT(AttendSlots);

void Queries::add(const float* scaled, float* result, std::uint32_t headSize) {
    query[count] = scaled;
    out[count] = result;
    largest[count] = -std::numeric_limits<float>::infinity();
    sum[count] = 0;
    std::fill(result, result + headSize, 0.0F);
    ++count;
}

void attendSlots(const HeadBlocks& head, std::uint32_t first, std::uint32_t end, Queries& queries,
                 std::uint32_t firstQuery, std::uint32_t count) {
    if (first < end) HWY_DYNAMIC_DISPATCH(AttendSlots)(head, first, end, queries, firstQuery, count);
}

void finishAttention(Queries& queries, std::uint32_t headSize) {
    for (std::uint32_t q = 0; q < queries.count; ++q)
        for (std::uint32_t h = 0; h < headSize; ++h)
            queries.out[q][h] /= queries.sum[q];
}

void mergeAttention(std::span<const PartialAttention> parts, std::uint32_t headSize, float* out) {
    float largest = -std::numeric_limits<float>::infinity(), sum = 0;
    for (const PartialAttention& part : parts)
        largest = std::max(largest, part.largest);
    for (const PartialAttention& part : parts)
        sum += part.sum * std::exp(part.largest - largest);
    std::fill(out, out + headSize, 0.0F);
    for (const PartialAttention& part : parts) {
        const float share = std::exp(part.largest - largest) / sum;
        for (std::uint32_t h = 0; h < headSize; ++h)
            out[h] += share * part.out[h];
    }
}

} // namespace ponder::cpu
#endif
