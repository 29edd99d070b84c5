#include "engine/model/weights.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/model/fused_tensors.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace ponder {
namespace {

using Tensor = const TensorInfo*;
using TensorShape = std::array<std::uint64_t, 4>;

// What binding makes beside the file's own tensors.
struct MadeTensors {
    struct Scaled {
        TensorInfo tensor;
        std::vector<float> factors;
    };
    FusedParts parts;
    std::deque<Scaled> scaled;
};

// Finds tensors by name and checks their shapes; the first problem stays and the rest is skipped.
class Binder {
public:
    Binder(const ModelFile& file, const ModelConfig& config) : m_file(file), m_config(config) {}

    Result<FileWeights> bind();

private:
    void bindLayer(std::uint32_t index, FileWeights& weights);
    Tensor find(const TensorRow& row, std::uint32_t layer);
    Tensor scaled(const TensorRow& row, std::uint32_t layer, Tensor matrix);
    void check(const std::string& name, TensorKind kind, const TensorShape& shape, const TensorInfo& tensor);
    void checkRopeFactors(Tensor factors);
    void rejectUnused();
    bool isOfDraft(std::string_view name) const;
    bool scalesInputs(std::string_view name) const;

    void fail(ErrorCode code, Detail detail) {
        if (!m_error) m_error = Error{code, m_file.parts().front().string(), std::move(detail)};
    }

    const ModelFile& m_file;
    const ModelConfig& m_config;
    std::set<Tensor> m_used;
    std::shared_ptr<MadeTensors> m_made = std::make_shared<MadeTensors>();
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

void Binder::check(const std::string& name, TensorKind kind, const TensorShape& shape,
                   const TensorInfo& tensor) {
    if (tensor.shape != shape)
        fail(ErrorCode::BadTensor, Detail{PONDER_TR_NOOP("ErrorDetail", "%1 has the shape %2 instead of %3"),
                                          {name, shapeText(tensor.shape), shapeText(shape)}});
    if (kind == TensorKind::Vector && tensor.type != TensorType::F32)
        fail(ErrorCode::BadTensor, Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is %2 instead of F32"),
                                          {name, std::string(typeTraits(tensor.type)->name)}});
}

// The tensor of a line, if the file has it.
Tensor Binder::find(const TensorRow& row, std::uint32_t layer) {
    const std::string name = m_config.family->nameOf({row.slot, layer});
    const Tensor part = m_made->parts.find({row.slot, layer});
    const Tensor tensor = part ? part : m_file.find(name);
    if (!tensor) return nullptr;
    if (!part) m_used.insert(tensor);
    const Layer parts = m_config.layer(layer);
    check(name, row.kind,
          {lengthOf(row.rowLength, m_config, parts), lengthOf(row.rows, m_config, parts),
           lengthOf(row.depth(), m_config, parts), 1},
          *tensor);
    return part ? tensor : scaled(row, layer, tensor);
}

// The same with what stands beside it in the file: a factor for each of its matrices. Other formats than
// NVFP4 have scales enough of their own.
Tensor Binder::scaled(const TensorRow& row, std::uint32_t layer, Tensor matrix) {
    const bool counts = row.multiplied() && row.kind != TensorKind::PerHead;
    if (!counts || matrix->type != TensorType::NVFP4) return matrix;
    const std::string name = m_config.family->scaleNameOf({row.slot, layer});
    const Tensor scale = m_file.find(name);
    if (!scale) return matrix;
    m_used.insert(scale);
    check(name, TensorKind::Vector, {lengthOf(row.depth(), m_config, m_config.layer(layer)), 1, 1, 1},
          *scale);
    if (m_error) return matrix;
    MadeTensors::Scaled& made = m_made->scaled.emplace_back();
    made.tensor = *matrix;
    made.factors.resize(scale->rowLength());
    std::memcpy(made.factors.data(), scale->bytes.data(), scale->bytes.size());
    made.tensor.factors = made.factors;
    return &made.tensor;
}

void Binder::bindLayer(std::uint32_t index, FileWeights& weights) {
    for (const Tensor whole : m_made->parts.split(m_file, m_config, index))
        m_used.insert(whole);
    bool any = false; // of those that are all there or none
    for (const TensorRow& row : m_config.family->tensors) {
        if (!isOfLayer(row.slot) || !has(m_config, row, index)) continue;
        const Tensor tensor = weights[{row.slot, index}] = find(row, index);
        any = any || (tensor && row.presence == Presence::AllOrNone);
    }
    for (const TensorRow& row : m_config.family->tensors) {
        const bool needed = row.presence == Presence::AllOrNone ? any : row.presence != Presence::Maybe;
        if (isOfLayer(row.slot) && needed && has(m_config, row, index) && !weights[{row.slot, index}])
            fail(ErrorCode::MissingTensor, m_config.family->nameOf({row.slot, index}));
    }
}

// Angles are divided by these.
void Binder::checkRopeFactors(Tensor factors) {
    if (!factors || m_error) return;
    for (std::size_t i = 0; i < factors->bytes.size(); i += sizeof(float)) {
        float factor;
        std::memcpy(&factor, factors->bytes.data() + i, sizeof factor);
        if (!std::isfinite(factor) || factor <= 0)
            return fail(ErrorCode::BadTensor,
                        Detail{PONDER_TR_NOOP("ErrorDetail", "%1 holds a factor that is not positive"),
                               {printable(factors->name)}});
    }
}

// Layers after the model's that only guess further tokens.
bool Binder::isOfDraft(std::string_view name) const {
    std::uint32_t layer = 0;
    if (m_config.draftLayers == 0 || !name.starts_with("blk.")) return false;
    name.remove_prefix(4);
    const auto [rest, failed] = std::from_chars(name.data(), name.data() + name.size(), layer);
    return failed == std::errc() && layer >= m_config.layers &&
           layer < m_config.layers + m_config.draftLayers;
}

// What converters of NVFP4 keep beside a matrix for kernels that round activations to four bits too. Here
// they are not rounded so; llama.cpp loads these tensors and multiplies without them (the "input scales" of
// its layers).
bool Binder::scalesInputs(std::string_view name) const {
    constexpr std::string_view kEnd = ".input_scale";
    if (!name.ends_with(kEnd)) return false;
    name.remove_suffix(kEnd.size());
    const Tensor matrix = m_file.find(std::string(name) + ".weight");
    return matrix && matrix->type == TensorType::NVFP4 && m_used.contains(matrix);
}

// A tensor that the forward pass does not use means another model than the one computed here; answers
// would be wrong without any message. Tables that older converters stored beside the weights are harmless.
void Binder::rejectUnused() {
    for (const TensorInfo& tensor : m_file.tensors()) {
        if (m_used.contains(&tensor)) continue;
        if (tensor.name.ends_with("rot_embd.weight") || tensor.name.ends_with("rot_embd")) continue;
        if (isOfDraft(tensor.name) || scalesInputs(tensor.name)) continue;
        return fail(ErrorCode::UnsupportedModel,
                    Detail{PONDER_TR_NOOP("ErrorDetail", "it has the tensor %1, which %2 models do not have"),
                           {printable(tensor.name), std::string(m_config.architecture())}});
    }
}

Result<FileWeights> Binder::bind() {
    FileWeights weights(m_config.layers);
    for (const TensorRow& row : m_config.family->tensors) {
        if (isOfLayer(row.slot) || !has(m_config, row, 0)) continue;
        weights[row.slot] = find(row, 0);
        if (!weights[row.slot] && row.presence != Presence::Maybe)
            fail(ErrorCode::MissingTensor, m_config.family->nameOf(row.slot));
    }
    for (std::uint32_t index = 0; index < m_config.layers && !m_error; ++index)
        bindLayer(index, weights);
    weights.tied = m_config.tied;
    weights.made = m_made;
    if (weights.tied) weights[Slot::Output] = weights[Slot::TokenEmbedding];
    for (const Slot slot : {Slot::RopeFactors, Slot::RopeFactorsLong, Slot::RopeFactorsShort})
        checkRopeFactors(weights[slot]);
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

bool has(const ModelConfig& config, const TensorRow& row, std::uint32_t layer) {
    return has(config, row, config.layer(layer));
}

bool has(const ModelConfig& config, const TensorRow& row, const Layer& parts) {
    if (row.presence == Presence::UnlessTied) return !config.tied;
    if (row.presence == Presence::WithFactors) return config.ropeFactors;
    if (row.presence == Presence::WithLongFactors) return config.longFactors;
    const bool merged = parts.mixture() && parts.mixture()->merged;
    if ((row.presence == Presence::Merged && !merged) || (row.presence == Presence::Apart && merged))
        return false;
    return lengthOf(row.rows, config, parts) > 0 && lengthOf(row.rowLength, config, parts) > 0;
}

FileWeights withRopeFactors(const FileWeights& weights, const ModelConfig& config,
                            std::uint32_t contextTokens) {
    FileWeights out = weights;
    if (!config.longFactors) return out;
    const bool beyond = contextTokens > config.ropeScaling.originalContext;
    out[Slot::RopeFactorsLong] = out[Slot::RopeFactorsShort] = nullptr;
    out[Slot::RopeFactors] = weights[beyond ? Slot::RopeFactorsLong : Slot::RopeFactorsShort];
    return out;
}

FileWeights withoutExperts(const FileWeights& weights, std::uint32_t first, std::uint32_t end) {
    FileWeights out = weights;
    forEachWeight(weights.layers(), [&](Weight weight) {
        if (isExpertStack(weight.slot) && weight.layer >= first && weight.layer < end) out[weight] = nullptr;
    });
    return out;
}

FileWeights expertsOf(const FileWeights& weights, std::uint32_t first, std::uint32_t end) {
    FileWeights out(weights.layers());
    out.made = weights.made;
    for (std::uint32_t layer = first; layer < std::min(end, weights.layers()); ++layer) {
        if (!weights[{Slot::Router, layer}]) continue;
        for (std::size_t i = 0; i < kLayerSlots; ++i) {
            const auto slot = static_cast<Slot>(kFirstLayerSlot + i);
            if (isExpertStack(slot) || slot == Slot::Router || slot == Slot::RouterBias ||
                slot == Slot::FeedForwardNorm)
                out[{slot, layer}] = weights[{slot, layer}];
        }
    }
    return out;
}

FileWeights partOf(const FileWeights& weights, std::uint32_t first, std::uint32_t end) {
    FileWeights part(weights.layers());
    forEachWeight(weights.layers(), [&](Weight weight) {
        bool wanted = weight.layer >= first && weight.layer < end;
        if (!isOfLayer(weight.slot))
            wanted = isRopeFactors(weight.slot) ||
                     (weight.slot == Slot::TokenEmbedding ? first == 0 : end == weights.layers());
        if (wanted) part[weight] = weights[weight];
    });
    part.made = weights.made;
    part.tied = weights.tied && part[Slot::TokenEmbedding] && part[Slot::Output];
    return part;
}

} // namespace ponder
