#include "engine/backend/reference/reference_ops.h"

#include "engine/backend/reference/kernels.h"
#include "engine/model/forward.h"
#include "engine/model/rope_table.h"
#include "engine/quant/decode.h"

#include <algorithm>

namespace ponder {
namespace {

std::vector<float> vectorOf(const TensorInfo* tensor) {
    std::vector<float> values;
    if (!tensor) return values;
    values.resize(tensor->rowLength());
    decode(tensor->type, tensor->bytes, values);
    return values;
}

} // namespace

ReferenceOps::ReferenceOps(const ModelConfig& config, const FileWeights& weights,
                           const ReferenceAdapters& adapters, const Batch& batch, ReferenceCache& cache,
                           std::vector<float>& logits)
    : m_config(config), m_weights(weights), m_adapters(adapters), m_batch(batch), m_cache(cache),
      m_logits(logits), m_rows(batch.tokens.size()), m_x(m_rows * config.width), m_normed(m_x.size()),
      m_q(m_rows * config.queryLength()), m_k(m_rows * config.kvLength()), m_v(m_k.size()),
      m_attended(m_q.size()), m_gate(m_rows * config.hidden), m_up(m_gate.size()), m_sum(m_x.size()) {}

void ReferenceOps::embed(Tensor table) {
    const PlainAddition& added = m_adapters.additions().tokenEmbedding;
    for (std::size_t t = 0; t < m_rows; ++t) {
        const auto row = std::span(m_x).subspan(t * m_config.width, m_config.width);
        reference::decodeRow(*table, m_batch.tokens[t], row);
        if (added)
            reference::addLowRankRow(added.down.info(), added.up.info(), added.scales, m_batch.tokens[t],
                                     row);
    }
}

void ReferenceOps::receive() {
    std::copy(m_batch.activations.begin(), m_batch.activations.end(), m_x.begin());
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

const float* ReferenceOps::visible(std::size_t row, const float* all, std::vector<float>& copied) const {
    if (!m_batch.branches) return all;
    const std::size_t stride = m_config.kvLength();
    const std::size_t shared = m_batch.branches->shared * stride;
    const std::size_t own = (positionOf(row) + 1) * stride - shared;
    const float* branch = all + (slotOf(row) + 1) * stride - own;
    copied.assign(all, all + shared);
    copied.insert(copied.end(), branch, branch + own);
    return copied.data();
}

void ReferenceOps::normQkv(const LayerWeights<Tensor>& layer) {
    norm(layer.attentionNorm, m_x);
    const LayerWeights<PlainAddition>& added = addedTo(layer);
    multiply(layer.q, added.q, layer.qBias, m_normed, m_q);
    multiply(layer.k, added.k, layer.kBias, m_normed, m_k);
    multiply(layer.v, added.v, layer.vBias, m_normed, m_v);
}

void ReferenceOps::ropeStore(std::uint32_t index, Tensor factors) {
    if (m_angles.empty())
        m_angles = ropeTable(m_config, vectorOf(factors), m_batch.firstPosition,
                             m_batch.branches ? 1 : static_cast<std::uint32_t>(m_rows));
    const std::size_t q = m_config.queryLength(), kv = m_config.kvLength();
    for (std::size_t t = 0; t < m_rows; ++t) {
        const std::size_t turn = positionOf(t) - m_batch.firstPosition;
        const auto angles = std::span<const float>(m_angles).subspan(turn * m_config.rotary, m_config.rotary);
        const auto key = std::span(m_k).subspan(t * kv, kv);
        reference::rope(std::span(m_q).subspan(t * q, q), m_config.headSize, m_config.rotary,
                        m_config.ropePairs, angles);
        reference::rope(key, m_config.headSize, m_config.rotary, m_config.ropePairs, angles);
        m_cache.store(index, slotOf(t), key, std::span(m_v).subspan(t * kv, kv));
    }
}

void ReferenceOps::attention(std::uint32_t index) {
    const std::uint32_t size = m_config.headSize;
    const std::size_t stride = m_config.kvLength();
    const std::uint32_t group = m_config.heads / m_config.kvHeads;
    std::vector<float> keyCopy, valueCopy;
    for (std::size_t t = 0; t < m_rows; ++t) {
        const std::uint32_t positions = positionOf(t) + 1;
        const float* keys = visible(t, m_cache.keys(index), keyCopy);
        const float* values = visible(t, m_cache.values(index), valueCopy);
        for (std::uint32_t head = 0; head < m_config.heads; ++head) {
            const std::size_t kvHead = head / group * std::size_t{size};
            const std::size_t at = t * m_config.queryLength() + head * std::size_t{size};
            reference::attend(std::span(m_q).subspan(at, size), {keys + kvHead, stride, positions},
                              {values + kvHead, stride, positions}, std::span(m_attended).subspan(at, size));
        }
    }
}

void ReferenceOps::outputAdd(const LayerWeights<Tensor>& layer) {
    multiplyAdd(layer.output, addedTo(layer).output, m_attended);
}

void ReferenceOps::normGateUp(const LayerWeights<Tensor>& layer) {
    norm(layer.feedForwardNorm, m_x);
    multiply(layer.gate, addedTo(layer).gate, nullptr, m_normed, m_gate);
    multiply(layer.up, addedTo(layer).up, nullptr, m_normed, m_up);
    reference::swiGlu(m_gate, m_up);
}

void ReferenceOps::downAdd(const LayerWeights<Tensor>& layer) {
    multiplyAdd(layer.down, addedTo(layer).down, m_gate);
}

void ReferenceOps::head(Tensor normWeight, Tensor output) {
    const std::size_t wanted = m_rows - m_batch.firstLogits;
    m_logits.resize(wanted * m_config.vocabulary);
    if (wanted == 0) return;
    const std::size_t skipped = m_batch.firstLogits * std::size_t{m_config.width};
    norm(normWeight, std::span<const float>(m_x).subspan(skipped));
    multiply(output, m_adapters.additions().output, nullptr,
             std::span<const float>(m_normed).first(wanted * m_config.width), m_logits);
}

void ReferenceOps::norm(Tensor weight, std::span<const float> in) {
    reference::rmsNorm(in, vectorOf(weight), m_config.normEpsilon, m_normed);
}

const LayerWeights<PlainAddition>& ReferenceOps::addedTo(const LayerWeights<Tensor>& layer) const {
    return m_adapters.additions().layers[indexOf(m_weights, layer)];
}

void ReferenceOps::multiply(Tensor matrix, const PlainAddition& added, Tensor bias, std::span<const float> in,
                            std::span<float> out) const {
    reference::multiply(*matrix, vectorOf(bias), in, out);
    if (added) reference::addLowRank(added.down.info(), added.up.info(), added.scales, in, out);
}

void ReferenceOps::multiplyAdd(Tensor matrix, const PlainAddition& added, std::span<const float> in) {
    multiply(matrix, added, nullptr, in, m_sum);
    for (std::size_t i = 0; i < m_x.size(); ++i)
        m_x[i] += m_sum[i];
}

static_assert(DecoderOps<ReferenceOps>);

} // namespace ponder
