// One small answer of the hub: fetched whole, with redirections, waiting and further attempts.
//
// Takes an address; calls back once, on the caller's thread, with the body or the failure; a destroyed
// request calls nobody. Owner: whoever made it (deletes itself after the answer when it has no parent left
// to). Thread: that of the network manager. Errors: those of hub_failure.h. Next station: hub_client.h.
#pragma once

#include "app/models/hub_failure.h"

#include <QNetworkAccessManager>
#include <QObject>
#include <QTimer>

#include <functional>
#include <optional>

namespace ponder {

struct HubAnswer {
    QByteArray body;
    QUrl next; // of the following page; or empty
    std::optional<HubFailure> failure;
};

class HubRequest : public QObject {
    Q_OBJECT
public:
    using Done = std::function<void(const HubAnswer&)>;

    HubRequest(QNetworkAccessManager& network, HubAccess access, HubPatience patience, QObject* parent);
    ~HubRequest() override;

    void get(const QUrl& url, const HubName& name, const QString& what, Done done);

private:
    void start();
    void follow(const QUrl& url);
    void received();
    void finished();
    void fail(const HubFailure& failure);
    void answer(HubAnswer answer);
    QNetworkReply* takeReply();

    QNetworkAccessManager& m_network;
    HubAccess m_access;
    HubPatience m_patience;
    QUrl m_url;
    HubName m_name;
    QString m_what;
    Done m_done;
    QNetworkReply* m_reply = nullptr;
    QByteArray m_body;
    QTimer m_stall;
    QTimer m_pause;
    int m_attempt = 0;
    int m_redirections = 0;
};

} // namespace ponder
