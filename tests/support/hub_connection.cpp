#include "tests/support/hub_connection.h"

#include <QUrl>

#include <algorithm>

namespace ponder::test {
namespace {

constexpr qsizetype kLargestHead = 16 << 10;
constexpr qint64 kPiece = 64 << 10;
constexpr int kPaceMs = 5;

HubServerRequest parseHead(const QByteArray& head) {
    HubServerRequest request;
    const QList<QByteArray> lines = head.split('\n');
    const QList<QByteArray> words = lines.first().trimmed().split(' ');
    request.method = words.value(0);
    const QUrl url = QUrl::fromEncoded(words.value(1));
    request.path = url.path(QUrl::FullyDecoded);
    request.query = url.query(QUrl::FullyDecoded);
    for (qsizetype i = 1; i < lines.size(); ++i) {
        const qsizetype colon = lines[i].indexOf(':');
        if (colon > 0)
            request.headers.insert(lines[i].left(colon).toLower(), lines[i].mid(colon + 1).trimmed());
    }
    return request;
}

} // namespace

QByteArray HubServerReply::header(const QByteArray& name) const {
    for (const auto& [key, value] : headers)
        if (key.compare(name, Qt::CaseInsensitive) == 0) return value;
    return {};
}

void HubServerReply::setHeader(const QByteArray& name, const QByteArray& value) {
    headers.removeIf([&](const auto& entry) { return entry.first.compare(name, Qt::CaseInsensitive) == 0; });
    headers.append({name, value});
}

HubConnection::HubConnection(QTcpSocket* socket, Answer answer, QObject* parent)
    : QObject(parent), m_socket(socket), m_answer(std::move(answer)) {
    m_socket->setParent(this);
    m_pace.setInterval(kPaceMs);
    connect(m_socket, &QTcpSocket::readyRead, this, &HubConnection::read);
    connect(m_socket, &QTcpSocket::bytesWritten, this, [this] {
        if (m_sending && m_reply.bytesPerSecond == 0) send();
    });
    connect(m_socket, &QTcpSocket::disconnected, this, &QObject::deleteLater);
    connect(&m_pace, &QTimer::timeout, this, &HubConnection::send);
}

void HubConnection::read() {
    if (m_sending) return;
    m_received += m_socket->readAll();
    const qsizetype end = m_received.indexOf("\r\n\r\n");
    if (end < 0) {
        if (m_received.size() > kLargestHead) m_socket->abort();
        return;
    }
    begin(parseHead(m_received.left(end)));
}

void HubConnection::begin(const HubServerRequest& request) {
    m_reply = m_answer(request);
    m_sending = true;
    QByteArray head = "HTTP/1.1 " + QByteArray::number(m_reply.status) + " Reply\r\nConnection: close\r\n";
    const qint64 length = m_reply.declaredLength == -1 ? m_reply.body.size() : m_reply.declaredLength;
    if (length >= 0) head += "Content-Length: " + QByteArray::number(length) + "\r\n";
    for (const auto& [name, value] : m_reply.headers)
        head += name + ": " + value + "\r\n";
    m_socket->write(head + "\r\n");
    if (request.method == "HEAD") m_reply.body.clear();
    if (m_reply.bytesPerSecond > 0) m_pace.start();
    send();
}

void HubConnection::send() {
    if (m_socket->bytesToWrite() > kPiece) return;
    qint64 piece = std::min<qint64>(kPiece, m_reply.body.size() - m_sent);
    if (m_reply.bytesPerSecond > 0)
        piece = std::min<qint64>(piece, std::max(1, m_reply.bytesPerSecond * kPaceMs / 1000));
    if (m_reply.cutAfter >= 0) piece = std::min(piece, m_reply.cutAfter - m_sent);
    if (m_reply.stallAfter >= 0) piece = std::min(piece, m_reply.stallAfter - m_sent);
    if (piece > 0) {
        m_socket->write(m_reply.body.constData() + m_sent, piece);
        m_sent += piece;
        return;
    }
    if (m_reply.stallAfter >= 0 && m_sent >= m_reply.stallAfter) return; // until the other side gives up
    if (m_socket->bytesToWrite() > 0) return;                            // bytesWritten comes
    m_pace.stop();
    m_socket->disconnectFromHost();
}

} // namespace ponder::test
