#include "app/models/download_queue.h"

#include <QFile>

#include <algorithm>

namespace ponder {

DownloadQueue::DownloadQueue(const QString& listPath, AccessSource access, DownloadRules rules,
                             QObject* parent)
    : QObject(parent), m_list(listPath), m_access(std::move(access)), m_rules(std::move(rules)) {
    m_clock.start();
    m_entries = m_list.read();
    for (DownloadEntry& entry : m_entries)
        entry.id = ++m_lastId;
    QMetaObject::invokeMethod(this, &DownloadQueue::startSome, Qt::QueuedConnection);
}

DownloadQueue::~DownloadQueue() = default; // each download brings what has arrived to the disk

int DownloadQueue::rowOf(int id) const {
    for (qsizetype row = 0; row < m_entries.size(); ++row)
        if (m_entries[row].id == id) return int(row);
    return -1;
}

void DownloadQueue::setAtMost(int running) {
    m_atMost = std::max(1, running);
    startSome();
}

int DownloadQueue::add(const DownloadEntry& entry) {
    for (const DownloadEntry& other : std::as_const(m_entries)) {
        if (other.step == DownloadStep::Done || !other.sameThing(entry)) continue;
        const int id = other.id;
        alsoMake(rowOf(id), entry);
        resume(id);
        return id;
    }
    const int row = int(m_entries.size());
    emit aboutToAdd(row);
    m_entries << entry;
    m_entries.last().id = ++m_lastId;
    m_entries.last().step = DownloadStep::Queued;
    emit added(row);
    const int id = m_lastId;
    keep();
    startSome();
    return id;
}

// Another quantization is to be made of the same weights.
void DownloadQueue::alsoMake(int row, const DownloadEntry& entry) {
    DownloadEntry& known = m_entries[row];
    bool more = false;
    for (const QString& quantization : entry.convertTo)
        if (!known.convertTo.contains(quantization)) {
            known.convertTo << quantization;
            more = true;
        }
    if (!more) return;
    known.afterwards += entry.afterwards;
    emit changed(row);
    keep();
}

void DownloadQueue::setTaken(int id) {
    const int row = rowOf(id);
    if (row < 0 || m_entries[row].taken) return;
    m_entries[row].taken = true;
    emit changed(row);
    keep();
}

void DownloadQueue::refuse(int id, const Error& error) {
    if (const int row = rowOf(id); row >= 0) fail(row, error);
}

void DownloadQueue::pause(int id) {
    const int row = rowOf(id);
    if (row < 0) return;
    const DownloadStep step = m_entries[row].step;
    if (step != DownloadStep::Running && step != DownloadStep::Queued) return;
    setStep(row, DownloadStep::Paused);
    stopThen(id, [this, id] {
        const int stopped = rowOf(id);
        if (stopped < 0) return;
        DownloadEntry& entry = m_entries[stopped];
        for (DownloadFile& file : entry.files)
            if (!file.whole) file.present = bytesPresent(entry.pathOf(file));
        emit changed(stopped);
    });
    startSome();
}

// Bringing the last bytes to the disk may take a while; the window does not wait for it.
void DownloadQueue::stopThen(int id, const std::function<void()>& then) {
    if (const auto stopping = m_stopping.find(id); stopping != m_stopping.end()) {
        stopping->append(then);
        return;
    }
    const auto running = m_running.find(id);
    m_listing.erase(id);
    if (running == m_running.end()) return then();
    Download* download = running->second.release();
    m_running.erase(running);
    download->disconnect(this);
    download->setParent(this);
    if (download->hasEnded()) {
        download->deleteLater();
        return then();
    }
    m_stopping.insert(id, {then});
    const auto stopped = [this, id, download] {
        download->deleteLater();
        const QList<std::function<void()>> next = m_stopping.take(id);
        for (const auto& step : next)
            step();
        startSome();
    };
    connect(download, &Download::ended, this, stopped, Qt::QueuedConnection);
    download->stop();
}

void DownloadQueue::resume(int id) {
    const int row = rowOf(id);
    if (row < 0) return;
    const DownloadStep step = m_entries[row].step;
    if (step != DownloadStep::Paused && step != DownloadStep::Failed) return;
    m_entries[row].error.reset();
    setStep(row, DownloadStep::Queued);
    startSome();
}

void DownloadQueue::cancel(int id) {
    const int row = rowOf(id);
    if (row < 0) return;
    const DownloadEntry entry = m_entries[row];
    removeRow(row);
    stopThen(id, [this, entry] {
        if (entry.step != DownloadStep::Done) removeFiles(entry);
    });
    startSome();
}

void DownloadQueue::forget(int id) {
    const int row = rowOf(id);
    if (row >= 0 && m_entries[row].step == DownloadStep::Done) removeRow(row);
}

void DownloadQueue::move(int id, int rows) {
    const int from = rowOf(id);
    if (from < 0) return;
    const int to = std::clamp(from + rows, 0, int(m_entries.size()) - 1);
    if (to == from) return;
    emit aboutToMove(from, to);
    m_entries.move(from, to);
    emit moved(from, to);
    keep();
}

void DownloadQueue::pauseAll() {
    const QList<DownloadEntry> entries = m_entries;
    // Those that wait first, or they would begin when others stop.
    for (const DownloadStep step : {DownloadStep::Queued, DownloadStep::Running})
        for (const DownloadEntry& entry : entries)
            if (entry.step == step) pause(entry.id);
}

void DownloadQueue::resumeAll() {
    const QList<DownloadEntry> entries = m_entries;
    for (const DownloadEntry& entry : entries)
        resume(entry.id);
}

void DownloadQueue::startSome() {
    for (int row = 0; row < m_entries.size() && int(m_running.size() + m_listing.size()) < m_atMost; ++row)
        if (m_entries[row].step == DownloadStep::Queued && !m_stopping.contains(m_entries[row].id)) {
            setStep(row, DownloadStep::Running);
            startFile(row);
        }
}

void DownloadQueue::listFiles(int row) {
    const Result<HubAccess> access = m_access();
    if (!access) return fail(row, access.error());
    const int id = m_entries[row].id;
    auto& client = m_listing[id];
    client = std::make_unique<HubClient>(*access, m_rules.patience);
    client->list(m_entries[row].name, [this, id](const Result<HubRepository>& answer) {
        // Queued: the client ends with its answer.
        QMetaObject::invokeMethod(
            this, [this, id, answer] { listed(id, answer); }, Qt::QueuedConnection);
    });
}

void DownloadQueue::listed(int id, const Result<HubRepository>& repository) {
    const int row = rowOf(id);
    if (m_listing.erase(id) == 0 || row < 0) return; // paused or cancelled meanwhile
    if (!repository) return fail(row, repository.error());
    DownloadEntry& entry = m_entries[row];
    const Result<HubItem> item = chooseHubItem(groupHubFiles(*repository), entry.wanted);
    if (!item) return fail(row, item.error());
    const DownloadEntry found = DownloadEntry::into(*repository, *item, entry.folder);
    entry.name = found.name;
    entry.kind = found.kind;
    entry.files = found.files;
    emit changed(row);
    keep();
    startFile(row);
}

void DownloadQueue::fail(int row, const Error& error) {
    m_entries[row].error = error;
    setStep(row, DownloadStep::Failed);
    startSome();
}

void DownloadQueue::startFile(int row) {
    DownloadEntry& entry = m_entries[row];
    if (entry.files.isEmpty()) return listFiles(row);
    const int next = entry.nextFile();
    if (next < 0) {
        m_running.erase(entry.id);
        setStep(row, DownloadStep::Done);
        emit finished(DownloadEntry(m_entries[row]));
        return startSome();
    }
    const Result<HubAccess> access = m_access();
    if (!access) {
        m_running.erase(entry.id);
        return fail(row, access.error());
    }
    const DownloadFile& file = entry.files[next];
    DownloadJob job{entry.name, access->endpoint.file(entry.name, entry.name.revision, file.path),
                    file.path,  entry.pathOf(file),
                    file.bytes, file.digest};
    for (qsizetype i = next + 1; i < entry.files.size(); ++i)
        if (!entry.files[i].whole)
            job.laterBytes += std::max<qint64>(0, entry.files[i].bytes - entry.files[i].present);
    job.laterBytes += entry.afterwards;
    auto& download = m_running[entry.id];
    download = std::make_unique<Download>(std::move(job), *access, m_rules);
    follow(*download, entry.id, next);
    download->start();
}

void DownloadQueue::follow(Download& download, int id, int file) {
    const auto change = [this, id](auto what) {
        const int row = rowOf(id);
        if (row < 0) return;
        what(m_entries[row]);
        emit changed(row);
    };
    connect(&download, &Download::phaseChanged, this, [change](DownloadPhase phase) {
        change([phase](DownloadEntry& entry) {
            entry.phase = phase;
            entry.waitsFor.reset();
        });
    });
    connect(&download, &Download::progressed, this, [this, change, file](qint64 bytes, qint64) {
        change([&](DownloadEntry& entry) {
            entry.files[file].present = bytes;
            entry.speed.add(nowMs(), entry.present());
        });
    });
    connect(&download, &Download::checkProgressed, this, [change](qint64 bytes) {
        change([bytes](DownloadEntry& entry) { entry.checkedBytes = bytes; });
    });
    connect(&download, &Download::waiting, this, [this, change](int ms, const Error& why) {
        change([&](DownloadEntry& entry) {
            entry.waitsFor = why;
            entry.waitsUntilMs = nowMs() + ms;
            entry.speed.begin();
        });
    });
    // Queued: the download is destroyed by what follows.
    connect(
        &download, &Download::ended, this,
        [this, id, file](const std::optional<Error>& error) { fileEnded(id, file, error); },
        Qt::QueuedConnection);
}

void DownloadQueue::fileEnded(int id, int file, const std::optional<Error>& error) {
    const int row = rowOf(id);
    if (row < 0 || m_entries[row].step != DownloadStep::Running) return; // paused or cancelled meanwhile
    DownloadEntry& entry = m_entries[row];
    if (!error) {
        entry.files[file].whole = true;
        keep();
        return startFile(row);
    }
    m_running.erase(id);
    entry.files[file].present = bytesPresent(entry.pathOf(entry.files[file]));
    fail(row, *error);
}

void DownloadQueue::setStep(int row, DownloadStep step) {
    DownloadEntry& entry = m_entries[row];
    entry.step = step;
    entry.phase = DownloadPhase::Idle;
    entry.waitsFor.reset();
    entry.speed.begin();
    emit changed(row);
    keep();
}

void DownloadQueue::removeRow(int row) {
    emit aboutToRemove(row);
    m_entries.removeAt(row);
    emit removed(row);
    keep();
}

void DownloadQueue::removeFiles(const DownloadEntry& entry) const {
    for (const DownloadFile& file : entry.files) {
        const QString path = entry.pathOf(file);
        QFile::remove(statePath(path));
        QFile::remove(partPath(path));
        if (file.whole && !file.foreign) QFile::remove(path);
    }
}

void DownloadQueue::keep() {
    // A list that cannot be written costs the list after a restart, not the files.
    if (const Result<void> kept = m_list.write(m_entries); !kept) emit listNotKept(kept.error());
}

} // namespace ponder
