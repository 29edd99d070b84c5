#include "app/fit/fit_model.h"

#include "app/models/quantization_name.h"

namespace ponder {
namespace {

// Of all tensors, but of a mixture only the experts that one token uses.
template<class Measure>
std::uint64_t sumOfToken(const ModelConfig& config, const FileWeights& weights, Measure measure) {
    std::uint64_t sum = 0;
    forEachWeight(weights.layers(), [&](Weight weight) {
        const TensorInfo* tensor = weights[weight];
        if (!tensor || (weights.tied && weight.slot == Slot::Output)) return;
        const std::uint64_t all = measure(*tensor);
        const MixtureFeedForward& mixture = config.mixture;
        const bool stack = config.family->row(weight.slot)->kind == TensorKind::Stack;
        sum += stack ? all / mixture.experts * mixture.used : all;
    });
    return sum;
}

} // namespace

FitModel::FitModel(QString name, const ModelConfig& config, FileType type)
    : FitModel(
          std::move(name), config, [type](const TensorPlace& place) { return tensorType(type, place); },
          QString::fromUtf8(nameOf(type).data(), qsizetype(nameOf(type).size()))) {}

FitModel::FitModel(QString name, const ModelConfig& config, const ShapeModel::Formats& formats,
                   QString quantization)
    : m_name(std::move(name)), m_quantization(std::move(quantization)),
      m_shape(std::make_shared<ShapeModel>(config, formats)) {
    m_config = std::shared_ptr<const ModelConfig>(m_shape, &m_shape->config());
    m_weights = std::shared_ptr<const FileWeights>(m_shape, &m_shape->weights());
    m_fileBytes = m_shape->tensorBytes();
    count();
}

Result<FitModel> FitModel::open(const std::filesystem::path& path) {
    auto file = ModelFile::open(path);
    if (!file) return file.error();
    FitModel model;
    model.m_file = std::move(*file);
    auto config = ModelConfig::read(*model.m_file);
    if (!config) return config.error();
    auto weights = bindWeights(*model.m_file, *config);
    if (!weights) return weights.error();
    model.m_name = QString::fromStdString(model.m_file->displayName());
    model.m_quantization = quantizationName(*model.m_file);
    model.m_config = std::make_shared<const ModelConfig>(std::move(*config));
    model.m_weights = std::make_shared<const FileWeights>(std::move(*weights));
    model.m_fileBytes = model.m_file->fileBytes();
    model.count();
    return model;
}

void FitModel::count() {
    FileWeights layers = *m_weights;
    layers[Slot::TokenEmbedding] = layers[Slot::Output] = nullptr;
    m_promptParameters = sumOfToken(
        *m_config, layers, [](const TensorInfo& tensor) { return tensor.rowLength() * tensor.rows(); });
    m_bytesPerToken = bytesPerToken({});
}

std::uint64_t FitModel::bytesPerToken(const LayerRange& layers) const {
    const LayerRange range = layers.of(m_config->layers);
    FileWeights part = partOf(*m_weights, range.first, range.end);
    part[Slot::TokenEmbedding] = nullptr;
    part.tied = false; // the head is counted, whatever table it shares
    return sumOfToken(*m_config, part, [](const TensorInfo& tensor) { return bytesOf(tensor); });
}

std::uint64_t FitModel::expertBytesPerToken(const LayerRange& layers) const {
    const LayerRange range = layers.of(m_config->layers);
    const FileWeights part = expertsOf(*m_weights, range.first, range.end);
    return sumOfToken(*m_config, part, [](const TensorInfo& tensor) { return bytesOf(tensor); });
}

} // namespace ponder
