#include "app/fit/fit_model.h"

#include "app/models/quantization_name.h"

#include <cmath>

namespace ponder {
namespace {

// What so many rows use of a mixture's experts, if they choose without liking any more than others.
double shareOfExperts(const MixtureFeedForward& mixture, double rows) {
    if (mixture.experts == 0) return 0;
    const double used = double(mixture.used) / mixture.experts;
    return rows == 1 ? used : 1 - std::pow(1 - used, rows);
}

std::uint64_t shareOf(std::uint64_t stack, double share) {
    return std::uint64_t(std::llround(double(stack) * share));
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
    model.m_config = std::make_shared<const ModelConfig>(*config);
    model.m_weights = std::make_shared<const FileWeights>(std::move(*weights));
    model.m_fileBytes = model.m_file->fileBytes();
    model.count();
    return model;
}

FitModel::Costs& FitModel::Costs::operator+=(const Costs& other) {
    bytes += other.bytes;
    values += other.values;
    stackBytes += other.stackBytes;
    stackValues += other.stackValues;
    return *this;
}

FitModel::Costs FitModel::Costs::operator-(const Costs& other) const {
    return {bytes - other.bytes, values - other.values, stackBytes - other.stackBytes,
            stackValues - other.stackValues};
}

FitModel::Costs FitModel::costsOf(Weight weight) const {
    const TensorInfo* tensor = (*m_weights)[weight];
    if (!tensor) return {};
    const std::uint64_t bytes = bytesOf(*tensor), values = tensor->rowLength() * tensor->rows();
    return isExpertStack(weight.slot) ? Costs{0, 0, bytes, values} : Costs{bytes, values, 0, 0};
}

FitModel::Costs FitModel::costsOf(const LayerRange& layers) const {
    const LayerRange range = layers.of(m_config->layers);
    return range.first < range.end ? m_before[range.end] - m_before[range.first] : Costs();
}

void FitModel::count() {
    for (const Slot slot : {Slot::RopeFactors, Slot::RopeFactorsLong, Slot::RopeFactorsShort})
        m_always += costsOf(slot);
    m_norm = costsOf(Slot::OutputNorm);
    m_head = costsOf(Slot::Output);
    m_before.resize(1);
    for (std::uint32_t i = 0; i < m_config->layers; ++i) {
        Costs sum = m_before.back();
        for (const TensorRow& row : m_config->family->tensors)
            if (isOfLayer(row.slot) && (*m_weights)[{row.slot, i}]) sum += costsOf({row.slot, i});
        m_before.push_back(sum);
    }
    const Costs layers = costsOf(LayerRange());
    const double share = shareOfExperts(m_config->mixture, 1);
    m_promptParameters = m_always.values + layers.values + shareOf(layers.stackValues, share) + m_norm.values;
    m_bytesPerToken = bytesRead(1);
}

std::uint64_t FitModel::bytesRead(double rows, const LayerRange& layers) const {
    const Costs costs = costsOf(layers);
    const bool last = layers.of(m_config->layers).end == m_config->layers;
    return m_always.bytes + costs.bytes + shareOf(costs.stackBytes, shareOfExperts(m_config->mixture, rows)) +
           (last ? m_norm.bytes + m_head.bytes : 0);
}

ExpertCosts FitModel::experts(double rows, const LayerRange& layers) const {
    const Costs costs = costsOf(layers);
    return {shareOf(costs.stackBytes, shareOfExperts(m_config->mixture, rows)),
            shareOf(costs.stackValues, shareOfExperts(m_config->mixture, 1))};
}

} // namespace ponder
