// One connection of the test hub: reads one request, sends one reply, closes.
//
// The reply may be sent slowly, cut, left hanging or declared longer or shorter than it is. Owner:
// HubServer's thread.
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QObject>
#include <QString>
#include <QTcpSocket>
#include <QTimer>

#include <functional>

namespace ponder::test {

struct HubServerRequest {
    QByteArray method;
    QString path; // decoded, without the query
    QString query;
    QHash<QByteArray, QByteArray> headers; // names in small letters
    int number = 0;                        // of this path, from 1

    QByteArray header(const QByteArray& name) const { return headers.value(name); }
};

struct HubServerReply {
    int status = 200;
    QList<std::pair<QByteArray, QByteArray>> headers;
    QByteArray body;
    qint64 declaredLength = -1; // Content-Length; -1: that of the body; -2: none
    qint64 cutAfter = -1;       // bytes of the body, then the connection breaks off
    qint64 stallAfter = -1;     // bytes of the body, then nothing more comes
    int bytesPerSecond = 0;     // 0: as fast as it goes

    QByteArray header(const QByteArray& name) const;
    void setHeader(const QByteArray& name, const QByteArray& value);
};

class HubConnection : public QObject {
    Q_OBJECT
public:
    using Answer = std::function<HubServerReply(HubServerRequest)>;

    HubConnection(QTcpSocket* socket, Answer answer, QObject* parent);

private:
    void read();
    void send();
    void begin(const HubServerRequest& request);

    QTcpSocket* m_socket;
    Answer m_answer;
    QByteArray m_received;
    HubServerReply m_reply;
    bool m_sending = false;
    qint64 m_sent = 0;
    QTimer m_pace;
};

} // namespace ponder::test
