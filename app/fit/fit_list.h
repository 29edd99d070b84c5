// Every model that this program knows, each quantization of it, and how they fit one device.
//
// Takes the catalogue, the models of the library and a device; gives rows for the models page and `ponder-cli
// fit`. A model of the library stands in the row of the catalogue that has its name, others in rows of their
// own. Owner: FitModels keeps what was read and built, for the next list. Thread: one at a time, a worker;
// the catalogue alone takes some hundredths of a second. Errors: none; a file that cannot be read has no
// forecast. Previous station: models/model_catalogue.h, models/library_model.h. Next station:
// fit_list_model.h.
#pragma once

#include "app/fit/fit_forecast.h"
#include "app/models/model_catalogue.h"
#include "app/store/model_record.h"

#include <QHash>

namespace ponder {

// Shapes and file headers that have been turned into FitModels before.
class FitModels {
public:
    // Null for a quantization that these engines do not know.
    std::shared_ptr<const FitModel> ofCatalogue(const CatalogueModel& model, const QString& quantization);
    std::shared_ptr<const FitModel> ofFile(const ModelRecord& model);

private:
    QHash<QString, std::shared_ptr<const FitModel>> m_known;
};

struct FitChoice {
    QString quantization;
    std::uint64_t bytes = 0;               // of the file
    QString path;                          // on this computer; empty: not here
    bool missing = false;                  // the library knows it, and its file is not there any more
    QString libraryId;                     // the library's name of it; empty likewise
    std::optional<int> quality;            // percent of the unquantized model's
    bool known = false;                    // there is a forecast
    std::shared_ptr<const FitModel> model; // of which it was made; null without one
    FitForecast fit;
};

// The finest that fits well, up to eight bits, and writes as fast as people read; where none is so fast, the
// smallest of them, which is the fastest. Else the same of those that fit tightly; else the smallest. Choices
// stand from the smallest to the largest.
std::size_t suggestedChoice(const std::vector<FitChoice>& choices);

struct FitRow {
    QString id; // of the catalogue, or the library's
    const CatalogueModel* entry = nullptr;
    QString name;
    QString licence;
    QStringList languages;
    std::vector<FitChoice> choices; // from the smallest; never empty
    std::size_t suggested = 0;      // here already, else the finest that fits
};

struct FitListQuestion {
    FitDevice device;
    std::uint32_t contextTokens = 0; // 0: what reasoning needs
    std::optional<KvType> kvType;    // nothing: the device's own choice
    QList<ModelRecord> library;
    QList<MeasuredSpeed> history;
};

std::vector<FitRow> fitList(const ModelCatalogue& catalogue, const FitListQuestion& question,
                            FitModels& models);

// What is the same in two spellings of a model's name: "DeepSeek R1 Distill Qwen 1.5B" and
// "DeepSeek-R1-Distill-Qwen-1.5B" are one model.
QString plainName(const QString& name);

// Graphics processors for one model, the other way round: whether they hold all of it.
struct GpuRow {
    const Gpu* gpu = nullptr;
    FitForecast fit;
    int together = 1; // with so many of them
};
std::vector<GpuRow> gpuList(const GpuCatalogue& catalogue, const FitModel& model,
                            std::uint32_t contextTokens); // by memory, then by name
// Of a model that no card of the list holds: by how many of them would, a server's worth at most.
std::vector<GpuRow> gpusTogether(const std::vector<GpuRow>& alone, const FitModel& model);
// Whether it is such a model. Computers whose memory is the graphics processor's are no cards.
bool needsSeveral(const std::vector<GpuRow>& rows);

} // namespace ponder
