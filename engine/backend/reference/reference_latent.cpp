// Latent attention: the part of reference_ops.h that keeps one vector a token for all heads.
#include "engine/backend/reference/kernels.h"
#include "engine/backend/reference/reference_ops.h"
#include "engine/quant/decode.h"

#include <algorithm>

namespace ponder {

void ReferenceOps::compress(Weight query, Weight keyValue) {
    multiply({query}, m_normed, m_q);
    multiply({keyValue}, m_normed, m_latent);
}

void ReferenceOps::expandQuery(Weight norm, Weight up) {
    normHeads(norm, m_q);
    multiply({up}, std::vector<float>(m_q), m_q);
}

void ReferenceOps::turnAndStoreLatent(std::uint32_t layer, const LatentAttention& latent, Weight norm) {
    for (std::size_t t = 0; t < m_rows; ++t) {
        const auto turn = [&](std::span<float> values) {
            reference::rope(values, latent.ropeSize, latent.ropeSize, m_config.ropePairs(), anglesOf(t));
        };
        for (std::size_t head = 0; head < latent.heads; ++head)
            turn(std::span(m_q).subspan(t * latent.queryLength() + head * latent.keySize() + latent.nopeSize,
                                        latent.ropeSize));
        const auto kept = std::span(m_latent).subspan(t * latent.latentSize(), latent.latentSize());
        std::vector<float> c(kept.begin(), kept.begin() + latent.kvRank);
        normHeads(norm, c);
        std::copy(c.begin(), c.end(), kept.begin());
        turn(kept.subspan(latent.kvRank));
        m_cache.store(layer, slotOf(t), kept, {});
    }
}

// q_nope · Wuk·c = (Wukᵀ·q_nope) · c
void ReferenceOps::absorb(Weight keyUp, const LatentAttention& latent) {
    m_absorbed.resize(m_rows * latent.heads * latent.latentSize());
    for (std::size_t head = 0; head < latent.heads; ++head) {
        const TensorInfo matrix = reference::expertOf(*m_weights[keyUp], head);
        for (std::size_t t = 0; t < m_rows; ++t) {
            const auto query =
                std::span(m_q).subspan(t * latent.queryLength() + head * latent.keySize(), latent.keySize());
            const auto out =
                std::span(m_absorbed)
                    .subspan((t * latent.heads + head) * latent.latentSize(), latent.latentSize());
            reference::multiply(matrix, {}, query.first(latent.nopeSize), out.first(latent.kvRank));
            std::copy(query.begin() + latent.nopeSize, query.end(), out.begin() + latent.kvRank);
        }
    }
}

void ReferenceOps::attendLatent(std::uint32_t layer, const LatentAttention& latent) {
    const std::size_t size = latent.latentSize(), rank = latent.kvRank;
    m_latent.resize(m_rows * latent.heads * rank);
    std::vector<float> copied;
    for (std::size_t t = 0; t < m_rows; ++t) {
        const reference::HeadView kept{visible(t, m_cache.keys(layer), size, copied), size,
                                       positionOf(t) + 1};
        for (std::size_t at = t * latent.heads; at < (t + 1) * latent.heads; ++at)
            reference::attend(std::span(m_absorbed).subspan(at * size, size), kept, kept,
                              latent.scaleAt(positionOf(t)), std::span(m_latent).subspan(at * rank, rank));
    }
}

void ReferenceOps::expandValues(Weight valueUp, const LatentAttention& latent) {
    m_attended.resize(m_rows * latent.attendedLength());
    for (std::size_t head = 0; head < latent.heads; ++head) {
        const TensorInfo matrix = reference::expertOf(*m_weights[valueUp], head);
        for (std::size_t t = 0; t < m_rows; ++t) {
            const auto in =
                std::span(m_latent).subspan((t * latent.heads + head) * latent.kvRank, latent.kvRank);
            const auto out =
                std::span(m_attended)
                    .subspan(t * latent.attendedLength() + head * latent.valueSize, latent.valueSize);
            reference::multiply(matrix, {}, in, out);
        }
    }
}

static_assert(LatentOps<ReferenceOps>);

} // namespace ponder
