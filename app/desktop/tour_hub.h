// A hub of models on this machine, for pictures: it has the repositories of the catalogue, and sends their
// files so slowly that they never end.
//
// Listens on the loopback interface only. Owner: screenshot_tour.cpp. Thread: GUI. Errors: where it cannot
// listen, its address leads nowhere. Next station: models/hub_client.h.
#pragma once

#include <QTcpServer>

class QTcpSocket;

namespace ponder {

class TourHub : public QObject {
public:
    TourHub();

    QString address() const;

private:
    void answer(QTcpSocket* socket, const QByteArray& path);

    QTcpServer m_server;
};

} // namespace ponder
