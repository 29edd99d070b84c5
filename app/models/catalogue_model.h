// A model of the catalogue: what can be said of it without having its file.
//
// Addresses are relative to the endpoint of a model hub: a repository "owner/name" and the files in it.
// Owner: plain values in a ModelCatalogue. Thread: any. Next station: the memory and speed prediction of
// app/fit, the downloads.
#pragma once

#include "engine/model/config.h"

#include <QString>
#include <QStringList>

#include <cstdint>
#include <optional>
#include <vector>

namespace ponder {

// How a quantization is rated, whatever the model.
struct CatalogueQuantization {
    QString name;                      // "Q4_K_M"
    std::optional<double> nominalBits; // a weight, for the rule of thumb
    std::optional<int> quality;        // percent of the unquantized model's
};

struct CatalogueDownload {
    QString quantization;
    QString repository;
    QStringList files; // of one split set, in order
};

struct CatalogueBenchmark {
    QString name;
    double score = 0;
    QString source;
};

struct RecommendedSettings {
    double temperature = 0;
    double topP = 0;
    bool systemPrompt = true; // whether one may be given
    QString forcedStart;      // what every reply begins with: "<think>\n"
    int maxReplyTokens = 0;
};

struct CatalogueModel {
    QString id, name, family;
    QString basedOn; // id of the model whose weights these are, quantized or tuned; or empty
    std::uint64_t parameters = 0;
    QString architecture; // as general.architecture in GGUF
    ModelConfig config;
    QString licence;
    QStringList languages; // "en", "zh", "ko"
    RecommendedSettings recommended;
    std::vector<CatalogueBenchmark> benchmarks;
    QString repository; // of the original weights
    QString format;     // of these: "safetensors", "awq", "fp8", or "gguf" where it has files ready-made
    QStringList quantizations; // those without a download are made from the original weights, if they can be
    std::vector<CatalogueDownload> downloads;
    QString source;

    // Null: no ready-made file is known.
    const CatalogueDownload* download(const QString& quantization) const;
    // The original weights can be made into a file here.
    bool converts() const;
    bool canBring(const QString& quantization) const { return converts() || download(quantization); }
};

} // namespace ponder
