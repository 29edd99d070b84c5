// A model as the fit hint sees it: its config and tensors, from a file that is here or from its shape alone.
//
// Owner: a value; it keeps alive what its weights point to, a mapped file's header at most. Thread: any, one
// at a time. Errors: those of opening a model file. Next station: fit_forecast.h.
#pragma once

#include "engine/backend/backend.h"
#include "engine/model/shape_model.h"

#include <QString>

#include <filesystem>
#include <memory>

namespace ponder {

class FitModel {
public:
    FitModel(QString name, const ModelConfig& config, FileType type);
    FitModel(QString name, const ModelConfig& config, const ShapeModel::Formats& formats,
             QString quantization);
    static Result<FitModel> open(const std::filesystem::path& path);

    const QString& name() const { return m_name; }
    const QString& quantization() const { return m_quantization; }
    const ModelConfig& config() const { return *m_config; }
    const FileWeights& weights() const { return *m_weights; }
    std::uint64_t fileBytes() const { return m_fileBytes; }

    // Values that each token of a prompt is multiplied with: the layers'. The head is for the last token.
    std::uint64_t promptParameters() const { return m_promptParameters; }
    // Weights that one token of a reply reads: all but the table of embeddings, of which it reads a row,
    // and experts that it does not use.
    std::uint64_t bytesPerToken() const { return m_bytesPerToken; }
    // The same for some of its layers; with the head after the last.
    std::uint64_t bytesPerToken(const LayerRange& layers) const;
    // The same for the experts of some layers alone.
    std::uint64_t expertBytesPerToken(const LayerRange& layers) const;

private:
    FitModel() = default;
    void count();

    QString m_name, m_quantization;
    std::shared_ptr<const ShapeModel> m_shape; // one of the two
    std::shared_ptr<const ModelFile> m_file;
    std::shared_ptr<const ModelConfig> m_config;
    std::shared_ptr<const FileWeights> m_weights;
    std::uint64_t m_fileBytes = 0, m_promptParameters = 0, m_bytesPerToken = 0;
};

} // namespace ponder
