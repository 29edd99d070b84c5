// The list of downloads and who of it runs: at most some at once, in the list's order.
//
// Takes what was chosen in a repository; gives entries that can be paused, resumed, cancelled, tried again
// and moved; the list outlives the program and goes on by itself. Each entry's files come one after another.
// The access (endpoint, proxy, token) is asked for at every start, so that a new mirror or token counts at
// once. Owner: App. Thread: GUI. Errors: those of download_transfer.h, in the entry. Next station:
// finished(), from which the library takes the model.
#pragma once

#include "app/models/download.h"
#include "app/models/download_list.h"
#include "app/models/hub_client.h"

#include <QElapsedTimer>

#include <functional>
#include <map>

namespace ponder {

class DownloadQueue : public QObject {
    Q_OBJECT
public:
    using AccessSource = std::function<Result<HubAccess>()>;

    // `listPath` empty: the list is kept in memory only.
    DownloadQueue(const QString& listPath, AccessSource access, DownloadRules rules = {},
                  QObject* parent = nullptr);
    ~DownloadQueue() override;

    void setAtMost(int running);
    const QList<DownloadEntry>& entries() const { return m_entries; }
    int rowOf(int id) const; // -1: there is none

    // The id of the new entry, or of the one that is this already (which goes on).
    int add(const DownloadEntry& entry);
    void pause(int id);
    void resume(int id); // also of a failed one
    void cancel(int id); // removes it, and the files that it brought and that are not a whole model
    void forget(int id); // removes a finished one from the list; the files stay
    // What became of a finished one: it is in the library (or its conversion has begun), or cannot be used.
    void setTaken(int id);
    void refuse(int id, const Error& error);
    void move(int id, int rows);
    void pauseAll();
    void resumeAll();

    qint64 nowMs() const { return m_clock.elapsed(); }

signals:
    void aboutToAdd(int row);
    void added(int row);
    void changed(int row);
    void aboutToRemove(int row);
    void removed(int row);
    void aboutToMove(int from, int to);
    void moved(int from, int to);
    // The whole thing is on the disk and verified.
    void finished(const ponder::DownloadEntry& entry);
    void listNotKept(const ponder::Error& error);

private:
    void startSome();
    void startFile(int row);
    void alsoMake(int row, const DownloadEntry& entry);
    void listFiles(int row);
    void listed(int id, const Result<HubRepository>& repository);
    void fail(int row, const Error& error);
    void follow(Download& download, int id, int file);
    void fileEnded(int id, int file, const std::optional<Error>& error);
    void setStep(int row, DownloadStep step);
    void removeRow(int row);
    void stopThen(int id, const std::function<void()>& then);
    void removeFiles(const DownloadEntry& entry) const;
    void keep();

    DownloadList m_list;
    AccessSource m_access;
    DownloadRules m_rules;
    QList<DownloadEntry> m_entries;
    std::map<int, std::unique_ptr<Download>> m_running;  // by the entry's id
    std::map<int, std::unique_ptr<HubClient>> m_listing; // of those whose files are asked for
    QHash<int, QList<std::function<void()>>> m_stopping; // what follows when the last bytes are on the disk
    QElapsedTimer m_clock;
    int m_atMost = 2;
    int m_lastId = 0;
};

} // namespace ponder
