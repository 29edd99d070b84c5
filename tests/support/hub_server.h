// A hub of models on 127.0.0.1, with the faults of real ones.
//
// Answers as the public hub does: /api/models/OWNER/NAME, its tree, the search, who the token belongs to,
// /OWNER/NAME/resolve/REVISION/FILE (large files lead to another address, here on "localhost", so that tokens
// can be seen to stay behind) and that address with ranges. A twist, called for every request, changes a
// reply before it is sent. Runs on a thread of its own, on the loopback interface only, for as many requests
// and as long as bounded here. Owner: the test. Thread: any; the twist is called on the server's.
#pragma once

#include "tests/support/hub_connection.h"

#include <QMutex>
#include <QTcpServer>
#include <QThread>

namespace ponder::test {

using HubTwist = std::function<void(const HubServerRequest&, HubServerReply&)>;

class HubServer : public QObject {
    Q_OBJECT
public:
    HubServer();
    ~HubServer() override;

    struct File {
        QString path;
        QByteArray bytes;
        bool large = true;   // kept outside of Git: has a SHA-256 and leads to another address
        QString digest = {}; // filled by the server
    };
    void addRepository(const QString& id, const QList<File>& files);
    void changeFile(const QString& id, const QString& path, const QByteArray& bytes);
    void setGated(const QString& id); // open to the token "hf_good" only
    void setTreePage(int files);      // how many files a page of the tree holds
    void setSizesInInfo(bool there);  // as some mirrors leave them out
    void setTwist(HubTwist twist);

    QString address() const { return QStringLiteral("http://127.0.0.1:%1").arg(m_port); }
    QString host() const { return QStringLiteral("127.0.0.1:%1").arg(m_port); }
    QString commit() const { return QString(40, u'c'); }
    QList<HubServerRequest> requests() const;
    int requestsOf(const QString& pathStart) const;

    static QString sha256(const QByteArray& bytes);
    static QByteArray randomBytes(qsizetype size, quint32 seed = 1);

private:
    struct Repository {
        QList<File> files;
        bool gated = false;
    };
    HubServerReply answer(HubServerRequest request);
    HubServerReply hubReply(const HubServerRequest& request) const;
    HubServerReply info(const HubServerRequest& request, const QStringList& parts) const;
    HubServerReply tree(const HubServerRequest& request, const Repository& repository) const;
    HubServerReply search(const HubServerRequest& request) const;
    HubServerReply resolve(const HubServerRequest& request, const QStringList& parts) const;
    HubServerReply content(const HubServerRequest& request, const QByteArray& bytes,
                           const QByteArray& tag) const;
    bool mayRead(const HubServerRequest& request, const Repository& repository) const;

    mutable QMutex m_mutex;
    QHash<QString, Repository> m_repositories;
    QHash<QString, int> m_counts;
    QList<HubServerRequest> m_requests;
    HubTwist m_twist;
    int m_treePage = 1000;
    bool m_sizesInInfo = true;
    quint16 m_port = 0;
    QThread m_thread;
    QTcpServer* m_server = nullptr; // lives on m_thread
};

} // namespace ponder::test
