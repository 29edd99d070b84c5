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
#include <vector>

namespace ponder {

// Of the experts of some layers.
struct ExpertCosts {
    std::uint64_t bytes = 0;      // that so many rows read
    std::uint64_t parameters = 0; // that each row is multiplied with
};

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
    // The same for some of its layers, with the head after the last, and for so many rows of a prompt in one
    // pass: the more there are, the more experts some of them use.
    std::uint64_t bytesRead(double rows, const LayerRange& layers = {}) const;
    ExpertCosts experts(double rows, const LayerRange& layers) const; // an empty range: none

private:
    // Of matrices and vectors, and of stacks of experts, of which a token needs a few.
    struct Costs {
        std::uint64_t bytes = 0, values = 0;
        std::uint64_t stackBytes = 0, stackValues = 0;

        Costs& operator+=(const Costs& other);
        Costs operator-(const Costs& other) const;
    };

    FitModel() = default;
    Costs costsOf(Weight weight) const;
    Costs costsOf(const LayerRange& layers) const;
    void count();

    QString m_name, m_quantization;
    std::shared_ptr<const ShapeModel> m_shape; // one of the two
    std::shared_ptr<const ModelFile> m_file;
    std::shared_ptr<const ModelConfig> m_config;
    std::shared_ptr<const FileWeights> m_weights;
    std::vector<Costs> m_before;    // of all layers before this one
    Costs m_always, m_norm, m_head; // of any part; after the last layer
    std::uint64_t m_fileBytes = 0, m_promptParameters = 0, m_bytesPerToken = 0;
};

} // namespace ponder
