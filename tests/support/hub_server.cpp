#include "tests/support/hub_server.h"

#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QUrlQuery>

namespace ponder::test {
namespace {

constexpr int kMostRequests = 20000;

HubServerReply json(const QJsonDocument& document) {
    HubServerReply reply;
    reply.body = document.toJson(QJsonDocument::Compact);
    reply.setHeader("Content-Type", "application/json");
    return reply;
}

HubServerReply refusal(int status, const QByteArray& code) {
    HubServerReply reply;
    reply.status = status;
    reply.body = "{\"error\":\"" + code + "\"}";
    if (!code.isEmpty()) reply.setHeader("X-Error-Code", code);
    return reply;
}

QString gitBlobId(const QByteArray& bytes) {
    QCryptographicHash hash(QCryptographicHash::Sha1);
    hash.addData("blob " + QByteArray::number(bytes.size()) + '\0');
    hash.addData(bytes);
    return QString::fromLatin1(hash.result().toHex());
}

} // namespace

HubServer::HubServer() {
    m_thread.start();
    auto* starter = new QObject;
    starter->moveToThread(&m_thread);
    QMetaObject::invokeMethod(
        starter,
        [this] {
            m_server = new QTcpServer;
            m_server->listen(QHostAddress::LocalHost);
            m_port = m_server->serverPort();
            connect(m_server, &QTcpServer::newConnection, m_server, [this] {
                while (QTcpSocket* socket = m_server->nextPendingConnection())
                    new HubConnection(
                        socket, [this](HubServerRequest request) { return answer(std::move(request)); },
                        m_server);
            });
        },
        Qt::BlockingQueuedConnection);
    starter->deleteLater();
}

HubServer::~HubServer() {
    QMetaObject::invokeMethod(
        m_server, [this] { delete m_server; }, Qt::BlockingQueuedConnection);
    m_thread.quit();
    m_thread.wait();
}

void HubServer::addRepository(const QString& id, const QList<File>& files) {
    const QMutexLocker lock(&m_mutex);
    QList<File>& kept = m_repositories[id].files;
    kept = files;
    for (File& file : kept)
        file.digest = sha256(file.bytes);
}

void HubServer::changeFile(const QString& id, const QString& path, const QByteArray& bytes) {
    const QMutexLocker lock(&m_mutex);
    for (File& file : m_repositories[id].files)
        if (file.path == path) file = {path, bytes, file.large, sha256(bytes)};
}

void HubServer::setGated(const QString& id) {
    const QMutexLocker lock(&m_mutex);
    m_repositories[id].gated = true;
}

void HubServer::setTreePage(int files) {
    const QMutexLocker lock(&m_mutex);
    m_treePage = files;
}

void HubServer::setSizesInInfo(bool there) {
    const QMutexLocker lock(&m_mutex);
    m_sizesInInfo = there;
}

void HubServer::setTwist(HubTwist twist) {
    const QMutexLocker lock(&m_mutex);
    m_twist = std::move(twist);
}

QList<HubServerRequest> HubServer::requests() const {
    const QMutexLocker lock(&m_mutex);
    return m_requests;
}

int HubServer::requestsOf(const QString& pathStart) const {
    int count = 0;
    for (const HubServerRequest& request : requests())
        count += request.path.startsWith(pathStart) ? 1 : 0;
    return count;
}

QString HubServer::sha256(const QByteArray& bytes) {
    return QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
}

QByteArray HubServer::randomBytes(qsizetype size, quint32 seed) {
    QRandomGenerator random(seed);
    QByteArray bytes(size, '\0');
    for (char& byte : bytes)
        byte = char(random.bounded(256));
    return bytes;
}

HubServerReply HubServer::answer(HubServerRequest request) {
    const QMutexLocker lock(&m_mutex);
    request.number = ++m_counts[request.path];
    if (m_requests.size() >= kMostRequests) return refusal(500, "TooManyForATest");
    m_requests << request;
    HubServerReply reply = hubReply(request);
    if (m_twist) m_twist(request, reply);
    return reply;
}

HubServerReply HubServer::hubReply(const HubServerRequest& request) const {
    const QStringList parts = request.path.split(u'/', Qt::SkipEmptyParts);
    if (request.path == u"/api/models") return search(request);
    if (request.path == u"/api/whoami-v2")
        return request.header("authorization") == "Bearer hf_good"
                   ? json(QJsonDocument(QJsonObject{{QStringLiteral("name"), QStringLiteral("tester")}}))
                   : refusal(401, {});
    if (request.path.startsWith(QLatin1String("/api/models/"))) return info(request, parts.mid(2));
    if (parts.value(2) == u"resolve") return resolve(request, parts);
    if (parts.value(0) == u"cdn")
        for (const Repository& repository : m_repositories)
            for (const File& file : repository.files)
                if (file.digest == parts.value(1))
                    return content(request, file.bytes, '"' + parts.value(1).toLatin1() + '"');
    return refusal(404, {});
}

bool HubServer::mayRead(const HubServerRequest& request, const Repository& repository) const {
    return !repository.gated || request.header("authorization") == "Bearer hf_good";
}

HubServerReply HubServer::info(const HubServerRequest& request, const QStringList& parts) const {
    const auto found = m_repositories.constFind(parts.value(0) + u'/' + parts.value(1));
    // To strangers the public hub says 401 of what does not exist.
    if (found == m_repositories.cend()) return refusal(401, "RepoNotFound");
    if (parts.value(2) == u"tree") return tree(request, *found);
    QJsonArray siblings;
    for (const File& file : found->files) {
        QJsonObject entry{{QStringLiteral("rfilename"), file.path}};
        if (m_sizesInInfo && request.query.contains(QLatin1String("blobs=true"))) {
            entry[QStringLiteral("size")] = double(file.bytes.size());
            entry[QStringLiteral("blobId")] = gitBlobId(file.bytes);
            if (file.large)
                entry[QStringLiteral("lfs")] =
                    QJsonObject{{QStringLiteral("sha256"), file.digest},
                                {QStringLiteral("size"), double(file.bytes.size())},
                                {QStringLiteral("pointerSize"), 134}};
        }
        siblings << entry;
    }
    return json(QJsonDocument(QJsonObject{
        {QStringLiteral("id"), found.key()},
        {QStringLiteral("sha"), commit()},
        {QStringLiteral("private"), false},
        {QStringLiteral("gated"), found->gated ? QJsonValue(QStringLiteral("auto")) : QJsonValue(false)},
        {QStringLiteral("cardData"), QJsonObject{{QStringLiteral("license"), QStringLiteral("mit")}}},
        {QStringLiteral("siblings"), siblings}}));
}

HubServerReply HubServer::tree(const HubServerRequest& request, const Repository& repository) const {
    const int from = QUrlQuery(request.query).queryItemValue(QStringLiteral("cursor")).toInt();
    QJsonArray entries;
    for (qsizetype i = from; i < repository.files.size() && i < from + m_treePage; ++i) {
        const File& file = repository.files[i];
        QJsonObject entry{{QStringLiteral("type"), QStringLiteral("file")},
                          {QStringLiteral("path"), file.path},
                          {QStringLiteral("size"), double(file.bytes.size())},
                          {QStringLiteral("oid"), gitBlobId(file.bytes)}};
        if (file.large)
            entry[QStringLiteral("lfs")] = QJsonObject{{QStringLiteral("oid"), file.digest},
                                                       {QStringLiteral("size"), double(file.bytes.size())},
                                                       {QStringLiteral("pointerSize"), 134}};
        entries << entry;
    }
    HubServerReply reply = json(QJsonDocument(entries));
    if (from + m_treePage < repository.files.size())
        reply.setHeader("Link", '<' + address().toLatin1() + request.path.toLatin1() +
                                    "?recursive=1&cursor=" + QByteArray::number(from + m_treePage) +
                                    ">; rel=\"next\"");
    return reply;
}

HubServerReply HubServer::search(const HubServerRequest& request) const {
    const QString words = QUrlQuery(request.query).queryItemValue(QStringLiteral("search"));
    QJsonArray found;
    for (auto it = m_repositories.cbegin(); it != m_repositories.cend(); ++it)
        if (it.key().contains(words.left(4), Qt::CaseInsensitive))
            found << QJsonObject{{QStringLiteral("id"), it.key()}};
    return json(QJsonDocument(found));
}

HubServerReply HubServer::resolve(const HubServerRequest& request, const QStringList& parts) const {
    const auto found = m_repositories.constFind(parts.value(0) + u'/' + parts.value(1));
    if (found == m_repositories.cend()) return refusal(401, "RepoNotFound");
    if (!mayRead(request, *found)) return refusal(403, "GatedRepo");
    for (const File& file : found->files) {
        if (file.path != parts.mid(4).join(u'/')) continue;
        const QByteArray tag = '"' + (file.large ? file.digest : gitBlobId(file.bytes)).toLatin1() + '"';
        HubServerReply reply = content(request, file.bytes, tag);
        if (file.large) {
            reply = {};
            reply.status = 302;
            reply.setHeader("Location", "http://localhost:" + QByteArray::number(m_port) + "/cdn/" +
                                            file.digest.toLatin1());
            reply.setHeader("X-Linked-Size", QByteArray::number(file.bytes.size()));
            reply.setHeader("X-Linked-ETag", tag);
        }
        reply.setHeader("X-Repo-Commit", commit().toLatin1());
        return reply;
    }
    return refusal(404, "EntryNotFound");
}

HubServerReply HubServer::content(const HubServerRequest& request, const QByteArray& bytes,
                                  const QByteArray& tag) const {
    HubServerReply reply;
    reply.setHeader("ETag", tag);
    reply.setHeader("Accept-Ranges", "bytes");
    reply.body = bytes;
    const QByteArray range = request.header("range");
    const QByteArray condition = request.header("if-range");
    if (!range.startsWith("bytes=") || (!condition.isEmpty() && condition != tag)) return reply;
    const qint64 from = range.mid(6, range.indexOf('-') - 6).toLongLong();
    if (from >= bytes.size()) {
        reply.status = 416;
        reply.body.clear();
        reply.setHeader("Content-Range", "bytes */" + QByteArray::number(bytes.size()));
        return reply;
    }
    reply.status = 206;
    reply.body = bytes.mid(from);
    reply.setHeader("Content-Range", "bytes " + QByteArray::number(from) + '-' +
                                         QByteArray::number(bytes.size() - 1) + '/' +
                                         QByteArray::number(bytes.size()));
    return reply;
}

} // namespace ponder::test
