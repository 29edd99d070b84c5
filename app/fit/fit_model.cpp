#include "app/fit/fit_model.h"

#include "app/models/quantization_name.h"

#include <cmath>

namespace ponder {
namespace {

// What so many rows use of a mixture's experts, if they choose without liking any more than others.
double shareOfExperts(const MixtureFeedForward& mixture, double rows) {
    const double used = double(mixture.used) / mixture.experts;
    return rows == 1 ? used : 1 - std::pow(1 - used, rows);
}

enum class Parts { All, Experts };

// Of all tensors or of the experts, but of those only what so many rows use.
template<class Measure>
std::uint64_t sumOf(const ModelConfig& config, const FileWeights& weights, Parts parts, double rows,
                    Measure measure) {
    std::uint64_t sum = 0;
    forEachWeight(weights.layers(), [&](Weight weight) {
        const TensorInfo* tensor = weights[weight];
        if (!tensor || (weights.tied && weight.slot == Slot::Output)) return;
        const bool stack = config.family->row(weight.slot)->kind == TensorKind::Stack;
        if (parts == Parts::Experts && !stack) return;
        const std::uint64_t all = measure(*tensor);
        sum += stack ? std::uint64_t(std::llround(double(all) * shareOfExperts(config.mixture, rows))) : all;
    });
    return sum;
}

std::uint64_t values(const TensorInfo& tensor) { return tensor.rowLength() * tensor.rows(); }

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
    model.m_config = std::make_shared<const ModelConfig>(*config);
    model.m_weights = std::make_shared<const FileWeights>(std::move(*weights));
    model.m_fileBytes = model.m_file->fileBytes();
    model.count();
    return model;
}

void FitModel::count() {
    FileWeights layers = *m_weights;
    layers[Slot::TokenEmbedding] = layers[Slot::Output] = nullptr;
    m_promptParameters = sumOf(*m_config, layers, Parts::All, 1, values);
    m_bytesPerToken = bytesRead(1);
}

std::uint64_t FitModel::bytesRead(double rows, const LayerRange& layers) const {
    const LayerRange range = layers.of(m_config->layers);
    FileWeights part = partOf(*m_weights, range.first, range.end);
    part[Slot::TokenEmbedding] = nullptr;
    part.tied = false; // the head is counted, whatever table it shares
    return sumOf(*m_config, part, Parts::All, rows, [](const TensorInfo& tensor) { return bytesOf(tensor); });
}

ExpertCosts FitModel::experts(double rows, const LayerRange& layers) const {
    if (layers.first >= layers.end) return {};
    const LayerRange range = layers.of(m_config->layers);
    const FileWeights part = partOf(*m_weights, range.first, range.end);
    return {sumOf(*m_config, part, Parts::Experts, rows,
                  [](const TensorInfo& tensor) { return bytesOf(tensor); }),
            sumOf(*m_config, part, Parts::Experts, 1, values)};
}

} // namespace ponder
