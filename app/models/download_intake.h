// Takes models that were downloaded into the library.
//
// Checks a finished GGUF file on a worker thread, as one that is opened, and puts it into the library as
// Ponder's own. A folder of safetensors is left for conversion: DownloadModel::finished() names it. Owner:
// App. Thread: GUI. Errors: refused(), translated; the file stays. Previous station: DownloadQueue. Next
// station: LibraryModel.
#pragma once

#include "app/models/download_queue.h"
#include "app/models/library_model.h"
#include "app/models/model_services.h"

#include <QThreadPool>

namespace ponder {

class DownloadIntake : public QObject {
    Q_OBJECT
public:
    DownloadIntake(DownloadQueue& queue, LibraryModel& library, ModelServices services,
                   QObject* parent = nullptr);
    ~DownloadIntake() override;

signals:
    void taken(const QString& id);
    void refused(const QString& errorText);

private:
    void take(const DownloadEntry& entry);

    LibraryModel& m_library;
    ModelServices m_services;
    QThreadPool m_pool;
};

} // namespace ponder
