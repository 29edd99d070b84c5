// What is being done to bring a model of the catalogue here: its download, or its conversion after that.
//
// Looks at the lists of both, and finds the one of a quantization; pauses it and takes it up again. Owner:
// App. Thread: GUI. Errors: text of a failed one, translated, with what to do. Previous station:
// DownloadQueue, ConversionJobs. Next station: fit/fit_list_model.h.
#pragma once

#include "app/models/catalogue_model.h"
#include "app/models/conversion_jobs.h"
#include "app/models/download_queue.h"

#include <optional>

namespace ponder {

struct ModelTask {
    QString phase;        // "waiting", "running", "paused", "failed"
    double progress = -1; // 0 to 1; -1: not known
    QString text;         // how far it is, or why it failed
    bool operator==(const ModelTask&) const = default;
};

class ModelTasks : public QObject {
    Q_OBJECT
public:
    ModelTasks(DownloadQueue& downloads, ConversionJobs& conversions, QObject* parent = nullptr);

    // Nothing: none goes on.
    std::optional<ModelTask> find(const CatalogueModel& model, const QString& quantization) const;
    void pause(const CatalogueModel& model, const QString& quantization);
    void resume(const CatalogueModel& model, const QString& quantization); // also a failed one

signals:
    void changed();

private:
    int downloadOf(const CatalogueModel& model, const QString& quantization) const;   // row; -1: none
    int conversionOf(const CatalogueModel& model, const QString& quantization) const; // likewise
    ModelTask ofDownload(const DownloadEntry& entry) const;
    ModelTask ofConversion(int row) const;

    DownloadQueue& m_downloads;
    ConversionJobs& m_conversions;
};

} // namespace ponder
