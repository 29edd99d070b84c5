#include "engine/model/weights.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace ponder {
namespace {

using Tensor = const TensorInfo*;

enum class Kind { Matrix, Vector }; // a vector is f32, as norms and biases are

// Finds tensors by name and checks their shapes; the first problem stays and the rest is skipped.
class Binder {
public:
    Binder(const ModelFile& file, const ModelConfig& config) : m_file(file), m_config(config) {}

    Result<FileWeights> bind();

private:
    LayerWeights<Tensor> bindLayer(std::uint32_t index);
    void bindOutput(FileWeights& weights);
    void bindBiases(LayerWeights<Tensor>& layer, const std::string& prefix);
    void checkRopeFactors(Tensor factors);
    void rejectUnused();

    Tensor matrix(const std::string& name, std::uint32_t rows, std::uint32_t rowLength) {
        return required(name, Kind::Matrix, {rowLength, rows, 1, 1});
    }
    Tensor vector(const std::string& name, std::uint32_t length) {
        return required(name, Kind::Vector, {length, 1, 1, 1});
    }
    Tensor required(const std::string& name, Kind kind, const std::array<std::uint64_t, 4>& shape);
    Tensor optional(const std::string& name, Kind kind, const std::array<std::uint64_t, 4>& shape);

    void fail(ErrorCode code, Detail detail) {
        if (!m_error) m_error = Error{code, m_file.parts().front().string(), std::move(detail)};
    }

    const ModelFile& m_file;
    const ModelConfig& m_config;
    std::set<Tensor> m_used;
    std::optional<Error> m_error;
};

std::string shapeText(const std::array<std::uint64_t, 4>& shape) {
    std::string text = std::to_string(shape[0]);
    for (std::size_t d = 1; d < shape.size(); ++d)
        if (std::any_of(shape.begin() + static_cast<std::ptrdiff_t>(d), shape.end(),
                        [](std::uint64_t extent) { return extent != 1; }))
            text += " x " + std::to_string(shape[d]);
    return text;
}

Tensor Binder::optional(const std::string& name, Kind kind, const std::array<std::uint64_t, 4>& shape) {
    const Tensor tensor = m_file.find(name);
    if (!tensor) return nullptr;
    m_used.insert(tensor);
    if (tensor->shape != shape)
        fail(ErrorCode::BadTensor, Detail{PONDER_TR_NOOP("ErrorDetail", "%1 has the shape %2 instead of %3"),
                                          {name, shapeText(tensor->shape), shapeText(shape)}});
    if (kind == Kind::Vector && tensor->type != TensorType::F32)
        fail(ErrorCode::BadTensor, Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is %2 instead of F32"),
                                          {name, std::string(typeTraits(tensor->type)->name)}});
    return tensor;
}

Tensor Binder::required(const std::string& name, Kind kind, const std::array<std::uint64_t, 4>& shape) {
    const Tensor tensor = optional(name, kind, shape);
    if (!tensor) fail(ErrorCode::MissingTensor, name);
    return tensor;
}

LayerWeights<Tensor> Binder::bindLayer(std::uint32_t index) {
    const std::string prefix = "blk." + std::to_string(index) + ".";
    const std::uint32_t d = m_config.width, f = m_config.hidden;
    const std::uint32_t qLength = m_config.queryLength(), kvLength = m_config.kvLength();
    LayerWeights<Tensor> layer;
    layer.attentionNorm = vector(prefix + "attn_norm.weight", d);
    layer.q = matrix(prefix + "attn_q.weight", qLength, d);
    layer.k = matrix(prefix + "attn_k.weight", kvLength, d);
    layer.v = matrix(prefix + "attn_v.weight", kvLength, d);
    bindBiases(layer, prefix);
    layer.output = matrix(prefix + "attn_output.weight", d, qLength);
    layer.feedForwardNorm = vector(prefix + "ffn_norm.weight", d);
    layer.gate = matrix(prefix + "ffn_gate.weight", f, d);
    layer.up = matrix(prefix + "ffn_up.weight", f, d);
    layer.down = matrix(prefix + "ffn_down.weight", d, f);
    return layer;
}

// Qwen2 always has the three biases; a Llama file has all of them or none.
void Binder::bindBiases(LayerWeights<Tensor>& layer, const std::string& prefix) {
    const std::string q = prefix + "attn_q.bias", k = prefix + "attn_k.bias", v = prefix + "attn_v.bias";
    if (m_config.architecture != "qwen2" && !m_file.find(q) && !m_file.find(k) && !m_file.find(v)) return;
    layer.qBias = vector(q, m_config.queryLength());
    layer.kBias = vector(k, m_config.kvLength());
    layer.vBias = vector(v, m_config.kvLength());
}

void Binder::bindOutput(FileWeights& weights) {
    weights.outputNorm = vector("output_norm.weight", m_config.width);
    weights.output = optional("output.weight", Kind::Matrix, {m_config.width, m_config.vocabulary, 1, 1});
    weights.tied = weights.output == nullptr;
    if (weights.tied) weights.output = weights.tokenEmbedding;
}

// Angles are divided by these.
void Binder::checkRopeFactors(Tensor factors) {
    if (!factors || m_error) return;
    for (std::size_t i = 0; i < factors->bytes.size(); i += sizeof(float)) {
        float factor;
        std::memcpy(&factor, factors->bytes.data() + i, sizeof factor);
        if (!std::isfinite(factor) || factor <= 0)
            return fail(
                ErrorCode::BadTensor,
                Detail{PONDER_TR_NOOP("ErrorDetail", "rope_freqs.weight holds a factor that is not positive"),
                       {}});
    }
}

// A tensor that the forward pass does not use means another model than the one computed here; answers
// would be wrong without any message. Tables that older converters stored beside the weights are harmless.
void Binder::rejectUnused() {
    for (const TensorInfo& tensor : m_file.tensors()) {
        if (m_used.contains(&tensor)) continue;
        if (tensor.name.ends_with("rot_embd.weight") || tensor.name.ends_with("rot_embd")) continue;
        return fail(ErrorCode::UnsupportedModel,
                    Detail{PONDER_TR_NOOP("ErrorDetail", "it has the tensor %1, which %2 models do not have"),
                           {printable(tensor.name), m_config.architecture}});
    }
}

Result<FileWeights> Binder::bind() {
    FileWeights weights;
    weights.tokenEmbedding = matrix("token_embd.weight", m_config.vocabulary, m_config.width);
    weights.ropeFactors = optional("rope_freqs.weight", Kind::Vector, {m_config.rotary / 2, 1, 1, 1});
    for (std::uint32_t index = 0; index < m_config.layers && !m_error; ++index)
        weights.layers.push_back(bindLayer(index));
    bindOutput(weights);
    checkRopeFactors(weights.ropeFactors);
    if (!m_error) rejectUnused();
    if (m_error) return *m_error;
    return weights;
}

} // namespace

Result<FileWeights> bindWeights(const ModelFile& file, const ModelConfig& config) {
    return Binder(file, config).bind();
}

std::uint64_t bytesOf(const TensorInfo& tensor) {
    const TypeTraits traits = *typeTraits(tensor.type);
    return tensor.rowLength() / traits.blockValues * traits.blockBytes * tensor.rows();
}

FileWeights partOf(const FileWeights& weights, std::uint32_t first, std::uint32_t end) {
    FileWeights part;
    part.layers.resize(weights.layers.size());
    std::copy(weights.layers.begin() + first, weights.layers.begin() + end, part.layers.begin() + first);
    part.ropeFactors = weights.ropeFactors;
    if (first == 0) part.tokenEmbedding = weights.tokenEmbedding;
    if (end == weights.layers.size()) {
        part.outputNorm = weights.outputNorm;
        part.output = weights.output;
    }
    part.tied = weights.tied && part.tokenEmbedding && part.output;
    return part;
}

} // namespace ponder
