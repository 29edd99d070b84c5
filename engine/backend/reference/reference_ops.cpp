#include "engine/backend/reference/reference_ops.h"

#include "engine/backend/reference/kernels.h"
#include "engine/model/forward.h"
#include "engine/model/rope_table.h"
#include "engine/quant/decode.h"

#include <algorithm>

namespace ponder {
ReferenceOps::ReferenceOps(const ModelConfig& config, const FileWeights& weights,
                           const ReferenceAdapters& adapters, const Batch& batch, ReferenceCache& cache,
                           std::vector<float>& logits)
    : m_config(config), m_weights(weights), m_adapters(adapters), m_batch(batch), m_cache(cache),
      m_logits(logits), m_rows(batch.tokens.size()), m_x(m_rows * config.width), m_normed(m_x.size()),
      m_sum(m_x.size()) {}

std::vector<float> ReferenceOps::vectorOf(Weight weight) const {
    std::vector<float> values;
    const TensorInfo* tensor = m_weights[weight];
    if (!tensor) return values;
    values.resize(tensor->rowLength() * tensor->rows());
    decode(tensor->type, tensor->bytes, values);
    return values;
}

void ReferenceOps::embed(Weight table, Weight next) {
    const PlainAddition& added = m_adapters.additions()[table];
    for (std::size_t t = 0; t < m_rows; ++t) {
        const auto row = std::span(m_x).subspan(t * m_config.width, m_config.width);
        reference::decodeRow(*m_weights[table], m_batch.tokens[t], row);
        if (added)
            reference::addLowRankRow(added.down.info(), added.up.info(), added.scales, m_batch.tokens[t],
                                     row);
    }
    norm(next);
}

void ReferenceOps::receive(Weight next) {
    std::copy(m_batch.activations.begin(), m_batch.activations.end(), m_x.begin());
    norm(next);
}

void ReferenceOps::send() { m_logits = m_x; }

std::uint32_t ReferenceOps::positionOf(std::size_t row) const {
    return m_batch.firstPosition + (m_batch.branches ? 0 : static_cast<std::uint32_t>(row));
}

std::uint32_t ReferenceOps::slotOf(std::size_t row) const {
    const std::uint32_t position = positionOf(row);
    if (!m_batch.branches) return position;
    const Branches& branches = *m_batch.branches;
    return position + branches.ofRow[row] * branches.length;
}

const float* ReferenceOps::visible(std::size_t row, const float* all, std::size_t length,
                                   std::vector<float>& copied) const {
    if (!m_batch.branches) return all;
    const std::size_t shared = m_batch.branches->shared * length;
    const std::size_t own = (positionOf(row) + 1) * length - shared;
    const float* branch = all + (slotOf(row) + 1) * length - own;
    copied.assign(all, all + shared);
    copied.insert(copied.end(), branch, branch + own);
    return copied.data();
}

void ReferenceOps::project(const Projection& q, const Projection& k, const Projection& v) {
    multiply(q, m_normed, m_q);
    multiply(k, m_normed, m_k);
    multiply(v, m_normed, m_v);
}

std::span<const float> ReferenceOps::anglesOf(std::size_t row) {
    if (m_angles.empty())
        m_angles = ropeTable(m_config, vectorOf(Slot::RopeFactors), m_batch.firstPosition,
                             m_batch.branches ? 1 : static_cast<std::uint32_t>(m_rows));
    const std::size_t turn = positionOf(row) - m_batch.firstPosition;
    return std::span<const float>(m_angles).subspan(turn * m_config.rotary, m_config.rotary);
}

void ReferenceOps::turnAndStore(std::uint32_t layer, const HeadAttention& heads, Weight queryNorm,
                                Weight keyNorm) {
    if (heads.gated) takeQueryGates(heads);
    if (heads.normsHeads) {
        normHeads(queryNorm, m_q);
        normHeads(keyNorm, m_k);
    }
    const std::size_t q = heads.queryLength(), k = heads.keyLength(), v = heads.valueLength();
    for (std::size_t t = 0; t < m_rows; ++t) {
        const auto angles = anglesOf(t);
        const auto query = std::span(m_q).subspan(t * q, q), key = std::span(m_k).subspan(t * k, k);
        if (heads.turns)
            for (const auto row : {query, key})
                reference::rope(row, heads.keySize, m_config.rotary, m_config.ropePairs(), angles);
        if (heads.normsTurned) {
            normHeads(queryNorm, query);
            normHeads(keyNorm, key);
        }
        for (float& value : query)
            value *= heads.growthAt(positionOf(t));
        m_cache.store(layer, slotOf(t), key, std::span(m_v).subspan(t * v, v));
    }
}

void ReferenceOps::attend(std::uint32_t layer, const HeadAttention& heads) {
    const std::size_t keyStride = heads.keyLength(), valueStride = heads.valueLength();
    m_attended.resize(m_rows * heads.attendedLength());
    std::vector<float> keyCopy, valueCopy;
    for (std::size_t t = 0; t < m_rows; ++t) {
        const std::uint32_t first = heads.firstSeen(positionOf(t)), positions = positionOf(t) + 1 - first;
        const float* keys = visible(t, m_cache.keys(layer), keyStride, keyCopy) + first * keyStride;
        const float* values = visible(t, m_cache.values(layer), valueStride, valueCopy) + first * valueStride;
        for (std::size_t head = 0; head < heads.heads; ++head) {
            const std::size_t shared = head / heads.group();
            const auto query =
                std::span(m_q).subspan(t * heads.queryLength() + head * heads.keySize, heads.keySize);
            const auto out =
                std::span(m_attended)
                    .subspan(t * heads.attendedLength() + head * heads.valueSize, heads.valueSize);
            reference::attend(query, {keys + shared * heads.keySize, keyStride, positions},
                              {values + shared * heads.valueSize, valueStride, positions}, heads.scale, out);
        }
    }
    if (heads.gated) gateAttended();
}

// Each head's query stands before its gate.
void ReferenceOps::takeQueryGates(const HeadAttention& heads) {
    const std::vector<float> asked = std::move(m_q);
    m_q.clear();
    m_queryGate.clear();
    for (auto head = asked.begin(); head != asked.end(); head += heads.askedSize()) {
        m_q.insert(m_q.end(), head, head + heads.keySize);
        m_queryGate.insert(m_queryGate.end(), head + heads.keySize, head + heads.askedSize());
    }
}

void ReferenceOps::gateAttended() {
    for (std::size_t i = 0; i < m_attended.size(); ++i)
        m_attended[i] *= reference::sigmoid(m_queryGate[i]);
}

void ReferenceOps::gate(Weight gate, Weight up, Activation /*silu*/, Weight /*reader*/) {
    multiply({gate}, m_normed, m_gate);
    multiply({up}, m_normed, m_up);
    reference::swiGlu(m_gate, m_up);
}

void ReferenceOps::addTo(Weight matrix, Rows rows, Weight next) {
    multiply({matrix}, rows == Rows::Attended ? m_attended : m_gate, m_sum);
    if (rows == Rows::Shared)
        for (std::size_t i = 0; i < m_sum.size(); ++i)
            m_sum[i] *= m_share[i / m_config.width];
    addSum(next);
}

void ReferenceOps::addNormedTo(Weight matrix, Rows rows, Weight norm, Weight next) {
    multiply({matrix}, rows == Rows::Attended ? m_attended : m_gate, m_sum);
    normHeads(norm, m_sum);
    addSum(next);
}

void ReferenceOps::addSum(Weight next) {
    for (std::size_t i = 0; i < m_x.size(); ++i)
        m_x[i] += m_sum[i];
    norm(next);
}

void ReferenceOps::head(Weight output) {
    const std::size_t skipped = m_batch.firstLogits * std::size_t{m_config.width};
    multiply({output}, std::span<const float>(m_normed).subspan(skipped), m_logits);
}

// Where the next layer is another executor's, it norms by itself.
void ReferenceOps::norm(Weight weight) {
    if (weight == kNoWeight) m_normed = m_x;
    if (m_weights[weight]) reference::rmsNorm(m_x, vectorOf(weight), m_config.normEpsilon, m_normed);
}

void ReferenceOps::normHeads(Weight weight, std::span<float> rows) const {
    reference::rmsNorm(std::vector<float>(rows.begin(), rows.end()), vectorOf(weight), m_config.normEpsilon,
                       rows);
}

void ReferenceOps::multiply(const Projection& projection, std::span<const float> in,
                            std::vector<float>& out) const {
    const TensorInfo& matrix = *m_weights[projection.matrix];
    out.resize(in.size() / matrix.rowLength() * matrix.rows());
    reference::multiply(matrix, vectorOf(projection.bias), in, out);
    const PlainAddition& added = m_adapters.additions()[projection.matrix];
    if (added) reference::addLowRank(added.down.info(), added.up.info(), added.scales, in, out);
}

static_assert(DecoderOps<ReferenceOps>);

} // namespace ponder
