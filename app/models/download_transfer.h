// One file fetched over the network into its PartFile, on a worker thread.
//
// Asks for the rest of the file from where it stands, follows redirections without taking the token along,
// notices silence, cut connections, answers that belong to another range or another content, and goes on
// after a while that doubles, or as the hub asks. Memory is bounded: the network is read as fast as the disk
// takes it. Every few seconds the bytes are brought to the disk, so that at most those of the last seconds
// are fetched twice.
//
// Owner: Download. Thread: a worker's, with an event loop. Errors: those of part_file.h and hub_failure.h;
// Cancelled when stopped (what has arrived is kept). Next station: download.h, which carries the signals to
// the GUI.
#pragma once

#include "app/models/hub_failure.h"
#include "app/models/part_file.h"

#include <QElapsedTimer>
#include <QNetworkAccessManager>
#include <QObject>
#include <QTimer>

#include <functional>
#include <optional>
#include <stop_token>

namespace ponder {

struct DownloadJob {
    HubName name; // whose file it is, for messages
    QUrl url;     // on the hub
    QString file; // as the hub calls it
    QString path; // where it goes
    qint64 bytes = -1;
    FileDigest digest;
    qint64 laterBytes = 0; // of other files that will need space beside it
};

struct DownloadRules {
    HubPatience patience;
    qint64 confirmBytes = qint64{64} << 20; // brought to the disk at least so often
    int confirmMs = 3000;
    qint64 spareBytes = qint64{64} << 20; // of the disk, left alone
    // Free bytes of the disk that holds a path; the system's answer where it is not set.
    std::function<qint64(const QString& path)> freeBytes;
};

enum class DownloadPhase { Idle, Checking, Connecting, Receiving, Waiting, Verifying };

class DownloadTransfer : public QObject {
    Q_OBJECT
public:
    DownloadTransfer(DownloadJob job, HubAccess access, DownloadRules rules, std::stop_token stop);
    ~DownloadTransfer() override;

    void run();
    void stop(); // after the token was told, on this thread

signals:
    void phaseChanged(ponder::DownloadPhase phase);
    void progressed(qint64 bytes, qint64 ofBytes);
    void checkProgressed(qint64 bytes);
    void waiting(int ms, const ponder::Error& why);
    // The last signal. An error of code Cancelled means stopped.
    void ended(const std::optional<ponder::Error>& error);

private:
    enum class Verdict { Take, Skip, Refuse };

    void ask();
    void follow(const QUrl& url);
    void headersCame();
    Verdict judge(const QNetworkReply& reply);
    Verdict judgeRange(const QNetworkReply& reply);
    bool changedOnHub(const QNetworkReply& reply);
    bool beginAnew(qint64 bytes);
    void received();
    bool takeBytes(const QByteArray& bytes);
    void replyFinished();
    void retry(const HubFailure& failure);
    void waitAndAsk(const Error& why, int ms);
    void verify();
    bool enoughSpace();
    bool confirm();
    void keepWhatCame();
    void end(const std::optional<Error>& error);
    QNetworkReply* takeReply();
    DownloadState content() const;
    Error otherPart() const;

    DownloadJob m_job;
    HubAccess m_access;
    DownloadRules m_rules;
    std::stop_token m_stop;
    std::unique_ptr<QNetworkAccessManager> m_network;
    std::optional<PartFile> m_part;
    QNetworkReply* m_reply = nullptr;
    QTimer m_stall;
    QTimer m_pause;
    QTimer m_report; // of progress, a few times a second
    QElapsedTimer m_sinceConfirm;
    qint64 m_skip = 0; // bytes of this answer that are there already
    int m_attempt = 0; // without progress
    int m_redirections = 0;
    int m_restarts = 0;   // from the first byte
    bool m_ranges = true; // the server keeps to the ranges it is asked for
    bool m_judged = false;
    bool m_ended = false;
};

} // namespace ponder
