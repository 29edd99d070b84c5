// Takes models that were downloaded into the library.
//
// Checks a finished GGUF file on a worker thread, as one that is opened, and puts it into the library as
// Ponder's own. Of a folder of original weights it starts the conversions that were asked for with it; where
// none was, somebody has to be asked. What a killed program left undone is done when the next one begins.
// Owner: App. Thread: GUI. Errors: refused(), translated; the file stays and its row says why. Previous
// station: DownloadQueue. Next station: LibraryModel, ConversionJobs.
#pragma once

#include "app/models/conversion_jobs.h"
#include "app/models/download_queue.h"
#include "app/models/library_model.h"
#include "app/models/model_services.h"

#include <QThreadPool>

namespace ponder {

class DownloadIntake : public QObject {
    Q_OBJECT
public:
    DownloadIntake(DownloadQueue& queue, LibraryModel& library, ConversionJobs& conversions,
                   ModelServices services, QObject* parent = nullptr);
    ~DownloadIntake() override;

signals:
    void taken(const QString& id);
    void refused(const QString& errorText);
    void conversionAsked(const QString& folder, const QString& name); // to which quantization is not known

private:
    void takeWhatWasLeft();
    void take(const DownloadEntry& entry);
    void convert(const DownloadEntry& entry);
    void check(int id, const QString& path);
    void checked(int id, const Result<ModelRecord>& found);

    DownloadQueue& m_queue;
    LibraryModel& m_library;
    ConversionJobs& m_conversions;
    ModelServices m_services;
    QThreadPool m_pool;
};

} // namespace ponder
