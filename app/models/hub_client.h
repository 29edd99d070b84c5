// What Ponder asks of the hub: the files of a repository, and whether the hub and the token work.
//
// Takes an access (endpoint, proxy, token); every question calls back once, on this thread, and a new
// question gives the last one up. Owner: HubBrowser, or the download subcommand. Thread: the one it lives on.
// Errors: BadArgument, HubUnreachable, HubBusy, AccessDenied, NotOnHub (with the names that come closest),
// DownloadDamaged. Next station: hub_item.h.
#pragma once

#include "app/models/hub_repository.h"
#include "app/models/hub_request.h"

#include <memory>

namespace ponder {

class HubClient : public QObject {
    Q_OBJECT
public:
    explicit HubClient(HubAccess access, HubPatience patience = {}, QObject* parent = nullptr);
    ~HubClient() override;

    const HubAccess& access() const { return m_access; }
    void setAccess(const HubAccess& access);

    using ListDone = std::function<void(const Result<HubRepository>&)>;
    void list(const HubName& name, ListDone done);

    // Gives the account's name, or nothing where no token is set.
    using TestDone = std::function<void(const Result<QString>&)>;
    void test(TestDone done);

    void cancel();

private:
    void get(const QUrl& url, const HubName& name, HubRequest::Done done);
    void listed(const HubAnswer& answer, const HubName& name, const ListDone& done);
    void listTree(const QUrl& page, int pages, const std::shared_ptr<HubRepository>& repository,
                  const ListDone& done);
    void notFound(const HubFailure& failure, const HubName& name, const ListDone& done);

    HubAccess m_access;
    HubPatience m_patience;
    std::unique_ptr<QNetworkAccessManager> m_network;
    std::unique_ptr<HubRequest> m_request;
    std::unique_ptr<HubRequest> m_lastRequest; // which is still in its callback
};

} // namespace ponder
