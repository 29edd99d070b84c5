#include "engine/model/model_shape.h"

#include <algorithm>

namespace ponder {

ModelConfig ModelShape::config() const {
    ModelConfig out;
    out.architecture = llama ? "llama" : "qwen2";
    out.layers = layers;
    out.width = width;
    out.hidden = hidden;
    out.heads = heads;
    out.kvHeads = kvHeads;
    out.headSize = headSize;
    out.rotary = headSize;
    out.vocabulary = vocabulary;
    out.trainedContext = context;
    out.normEpsilon = static_cast<float>(epsilon);
    out.ropeBase = ropeBase;
    out.ropePairs = llama ? RopePairs::Adjacent : RopePairs::Halves;
    return out;
}

// Adds tensors by their kind; matrices get the format that the kind of file gives them.
class ShapeModel::Builder {
public:
    Builder(ShapeModel& model, const ModelShape& shape, const Formats& formats)
        : m_model(model), m_shape(shape), m_formats(formats) {}

    const TensorInfo* matrix(std::string_view kind, std::uint64_t rows, std::uint64_t rowLength) {
        const TensorPlace place{kind,
                                m_layer,
                                m_shape.layers,
                                rowLength,
                                m_shape.tied,
                                rows,
                                m_shape.heads / std::max(1U, m_shape.kvHeads)};
        return add(kind, "weight", {rowLength, rows, 1, 1}, 2, m_formats(place));
    }
    const TensorInfo* vector(std::string_view kind, std::uint64_t length, const char* part = "weight") {
        return add(kind, part, {length, 1, 1, 1}, 1, TensorType::F32);
    }
    LayerWeights<const TensorInfo*> layer(std::uint32_t index) {
        m_layer = index;
        m_prefix = "blk." + std::to_string(index) + ".";
        const std::uint64_t width = m_shape.width;
        const std::uint64_t queries = std::uint64_t{m_shape.headSize} * m_shape.heads;
        const std::uint64_t keys = std::uint64_t{m_shape.headSize} * m_shape.kvHeads;
        LayerWeights<const TensorInfo*> out;
        out.attentionNorm = vector("attn_norm", width);
        out.q = matrix("attn_q", queries, width);
        if (!m_shape.llama) out.qBias = vector("attn_q", queries, "bias");
        out.k = matrix("attn_k", keys, width);
        if (!m_shape.llama) out.kBias = vector("attn_k", keys, "bias");
        out.v = matrix("attn_v", keys, width);
        if (!m_shape.llama) out.vBias = vector("attn_v", keys, "bias");
        out.output = matrix("attn_output", width, queries);
        out.feedForwardNorm = vector("ffn_norm", width);
        out.gate = matrix("ffn_gate", m_shape.hidden, width);
        out.up = matrix("ffn_up", m_shape.hidden, width);
        out.down = matrix("ffn_down", width, m_shape.hidden);
        m_prefix.clear();
        return out;
    }

private:
    const TensorInfo* add(std::string_view kind, const char* part, const std::array<std::uint64_t, 4>& shape,
                          std::uint32_t dimensions, TensorType type) {
        m_model.m_names.push_back(m_prefix + std::string(kind) + "." + part);
        m_model.m_tensors.push_back({m_model.m_names.back(), shape, dimensions, type, {}});
        return &m_model.m_tensors.back();
    }

    ShapeModel& m_model;
    const ModelShape& m_shape;
    const Formats& m_formats;
    std::uint32_t m_layer = 0;
    std::string m_prefix;
};

ShapeModel::ShapeModel(const ModelShape& shape, FileType type)
    : ShapeModel(shape, [type](const TensorPlace& place) { return tensorType(type, place); }) {}

ShapeModel::ShapeModel(const ModelShape& shape, const Formats& formats) : m_config(shape.config()) {
    Builder add(*this, shape, formats);
    m_weights.tokenEmbedding = add.matrix("token_embd", shape.vocabulary, shape.width);
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer)
        m_weights.layers.push_back(add.layer(layer));
    m_weights.outputNorm = add.vector("output_norm", shape.width);
    m_weights.tied = shape.tied;
    m_weights.output =
        shape.tied ? m_weights.tokenEmbedding : add.matrix("output", shape.vocabulary, shape.width);
    if (shape.ropeFactors) m_weights.ropeFactors = add.vector("rope_freqs", shape.headSize / 2);
}

std::uint64_t ShapeModel::tensorBytes() const {
    std::uint64_t sum = 0;
    for (const TensorInfo& tensor : m_tensors)
        sum += bytesOf(tensor);
    return sum;
}

} // namespace ponder
