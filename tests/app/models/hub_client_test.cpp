// The hub asked over the network of this machine: lists, terms, tokens, proxies, and a hub that is unwell.
#include "app/models/hub_client.h"

#include "app/models/hub_item.h"
#include "tests/support/hub_server.h"
#include "tests/support/test_class.h"

#include <QElapsedTimer>
#include <QTest>

#include <optional>

using namespace ponder;
using namespace ponder::test;

namespace {

const QString kModel = QStringLiteral("maker/model-GGUF");

HubPatience quick() { return {.stallMs = 400, .firstWaitMs = 10, .longestWaitMs = 50, .attempts = 4}; }

HubAccess accessTo(const HubServer& server, const QString& token = {}) {
    return *HubAccess::choose(server.address(), QStringLiteral("none"), token);
}

Result<HubRepository> list(const HubAccess& access, const QString& id) {
    HubClient client(access, quick());
    std::optional<Result<HubRepository>> answer;
    client.list(*HubName::parse(id), [&](const Result<HubRepository>& got) { answer = got; });
    if (QTest::qWaitFor([&] { return answer.has_value(); }, 20000)) return *answer;
    return Error{ErrorCode::Internal, {}, "no answer"};
}

Result<QString> testOf(const HubAccess& access) {
    HubClient client(access, quick());
    std::optional<Result<QString>> answer;
    client.test([&](const Result<QString>& got) { answer = got; });
    if (QTest::qWaitFor([&] { return answer.has_value(); }, 20000)) return *answer;
    return Error{ErrorCode::Internal, {}, "no answer"};
}

void fill(HubServer& server) {
    server.addRepository(kModel, {{QStringLiteral("m-Q4_K_M.gguf"), QByteArray(3000, 'a')},
                                  {QStringLiteral("m-Q8_0.gguf"), QByteArray(5000, 'b')},
                                  {QStringLiteral("README.md"), "hello", false}});
}

} // namespace

class HubClientTest : public QObject {
    Q_OBJECT
private slots:
    void aRepositoryIsListedWithSizesAndChecksums();
    void sizesComeFromTheTreePageByPageWhereAMirrorLeavesThemOut();
    void aNameThatDoesNotExistGetsTheClosestOnes();
    void aServerErrorIsAskedAgain();
    void tooManyRequestsWaitAsLongAsTheHubAsks();
    void aHubThatStaysBusyIsAnErrorInTheEnd();
    void aSilentHubIsGivenUp();
    void aHubThatIsNotThereIsAnErrorWithItsHost();
    void redirectionsAreFollowedButNotForEver();
    void theTokenStaysWithTheHubWhenARedirectionLeavesIt();
    void aTokenThatWorksGivesTheAccountsName();
    void aTokenThatIsRefusedSaysSoWithoutSayingTheToken();
    void aProxyWithANameAndAPasswordIsUsed();
    void aNewQuestionGivesTheLastOneUp();
};

void HubClientTest::aRepositoryIsListedWithSizesAndChecksums() {
    HubServer server;
    fill(server);
    const auto repository = list(accessTo(server), kModel);
    QVERIFY(repository);
    QCOMPARE(repository->commit, server.commit());
    QCOMPARE(repository->files.size(), 3);
    QCOMPARE(repository->files[0].sha256, HubServer::sha256(QByteArray(3000, 'a')));
    QCOMPARE(repository->files[2].sha256, QString());
    QCOMPARE(repository->files[2].gitBlobId, QStringLiteral("b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0"));
    QCOMPARE(repository->bytes(), 8005);
    QCOMPARE(server.requests().size(), 1);
}

void HubClientTest::sizesComeFromTheTreePageByPageWhereAMirrorLeavesThemOut() {
    HubServer server;
    fill(server);
    server.setSizesInInfo(false);
    server.setTreePage(2);
    const auto repository = list(accessTo(server), kModel);
    QVERIFY(repository);
    QCOMPARE(repository->bytes(), 8005);
    QCOMPARE(repository->files[1].sha256, HubServer::sha256(QByteArray(5000, 'b')));
    QCOMPARE(server.requestsOf(QStringLiteral("/api/models/maker/model-GGUF/tree")), 2);
}

void HubClientTest::aNameThatDoesNotExistGetsTheClosestOnes() {
    HubServer server;
    fill(server);
    const auto repository = list(accessTo(server), QStringLiteral("maker/modle-GGUF"));
    QVERIFY(!repository);
    QCOMPARE(repository.error().code, ErrorCode::NotOnHub);
    const auto close = list(accessTo(server), QStringLiteral("maker/model-GUF"));
    QCOMPARE(QString::fromStdString(close.error().message()),
             QStringLiteral(
                 "The hub has no maker/model-GUF: the closest names there are maker/model-GGUF. Check how "
                 "the name is written."));
}

void HubClientTest::aServerErrorIsAskedAgain() {
    HubServer server;
    fill(server);
    server.setTwist([](const HubServerRequest& request, HubServerReply& reply) {
        if (request.number <= 2) reply = {.status = 503, .headers = {}, .body = "later"};
    });
    QVERIFY(list(accessTo(server), kModel));
    QCOMPARE(server.requests().size(), 3);
}

void HubClientTest::tooManyRequestsWaitAsLongAsTheHubAsks() {
    HubServer server;
    fill(server);
    server.setTwist([](const HubServerRequest& request, HubServerReply& reply) {
        if (request.number == 1) reply = {.status = 429, .headers = {{"Retry-After", "1"}}, .body = {}};
    });
    QElapsedTimer clock;
    clock.start();
    QVERIFY(list(accessTo(server), kModel));
    QVERIFY2(clock.elapsed() >= 950, qPrintable(QString::number(clock.elapsed())));
}

void HubClientTest::aHubThatStaysBusyIsAnErrorInTheEnd() {
    HubServer server;
    server.setTwist([](const HubServerRequest&, HubServerReply& reply) {
        reply = {.status = 502, .headers = {}, .body = {}};
    });
    const auto repository = list(accessTo(server), kModel);
    QVERIFY(!repository);
    QCOMPARE(repository.error().code, ErrorCode::HubBusy);
    QCOMPARE(server.requests().size(), 4);
}

void HubClientTest::aSilentHubIsGivenUp() {
    HubServer server;
    fill(server);
    server.setTwist([](const HubServerRequest&, HubServerReply& reply) { reply.stallAfter = 10; });
    const auto repository = list(accessTo(server), kModel);
    QVERIFY(!repository);
    QCOMPARE(repository.error().code, ErrorCode::HubUnreachable);
    QCOMPARE(repository.error().detail.english(), std::string("it sent nothing for too long"));
}

void HubClientTest::aHubThatIsNotThereIsAnErrorWithItsHost() {
    QTcpServer unused;
    QVERIFY(unused.listen(QHostAddress::LocalHost));
    const QString address = QStringLiteral("http://127.0.0.1:%1").arg(unused.serverPort());
    unused.close();
    const auto repository = list(*HubAccess::choose(address, QStringLiteral("none"), {}), kModel);
    QVERIFY(!repository);
    QCOMPARE(
        repository.error().message(),
        std::string(
            "127.0.0.1 cannot be reached: the connection was refused. Check the connection, and the proxy "
            "and the address of the hub in the settings."));
}

void HubClientTest::redirectionsAreFollowedButNotForEver() {
    HubServer server;
    fill(server);
    server.setTwist([](const HubServerRequest& request, HubServerReply& reply) {
        if (request.number == 1 && request.path.endsWith(QLatin1String("model-GGUF")))
            reply = {.status = 307,
                     .headers = {{"Location", "/api/models/maker/model-GGUF?blobs=true"}},
                     .body = {}};
    });
    QVERIFY(list(accessTo(server), kModel));
    server.setTwist([](const HubServerRequest&, HubServerReply& reply) {
        reply = {.status = 302, .headers = {{"Location", "/api/models/maker/model-GGUF"}}, .body = {}};
    });
    const auto repository = list(accessTo(server), kModel);
    QVERIFY(!repository);
    QCOMPARE(repository.error().detail.english(),
             std::string("it leads from address to address without end"));
    QVERIFY(server.requests().size() < 12);
    server.setTwist([](const HubServerRequest&, HubServerReply& reply) {
        reply = {.status = 302, .headers = {{"Location", "file:///etc/passwd"}}, .body = {}};
    });
    QVERIFY(!list(accessTo(server), kModel));
}

void HubClientTest::theTokenStaysWithTheHubWhenARedirectionLeavesIt() {
    HubServer server;
    fill(server);
    server.setTwist([&](const HubServerRequest& request, HubServerReply& reply) {
        if (request.number == 1)
            reply = {.status = 302,
                     .headers = {{"Location", "http://localhost:" + server.host().split(u':')[1].toLatin1() +
                                                  "/api/models/maker/model-GGUF?blobs=true"}},
                     .body = {}};
    });
    QVERIFY(list(accessTo(server, QStringLiteral("hf_good")), kModel));
    const QList<HubServerRequest> requests = server.requests();
    QCOMPARE(requests.size(), 2);
    QCOMPARE(requests[0].header("authorization"), QByteArray("Bearer hf_good"));
    QVERIFY(requests[1].header("host").startsWith("localhost"));
    QVERIFY(!requests[1].headers.contains("authorization"));
}

void HubClientTest::aTokenThatWorksGivesTheAccountsName() {
    HubServer server;
    const auto account = testOf(accessTo(server, QStringLiteral("hf_good")));
    QVERIFY(account);
    QCOMPARE(*account, QStringLiteral("tester"));
    const auto nobody = testOf(accessTo(server));
    QVERIFY(nobody);
    QCOMPARE(*nobody, QString());
}

void HubClientTest::aTokenThatIsRefusedSaysSoWithoutSayingTheToken() {
    HubServer server;
    const auto account = testOf(accessTo(server, QStringLiteral("hf_wrong")));
    QVERIFY(!account);
    QCOMPARE(account.error().code, ErrorCode::AccessDenied);
    QVERIFY(account.error().message().find("hf_wrong") == std::string::npos);
}

void HubClientTest::aProxyWithANameAndAPasswordIsUsed() {
    HubServer server; // which stands for the proxy: the hub's own name leads nowhere
    fill(server);
    server.setTwist([](const HubServerRequest& request, HubServerReply& reply) {
        if (request.header("proxy-authorization") != "Basic " + QByteArray("me:word").toBase64())
            reply = {.status = 407, .headers = {{"Proxy-Authenticate", "Basic realm=\"test\""}}, .body = {}};
    });
    const QString proxy = QStringLiteral("http://me:word@") + server.host();
    const auto repository = list(*HubAccess::choose(QStringLiteral("http://hub.invalid"), proxy, {}), kModel);
    QVERIFY2(repository, repository ? "" : repository.error().message().c_str());
    QCOMPARE(server.requests().last().header("host"), QByteArray("hub.invalid"));
    const auto refused = list(*HubAccess::choose(QStringLiteral("http://hub.invalid"),
                                                 QStringLiteral("http://me:wrong@") + server.host(), {}),
                              kModel);
    QVERIFY(!refused);
    QCOMPARE(refused.error().detail.english(),
             std::string("the proxy asks for another user name and password"));
}

void HubClientTest::aNewQuestionGivesTheLastOneUp() {
    HubServer server;
    fill(server);
    HubClient client(accessTo(server), quick());
    QStringList answers;
    client.list(*HubName::parse(QStringLiteral("maker/other")),
                [&](const auto&) { answers << QStringLiteral("first"); });
    client.list(*HubName::parse(kModel), [&](const auto&) { answers << QStringLiteral("second"); });
    QTRY_COMPARE(answers, QStringList{QStringLiteral("second")});
    client.list(*HubName::parse(kModel), [&](const auto&) { answers << QStringLiteral("third"); });
    client.cancel();
    QTest::qWait(200);
    QCOMPARE(answers, QStringList{QStringLiteral("second")});
}

PONDER_TEST(HubClientTest)
#include "hub_client_test.moc"
