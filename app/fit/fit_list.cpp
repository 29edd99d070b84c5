#include "app/fit/fit_list.h"

#include <QFileInfo>

#include <algorithm>

namespace ponder {
namespace {

// What an AWQ folder becomes: its four bits as they are, the tables as they were.
TensorType awqFormat(const TensorPlace& place) {
    return place.kind == "token_embd" || place.kind == "output" ? TensorType::F16 : TensorType::Q4_1;
}

class ListMaker {
public:
    ListMaker(const ModelCatalogue& catalogue, const FitListQuestion& question, FitModels& models)
        : m_catalogue(catalogue), m_question(question), m_models(models) {}

    std::vector<FitRow> make() {
        std::vector<FitRow> rows;
        QHash<QString, std::size_t> byName;
        for (const CatalogueModel& model : m_catalogue.models()) {
            byName.insert(plainName(model.name), rows.size());
            // A file converted from the original weights is called as their repository is.
            const QString original = plainName(model.repository.section(u'/', 1));
            if (!byName.contains(original)) byName.insert(original, rows.size());
            rows.push_back(ofCatalogue(model));
        }
        for (const ModelRecord& model : m_question.library) {
            const auto found = byName.constFind(plainName(model.name));
            if (const auto brought = downloadedRow(rows, model))
                addFile(rows[*brought], model);
            else if (found != byName.constEnd())
                addFile(rows[*found], model);
            else
                rows.push_back(ofFile(model));
        }
        for (FitRow& row : rows)
            suggest(row);
        return rows;
    }

private:
    // A file that was downloaded for a row lies where the hub has it, whatever it calls itself.
    static std::optional<std::size_t> downloadedRow(const std::vector<FitRow>& rows,
                                                    const ModelRecord& model) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (!rows[i].entry) continue;
            for (const CatalogueDownload& download : rows[i].entry->downloads)
                if (model.path.endsWith(u'/' + download.repository + u'/' + download.files.first())) return i;
        }
        return {};
    }

    // `smaller`: the same model in fewer bytes, or null. What fits instead of it fits instead of this.
    void forecast(FitChoice& choice, std::shared_ptr<const FitModel> model,
                  const FitChoice* smaller = nullptr) const {
        if (!model) return;
        const bool unfit = smaller && smaller->known && smaller->fit.verdict == FitVerdict::DoesNotFit &&
                           smaller->bytes < model->fileBytes();
        FitQuestion question;
        question.contextTokens = m_question.contextTokens;
        question.kvType = m_question.kvType;
        question.modelPath = choice.path;
        question.history = m_question.history;
        question.findsBetter = !unfit;
        choice.bytes = model->fileBytes();
        choice.fit = forecastFit(*model, m_question.device, question);
        if (unfit && choice.fit.verdict == FitVerdict::DoesNotFit) choice.fit.better = smaller->fit.better;
        choice.known = true;
        choice.model = std::move(model);
    }

    FitRow ofCatalogue(const CatalogueModel& model) {
        FitRow row{model.id, &model, model.name, model.licence, model.languages, {}, 0};
        for (const QString& name : model.quantizations) {
            FitChoice choice;
            choice.quantization = name;
            if (const CatalogueQuantization* rated = m_catalogue.findQuantization(name))
                choice.quality = rated->quality;
            forecast(choice, m_models.ofCatalogue(model, name),
                     row.choices.empty() ? nullptr : &row.choices.back());
            row.choices.push_back(std::move(choice));
        }
        return row;
    }

    void addFile(FitRow& row, const ModelRecord& model) {
        const auto same = std::find_if(row.choices.begin(), row.choices.end(), [&](const FitChoice& choice) {
            return choice.quantization == model.quantization;
        });
        FitChoice& choice =
            same != row.choices.end() ? *same : row.choices.emplace_back(FitChoice{model.quantization});
        choice.path = model.path;
        choice.libraryId = model.id;
        choice.bytes = std::uint64_t(model.bytes);
        choice.missing = !QFileInfo::exists(model.path);
        if (!choice.missing) forecast(choice, m_models.ofFile(model));
        choice.bytes = std::uint64_t(model.bytes);
    }

    FitRow ofFile(const ModelRecord& model) {
        FitRow row{model.id, nullptr, model.label(), model.licence, model.languages, {}, 0};
        addFile(row, model);
        return row;
    }

    // What is here already; else what a stranger would be told.
    static void suggest(FitRow& row) {
        for (std::size_t i = 0; i < row.choices.size(); ++i)
            if (!row.choices[i].path.isEmpty()) {
                row.suggested = i;
                return;
            }
        row.suggested = suggestedChoice(row.choices);
    }

    const ModelCatalogue& m_catalogue;
    const FitListQuestion& m_question;
    FitModels& m_models;
};

} // namespace

QString plainName(const QString& name) {
    QString out;
    for (const QChar c : name)
        if (c.isLetterOrNumber()) out += c.toLower();
    return out;
}

namespace {

// Below four bits answers suffer: those are suggested where nothing larger fits.
bool isSuggested(const QString& quantization, bool coarse) {
    const std::optional<FileType> type = fileType(quantization.toStdString());
    if (!type) return !coarse; // a file of another program
    if (*type == FileType::Q2_K || *type == FileType::Q3_K_M) return coarse;
    const auto* found = std::find(kRecommendedTypes.begin(), kRecommendedTypes.end(), *type);
    return !coarse && found != kRecommendedTypes.end() && *type != FileType::F16;
}

std::optional<std::size_t> finestAtReadingSpeed(const std::vector<FitChoice>& choices, FitVerdict wanted,
                                                bool coarse) {
    constexpr double kReadingSpeed = 6; // tokens a second: 250 words a minute and more than a token a word
    std::optional<std::size_t> smallest;
    for (std::size_t i = choices.size(); i-- > 0;) {
        const FitChoice& choice = choices[i];
        if (!choice.known || choice.fit.verdict != wanted || !isSuggested(choice.quantization, coarse))
            continue;
        const double speed = choice.fit.speed.decodeTokensPerSecond;
        if (speed == 0 || speed >= kReadingSpeed) return i; // 0: nobody knows
        smallest = i;
    }
    return smallest;
}

} // namespace

std::size_t suggestedChoice(const std::vector<FitChoice>& choices) {
    for (const bool coarse : {false, true})
        for (const FitVerdict wanted : {FitVerdict::Fits, FitVerdict::Tight})
            if (const auto found = finestAtReadingSpeed(choices, wanted, coarse)) return *found;
    return 0;
}

std::shared_ptr<const FitModel> FitModels::ofCatalogue(const CatalogueModel& model,
                                                       const QString& quantization) {
    const QString key = model.id + QLatin1Char(' ') + quantization;
    if (const auto known = m_known.constFind(key); known != m_known.constEnd()) return *known;
    const auto type = fileType(quantization.toStdString());
    if (!type && quantization != u"Q4_1") return nullptr;
    const auto made = type ? std::make_shared<FitModel>(model.name, model.config, *type)
                           : std::make_shared<FitModel>(model.name, model.config, awqFormat, quantization);
    return *m_known.insert(key, made);
}

std::shared_ptr<const FitModel> FitModels::ofFile(const ModelRecord& model) {
    const QString key = model.path + QLatin1Char(' ') + QString::number(model.fingerprint);
    if (const auto known = m_known.constFind(key); known != m_known.constEnd()) return *known;
    auto opened = FitModel::open(model.path.toStdU16String());
    if (!opened) return nullptr;
    return *m_known.insert(key, std::make_shared<FitModel>(std::move(*opened)));
}

std::vector<FitRow> fitList(const ModelCatalogue& catalogue, const FitListQuestion& question,
                            FitModels& models) {
    return ListMaker(catalogue, question, models).make();
}

std::vector<GpuRow> gpuList(const GpuCatalogue& catalogue, const FitModel& model,
                            std::uint32_t contextTokens) {
    std::vector<GpuRow> rows;
    FitQuestion question;
    question.contextTokens = contextTokens;
    question.wholeOnly = true;
    for (const Gpu& gpu : catalogue.gpus())
        rows.push_back({&gpu, forecastFit(model, FitDevice::of(gpu, {}, 0), question)});
    std::stable_sort(rows.begin(), rows.end(), [](const GpuRow& a, const GpuRow& b) {
        if (a.gpu->memoryGb != b.gpu->memoryGb) return a.gpu->memoryGb < b.gpu->memoryGb;
        return a.gpu->name < b.gpu->name;
    });
    return rows;
}

std::vector<GpuRow> gpusTogether(const std::vector<GpuRow>& alone, const FitModel& model) {
    constexpr std::uint64_t kMostInAServer = 8;
    std::vector<GpuRow> rows;
    for (const GpuRow& row : alone) {
        const FitDevice device = FitDevice::of(*row.gpu, {}, 0);
        const std::uint64_t margin = std::min(marginBytes(device.info), device.info.freeBytes);
        const std::uint64_t needed = row.fit.memory.total(), room = device.info.freeBytes - margin;
        const std::uint64_t count = room > 0 ? (needed + room - 1) / room : 0;
        if (count == 0 || count > (row.gpu->unified ? 1 : kMostInAServer)) continue;
        FitForecast fit = row.fit;
        fit.spareBytes = std::int64_t(count * room) - std::int64_t(needed);
        fit.verdict = std::uint64_t(fit.spareBytes) < needed / 10 ? FitVerdict::Tight : FitVerdict::Fits;
        fit.usedContext = fit.contextTokens;
        fit.used = fit.memory;
        fit.gpuLayers = fit.layers;
        SpeedQuestion question;
        question.cacheBytes = cacheReadBytes(fit.memory.context);
        // Each has some of the layers, and a token passes through all of them.
        fit.speed = forecastSpeed(model, device, question, {});
        rows.push_back({row.gpu, fit, int(count)});
    }
    std::stable_sort(rows.begin(), rows.end(), [](const GpuRow& a, const GpuRow& b) {
        if (a.together != b.together) return a.together < b.together;
        return a.gpu->name < b.gpu->name;
    });
    return rows;
}

bool needsSeveral(const std::vector<GpuRow>& rows) {
    return std::none_of(rows.begin(), rows.end(),
                        [](const GpuRow& row) { return !row.gpu->unified && fitsWhole(row.fit.verdict); });
}

} // namespace ponder
