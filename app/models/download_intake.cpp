#include "app/models/download_intake.h"

#include "app/chat/error_text.h"

#include <memory>

namespace ponder {

DownloadIntake::DownloadIntake(DownloadQueue& queue, LibraryModel& library, ConversionJobs& conversions,
                               ModelServices services, QObject* parent)
    : QObject(parent), m_queue(queue), m_library(library), m_conversions(conversions),
      m_services(std::move(services)) {
    m_pool.setMaxThreadCount(1);
    connect(&queue, &DownloadQueue::finished, this, &DownloadIntake::take);
    QMetaObject::invokeMethod(this, &DownloadIntake::takeWhatWasLeft, Qt::QueuedConnection);
}

DownloadIntake::~DownloadIntake() { m_pool.waitForDone(); }

// The program ended between the last byte of a file and the library.
void DownloadIntake::takeWhatWasLeft() {
    const QList<DownloadEntry> entries = m_queue.entries();
    for (const DownloadEntry& entry : entries)
        if (entry.step == DownloadStep::Done && !entry.taken) take(entry);
}

void DownloadIntake::take(const DownloadEntry& entry) {
    if (entry.kind == HubItem::Kind::Gguf) return check(entry.id, entry.mainPath());
    if (entry.kind == HubItem::Kind::Safetensors) convert(entry);
    m_queue.setTaken(entry.id);
}

// The conversion is on its own list before the download is marked: a program that is killed in between finds
// it there, and does not begin it twice.
void DownloadIntake::convert(const DownloadEntry& entry) {
    const QString folder = entry.mainPath();
    if (entry.convertTo.isEmpty()) emit conversionAsked(folder, entry.name.name);
    for (const QString& quantization : entry.convertTo)
        if (!m_conversions.has(folder, quantization)) m_conversions.start(folder, quantization);
}

void DownloadIntake::check(int id, const QString& path) {
    m_pool.start([this, id, path] {
        auto found = std::make_shared<Result<ModelRecord>>(m_services.check(path));
        QMetaObject::invokeMethod(
            this, [this, id, found] { checked(id, *found); }, Qt::QueuedConnection);
    });
}

void DownloadIntake::checked(int id, const Result<ModelRecord>& found) {
    if (!found) {
        m_queue.refuse(id, found.error());
        return emit refused(errorText(found.error()));
    }
    ModelRecord record = *found;
    record.source = ModelSource::Downloaded;
    const QString known = m_library.put(record);
    m_library.flush(); // before the list says that it is there
    m_queue.setTaken(id);
    emit taken(known);
}

} // namespace ponder
