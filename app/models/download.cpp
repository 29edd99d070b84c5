#include "app/models/download.h"

namespace ponder {

Download::Download(DownloadJob job, HubAccess access, DownloadRules rules, QObject* parent)
    : QObject(parent), m_transfer(new DownloadTransfer(std::move(job), std::move(access), std::move(rules),
                                                       m_stop.get_token())) {
    m_thread.setObjectName(QStringLiteral("download"));
    m_transfer->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_transfer, &QObject::deleteLater);
    connect(m_transfer, &DownloadTransfer::phaseChanged, this, &Download::phaseChanged);
    connect(m_transfer, &DownloadTransfer::progressed, this, &Download::progressed);
    connect(m_transfer, &DownloadTransfer::checkProgressed, this, &Download::checkProgressed);
    connect(m_transfer, &DownloadTransfer::waiting, this, &Download::waiting);
    connect(m_transfer, &DownloadTransfer::ended, this, [this](const std::optional<Error>& error) {
        m_ended = true;
        emit ended(error);
    });
}

Download::~Download() {
    m_transfer->disconnect(this);
    if (!m_thread.isRunning()) {
        delete m_transfer;
        return;
    }
    stop();
    m_thread.quit(); // after the stop, which stands before it in the queue
    m_thread.wait();
}

void Download::start() {
    m_thread.start();
    QMetaObject::invokeMethod(m_transfer, &DownloadTransfer::run, Qt::QueuedConnection);
}

void Download::stop() {
    m_stop.request_stop();
    QMetaObject::invokeMethod(m_transfer, &DownloadTransfer::stop, Qt::QueuedConnection);
}

} // namespace ponder
