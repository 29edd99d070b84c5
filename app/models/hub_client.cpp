#include "app/models/hub_client.h"

#include "app/models/closest_name.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <utility>

namespace ponder {
namespace {

constexpr int kMostPages = 200;
constexpr int kSearched = 20;

} // namespace

HubClient::HubClient(HubAccess access, HubPatience patience, QObject* parent)
    : QObject(parent), m_access(std::move(access)), m_patience(patience) {
    setAccess(m_access);
}

HubClient::~HubClient() { cancel(); }

void HubClient::setAccess(const HubAccess& access) {
    cancel();
    m_access = access;
    m_network = std::make_unique<QNetworkAccessManager>();
    m_network->setProxyFactory(m_access.proxy.factory().release());
}

void HubClient::cancel() {
    m_request.reset();
    m_lastRequest.reset();
}

void HubClient::get(const QUrl& url, const HubName& name, HubRequest::Done done) {
    // One request may follow from the other's answer, and must not destroy it meanwhile.
    m_lastRequest =
        std::exchange(m_request, std::make_unique<HubRequest>(*m_network, m_access, m_patience, nullptr));
    m_request->get(url, name, name.id(), std::move(done));
}

void HubClient::list(const HubName& name, ListDone done) {
    cancel();
    get(m_access.endpoint.modelInfo(name), name,
        [this, name, done = std::move(done)](const HubAnswer& answer) { listed(answer, name, done); });
}

void HubClient::listed(const HubAnswer& answer, const HubName& name, const ListDone& done) {
    if (answer.failure) {
        if (answer.failure->unknownName) return notFound(*answer.failure, name, done);
        return done(answer.failure->error);
    }
    Result<HubRepository> repository = parseRepository(name, answer.body);
    if (!repository) return done(repository.error());
    if (repository->commit.isEmpty())
        repository->commit = name.revision.isEmpty() ? QStringLiteral("main") : name.revision;
    if (repository->sizesKnown()) return done(repository);
    // A mirror may not know how to say sizes here; the tree has them.
    auto fromTree = std::make_shared<HubRepository>(*repository);
    fromTree->files.clear();
    fromTree->refusedFiles = 0;
    listTree(m_access.endpoint.tree(name, fromTree->commit), 0, fromTree, done);
}

void HubClient::listTree(const QUrl& page, int pages, const std::shared_ptr<HubRepository>& repository,
                         const ListDone& done) {
    get(page, repository->name, [this, pages, repository, done](const HubAnswer& answer) {
        if (answer.failure) return done(answer.failure->error);
        if (const Result<void> read = parseTreePage(answer.body, *repository); !read)
            return done(read.error());
        // Pages are the endpoint's: what another host lists is nothing that was asked for.
        const bool more = m_access.endpoint.owns(answer.next) && pages < kMostPages;
        if (!more) return done(*repository);
        listTree(answer.next, pages + 1, repository, done);
    });
}

void HubClient::notFound(const HubFailure& failure, const HubName& name, const ListDone& done) {
    get(m_access.endpoint.search(name.name, kSearched), name, [failure, name, done](const HubAnswer& answer) {
        const Result<QStringList> names =
            answer.failure ? Result<QStringList>(QStringList()) : parseSearch(answer.body);
        Error error = failure.error;
        error.detail = closestDetail(name.id(), names ? *names : QStringList());
        done(error);
    });
}

void HubClient::test(TestDone done) {
    cancel();
    const bool withToken = m_access.mayCarryToken(m_access.endpoint.whoAmI());
    const QUrl url = withToken ? m_access.endpoint.whoAmI() : m_access.endpoint.search(QString(), 1);
    HubName hub;
    get(url, hub, [done = std::move(done), withToken](const HubAnswer& answer) {
        if (answer.failure) return done(answer.failure->error);
        const QJsonObject account = QJsonDocument::fromJson(answer.body).object();
        done(withToken ? account[QLatin1String("name")].toString() : QString());
    });
}

} // namespace ponder
