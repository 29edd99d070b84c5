#include "app/models/download_intake.h"

#include "app/chat/error_text.h"

#include <memory>

namespace ponder {

DownloadIntake::DownloadIntake(DownloadQueue& queue, LibraryModel& library, ModelServices services,
                               QObject* parent)
    : QObject(parent), m_library(library), m_services(std::move(services)) {
    m_pool.setMaxThreadCount(1);
    connect(&queue, &DownloadQueue::finished, this, &DownloadIntake::take);
}

DownloadIntake::~DownloadIntake() { m_pool.waitForDone(); }

void DownloadIntake::take(const DownloadEntry& entry) {
    if (entry.kind != HubItem::Kind::Gguf) return;
    m_pool.start([this, path = entry.mainPath()] {
        auto checked = std::make_shared<Result<ModelRecord>>(m_services.check(path));
        QMetaObject::invokeMethod(
            this,
            [this, checked] {
                if (!*checked) return emit refused(errorText(checked->error()));
                ModelRecord record = **checked;
                record.source = ModelSource::Downloaded;
                emit taken(m_library.put(record));
            },
            Qt::QueuedConnection);
    });
}

} // namespace ponder
