// One file being downloaded, seen from the GUI's thread.
//
// Runs a DownloadTransfer on a thread of its own; destroying it stops the transfer and waits until what has
// arrived is on the disk. Owner: DownloadQueue, or the download subcommand. Thread: the one that made it.
// Errors: those of download_transfer.h, in ended(). Next station: download_queue.h.
#pragma once

#include "app/models/download_transfer.h"

#include <QThread>

namespace ponder {

class Download : public QObject {
    Q_OBJECT
public:
    Download(DownloadJob job, HubAccess access, DownloadRules rules, QObject* parent = nullptr);
    ~Download() override;

    void start();
    void stop(); // ended() follows, with Cancelled unless it was too late
    bool hasEnded() const { return m_ended; }

signals:
    void phaseChanged(ponder::DownloadPhase phase);
    void progressed(qint64 bytes, qint64 ofBytes);
    void checkProgressed(qint64 bytes);
    void waiting(int ms, const ponder::Error& why);
    void ended(const std::optional<ponder::Error>& error);

private:
    std::stop_source m_stop;
    QThread m_thread;
    DownloadTransfer* m_transfer; // lives on m_thread
    bool m_ended = false;
};

} // namespace ponder
