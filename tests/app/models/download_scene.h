// What the tests of one download share: a hub with one file, a folder, and what it takes to fetch the one
// into the other.
#pragma once

#include "app/models/download.h"
#include "tests/support/hub_server.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

namespace ponder::test {

inline const QString kRepository = QStringLiteral("maker/model-GGUF");
inline const QString kFile = QStringLiteral("m-Q4_K_M.gguf");

inline DownloadRules quick() {
    DownloadRules rules;
    rules.patience = {.stallMs = 400, .firstWaitMs = 10, .longestWaitMs = 40, .attempts = 4};
    rules.confirmBytes = 256 << 10;
    rules.spareBytes = 0;
    return rules;
}

struct DownloadScene {
    explicit DownloadScene(qsizetype size = 1500000) : bytes(HubServer::randomBytes(size)) {
        server.addRepository(kRepository, {{kFile, bytes}});
        access = *HubAccess::choose(server.address(), QStringLiteral("none"), {});
        job.name = *HubName::parse(kRepository);
        job.url = access->endpoint.file(job.name, server.commit(), kFile);
        job.file = kFile;
        job.path = folder.filePath(QStringLiteral("maker/model-GGUF/") + kFile);
        job.bytes = size;
        job.digest = {FileDigest::Kind::Sha256, HubServer::sha256(bytes)};
    }

    // Nothing where it went well.
    std::optional<Error> run(const DownloadRules& rules = quick()) {
        Download download(job, *access, rules);
        std::optional<std::optional<Error>> end;
        QObject::connect(&download, &Download::ended, &download,
                         [&](const std::optional<Error>& error) { end = error; });
        download.start();
        if (!QTest::qWaitFor([&] { return end.has_value(); }, 30000))
            return Error{ErrorCode::Internal, {}, "no end"};
        return *end;
    }

    bool isWhole() const {
        QFile file(job.path);
        return file.open(QIODevice::ReadOnly) && file.readAll() == bytes && left().isEmpty();
    }
    // What stands beside the file.
    QStringList left() const {
        return QFileInfo(job.path).dir().entryList({QStringLiteral("*.part*")}, QDir::Files);
    }
    // Fetches about this many bytes and breaks off, as the confirmed start of the file.
    bool beginWith(qint64 count) {
        server.setTwist([count](const HubServerRequest& request, HubServerReply& reply) {
            if (!request.path.startsWith(QLatin1String("/cdn"))) return;
            if (request.header("range").isEmpty())
                reply.cutAfter = count;
            else
                reply = {.status = 404, .headers = {}, .body = {}};
        });
        const bool ended = run().has_value();
        server.setTwist({});
        return ended && bytesPresent(job.path) == count;
    }
    QByteArray lastRange() const { return server.requests().last().header("range"); }
    QByteArray rangeOf(int request) const {
        int seen = 0;
        for (const HubServerRequest& one : server.requests())
            if (one.path.startsWith(QLatin1String("/cdn")) && ++seen == request) return one.header("range");
        return {};
    }

    HubServer server;
    QTemporaryDir folder;
    QByteArray bytes;
    std::optional<HubAccess> access;
    DownloadJob job;
};

// Twists go by ranges, not by numbers: Qt itself may ask twice where a connection breaks at once.
inline bool asksForAll(const HubServerRequest& request) { return request.header("range").isEmpty(); }

inline HubTwist onContent(HubTwist twist) {
    return [twist = std::move(twist)](const HubServerRequest& request, HubServerReply& reply) {
        if (request.path.startsWith(QLatin1String("/cdn"))) twist(request, reply);
    };
}

#define VERIFY_DONE(scene)                                                                                   \
    do {                                                                                                     \
        const std::optional<Error> failure = (scene).run();                                                  \
        QVERIFY2(!failure, failure ? failure->message().c_str() : "");                                       \
        QVERIFY((scene).isWhole());                                                                          \
    } while (false)

} // namespace ponder::test
