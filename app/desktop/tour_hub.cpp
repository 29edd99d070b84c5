#include "app/desktop/tour_hub.h"

#include "app/models/model_catalogue.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpSocket>
#include <QTimer>

namespace ponder {
namespace {

constexpr qint64 kSmallestFile = 3'100'000'000, kStep = 900'000'000;
constexpr int kTickMs = 40;
constexpr qsizetype kTickBytes = 400'000;

QByteArray head(qint64 length) {
    return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + QByteArray::number(length) +
           "\r\n\r\n";
}

// What the hub says of a repository: the catalogue's files in it, of sizes of no account.
QByteArray listOf(const QString& repository) {
    QJsonArray files;
    for (const CatalogueModel& model : ModelCatalogue::builtIn().models())
        for (const CatalogueDownload& download : model.downloads) {
            if (download.repository != repository) continue;
            for (const QString& file : download.files)
                files << QJsonObject{{QStringLiteral("rfilename"), file},
                                     {QStringLiteral("size"), double(kSmallestFile + kStep * files.size())}};
        }
    const QJsonObject card{{QStringLiteral("license"), QStringLiteral("mit")}};
    return QJsonDocument(QJsonObject{{QStringLiteral("sha"), QString(40, u'a')},
                                     {QStringLiteral("cardData"), card},
                                     {QStringLiteral("siblings"), files}})
        .toJson(QJsonDocument::Compact);
}

} // namespace

TourHub::TourHub() {
    m_server.listen(QHostAddress::LocalHost);
    connect(&m_server, &QTcpServer::newConnection, this, [this] {
        while (QTcpSocket* socket = m_server.nextPendingConnection()) {
            connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
            connect(socket, &QTcpSocket::readyRead, this, [this, socket] {
                if (!socket->peek(1 << 16).contains("\r\n\r\n")) return;
                answer(socket, socket->readAll().split(' ').value(1));
            });
        }
    });
}

QString TourHub::address() const { return QStringLiteral("http://127.0.0.1:%1").arg(m_server.serverPort()); }

void TourHub::answer(QTcpSocket* socket, const QByteArray& path) {
    const QByteArray start = "/api/models/";
    if (path.startsWith(start)) {
        const QByteArray body = listOf(QString::fromUtf8(path.mid(start.size()).split('?').first()));
        socket->write(head(body.size()) + body);
        return socket->disconnectFromHost();
    }
    socket->write(head(kSmallestFile));
    auto* tick = new QTimer(socket);
    connect(tick, &QTimer::timeout, socket, [socket] {
        if (socket->bytesToWrite() < kTickBytes) socket->write(QByteArray(kTickBytes, 'x'));
    });
    tick->start(kTickMs);
}

} // namespace ponder
