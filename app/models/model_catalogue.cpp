#include "app/models/model_catalogue.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace ponder {
namespace {

// The file is the program's own: what is wrong with it is for a bug report.
Error refusal(const std::string& why) { return {ErrorCode::Internal, {}, "models.json: " + why}; }

QStringList texts(const QJsonValue& list) { return list.toVariant().toStringList(); }

std::vector<CatalogueQuantization> readQuantizations(const QJsonArray& rows) {
    std::vector<CatalogueQuantization> out;
    for (const QJsonValue value : rows) {
        const QJsonObject row = value.toObject();
        CatalogueQuantization& added = out.emplace_back();
        added.name = row.value(u"name").toString();
        if (row.contains(u"nominal_bits")) added.nominalBits = row.value(u"nominal_bits").toDouble();
        if (row.contains(u"quality")) added.quality = row.value(u"quality").toInt();
    }
    return out;
}

RecommendedSettings readRecommended(const QJsonObject& row) {
    return {row.value(u"temperature").toDouble(), row.value(u"top_p").toDouble(),
            row.value(u"system_prompt").toBool(true), row.value(u"forced_start").toString(),
            row.value(u"max_reply_tokens").toInt()};
}

std::uint32_t numberAt(const QJsonObject& row, QStringView name) {
    return static_cast<std::uint32_t>(row.value(name).toInt());
}

void readMixture(const QJsonObject& row, ModelConfig& config) {
    config.mixture.experts = numberAt(row, u"routed");
    config.mixture.used = numberAt(row, u"active");
    config.mixture.hidden = numberAt(row, u"hidden");
    config.mixture.sharedHidden = numberAt(row, u"shared") * config.mixture.hidden;
    config.mixture.sharedGate = config.mixture.sharedHidden > 0 && config.family->row(Slot::SharedRouter);
    config.denseLayers = numberAt(row, u"dense_layers");
}

void readLatent(const QJsonObject& row, ModelConfig& config) {
    if (row.isEmpty()) return;
    config.latent.heads = config.heads;
    config.kvHeads = 1; // as files of the family have it
    config.latent.queryRank = numberAt(row, u"query_rank");
    config.latent.kvRank = numberAt(row, u"kv_rank");
    config.latent.ropeSize = config.rotary = numberAt(row, u"rope_size");
    config.latent.nopeSize = numberAt(row, u"nope_size");
    config.latent.valueSize = numberAt(row, u"value_size");
}

void readDelta(const QJsonObject& row, ModelConfig& config) {
    if (row.isEmpty()) return;
    config.delta.keyHeads = numberAt(row, u"key_heads");
    config.delta.valueHeads = numberAt(row, u"value_heads");
    config.delta.headSize = numberAt(row, u"head_size");
    config.delta.kernel = numberAt(row, u"kernel");
    const std::uint32_t every = std::max(1U, numberAt(row, u"attention_every"));
    for (std::uint32_t i = 1; i <= config.layers; ++i)
        config.recurrent.push_back(i % every != 0);
}

void readShape(const QJsonObject& row, CatalogueModel& model) {
    model.architecture = row.value(u"architecture").toString();
    model.parameters = std::uint64_t(row.value(u"parameters").toInteger());
    const auto number = [&](QStringView name) { return numberAt(row, name); };
    ModelConfig& config = model.config;
    config.family = familyNamed(model.architecture.toStdString());
    if (!config.family) return;
    config.layers = number(u"layers");
    config.width = number(u"width");
    config.heads = number(u"heads");
    config.kvHeads = number(u"kv_heads");
    config.headSize = number(u"head_size");
    config.rotary = row.contains(u"rotary") ? number(u"rotary") : config.headSize;
    config.hidden = number(u"hidden");
    config.vocabulary = number(u"vocabulary");
    config.ropeBase = row.value(u"rope_base").toDouble();
    config.normEpsilon = static_cast<float>(row.value(u"epsilon").toDouble());
    config.tied = row.value(u"tied").toBool();
    config.trainedContext = number(u"context");
    config.ropeFactors = row.value(u"rope_factors").toBool();
    config.longFactors = row.value(u"long_factors").toBool();
    readMixture(row.value(u"experts").toObject(), config);
    readLatent(row.value(u"latent_attention").toObject(), config);
    readDelta(row.value(u"delta").toObject(), config);
}

void readDownloads(const QJsonObject& row, CatalogueModel& model) {
    model.repository = row.value(u"repository").toString();
    model.format = row.value(u"format").toString();
    model.quantizations = texts(row.value(u"quantizations"));
    const QJsonObject downloads = row.value(u"downloads").toObject();
    for (auto it = downloads.begin(); it != downloads.end(); ++it) {
        const QJsonObject files = it.value().toObject();
        model.downloads.push_back(
            {it.key(), files.value(u"repository").toString(), texts(files.value(u"files"))});
    }
}

CatalogueModel readModel(const QJsonObject& row, const QJsonObject& benchmarkSources) {
    CatalogueModel model;
    model.id = row.value(u"id").toString();
    model.name = row.value(u"name").toString();
    model.family = row.value(u"family").toString();
    model.basedOn = row.value(u"based_on").toString();
    model.licence = row.value(u"licence").toString();
    model.languages = texts(row.value(u"languages"));
    model.recommended = readRecommended(row.value(u"recommended").toObject());
    model.source = row.value(u"source").toString();
    readShape(row, model);
    readDownloads(row, model);
    const QJsonArray benchmarks = row.value(u"benchmarks").toArray();
    for (const QJsonValue value : benchmarks) {
        const QJsonObject score = value.toObject();
        model.benchmarks.push_back({score.value(u"name").toString(), score.value(u"score").toDouble(),
                                    benchmarkSources.value(score.value(u"source").toString()).toString()});
    }
    return model;
}

bool isWhole(const CatalogueModel& model) {
    return !model.id.isEmpty() && !model.name.isEmpty() && !model.licence.isEmpty() &&
           !model.architecture.isEmpty() && !model.repository.isEmpty() && !model.quantizations.isEmpty() &&
           model.config.family && model.parameters > 0 && model.config.layers > 0 && model.config.width > 0 &&
           model.config.heads > 0 && model.config.kvHeads > 0 && model.config.headSize > 0 &&
           model.config.hidden > 0 && model.config.vocabulary > 0 && model.config.trainedContext > 0;
}

} // namespace

const CatalogueDownload* CatalogueModel::download(const QString& quantization) const {
    const auto found = std::find_if(downloads.begin(), downloads.end(), [&](const CatalogueDownload& one) {
        return one.quantization == quantization;
    });
    return found == downloads.end() ? nullptr : &*found;
}

bool CatalogueModel::converts() const {
    return (format == u"safetensors" || format == u"awq") && !config.family->hubClasses.empty();
}

const ModelCatalogue& ModelCatalogue::builtIn() {
    // The file is part of the program and the tests parse it, so that the empty catalogue is never met.
    static const ModelCatalogue catalogue = [] {
        QFile file(QStringLiteral(":/catalogue/models.json"));
        if (!file.open(QIODevice::ReadOnly)) return ModelCatalogue{};
        Result<ModelCatalogue> parsed = parse(file.readAll());
        return parsed ? *std::move(parsed) : ModelCatalogue{};
    }();
    return catalogue;
}

Result<ModelCatalogue> ModelCatalogue::parse(const QByteArray& json) {
    QJsonParseError wrong;
    const QJsonObject top = QJsonDocument::fromJson(json, &wrong).object();
    if (wrong.error != QJsonParseError::NoError) return refusal(wrong.errorString().toStdString());
    ModelCatalogue catalogue;
    catalogue.m_quantizations = readQuantizations(top.value(u"quantizations").toArray());
    const QJsonObject benchmarkSources = top.value(u"benchmark_sources").toObject();
    const QJsonArray rows = top.value(u"models").toArray();
    for (const QJsonValue row : rows) {
        catalogue.m_models.push_back(readModel(row.toObject(), benchmarkSources));
        if (!isWhole(catalogue.m_models.back()))
            return refusal("model " + std::to_string(catalogue.m_models.size()));
    }
    if (catalogue.m_models.empty()) return refusal("models");
    return catalogue;
}

const CatalogueModel* ModelCatalogue::find(const QString& id) const {
    const auto found = std::find_if(m_models.begin(), m_models.end(),
                                    [&](const CatalogueModel& model) { return model.id == id; });
    return found == m_models.end() ? nullptr : &*found;
}

const CatalogueQuantization* ModelCatalogue::findQuantization(const QString& name) const {
    const auto found = std::find_if(m_quantizations.begin(), m_quantizations.end(),
                                    [&](const CatalogueQuantization& one) { return one.name == name; });
    return found == m_quantizations.end() ? nullptr : &*found;
}

} // namespace ponder
