#include "app/cli/command.h"
#include "app/cli/text.h"
#include "app/models/byte_text.h"
#include "app/models/download_queue.h"
#include "app/models/download_text.h"
#include "app/models/hub_browser.h"
#include "app/models/models_folder.h"
#include "engine/base/translatable.h"

#include <QDir>
#include <QEventLoop>

#include <nlohmann/json.hpp>

namespace ponder {
namespace {

constexpr int kLookMs = 100; // between looks at Ctrl-C and lines of progress

// Runs the event loop until `done`, or until Ctrl-C: then false.
bool waitFor(const std::function<bool()>& done, const std::stop_token& stop,
             const std::function<void()>& look) {
    QEventLoop loop;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
        look();
        if (done() || stop.stop_requested()) loop.quit();
    });
    timer.start(kLookMs);
    if (!done()) loop.exec();
    return done();
}

Result<HubRepository> listOf(const HubAccess& access, const HubName& name, const std::stop_token& stop) {
    HubClient client(access);
    std::optional<Result<HubRepository>> answer;
    client.list(name, [&](const Result<HubRepository>& got) { answer = got; });
    if (!waitFor([&] { return answer.has_value(); }, stop, [] {})) return Error{ErrorCode::Cancelled, {}, {}};
    return *answer;
}

Json toJson(const HubItem& item) {
    Json files = Json::array();
    for (const HubFile& file : item.files)
        files.push_back({{"path", file.path.toStdString()},
                         {"bytes", file.bytes},
                         {"sha256", file.sha256.toStdString()}});
    return {{"name", item.label.toStdString()},
            {"kind", hubItemKindName(item.kind)},
            {"bytes", item.bytes},
            {"missing_parts", item.missingParts},
            {"files", std::move(files)}};
}

int show(const Invocation& call, const HubRepository& repository) {
    const QList<HubItem> items = groupHubFiles(repository);
    Json list = Json::array();
    for (const HubItem& item : items) {
        list.push_back(toJson(item));
        if (call.console.json()) continue;
        QString line =
            QStringLiteral("%1  %2  %3").arg(item.label, -12).arg(byteText(item.bytes), 10).arg(item.name);
        if (item.files.size() > 1) line += Cli::tr("  (%1 files)").arg(item.files.size());
        if (!item.complete()) line += Cli::tr("  (%1 parts are missing on the hub)").arg(item.missingParts);
        call.console.line(line);
    }
    if (call.console.json())
        call.console.value({{"repository", repository.name.id().toStdString()},
                            {"commit", repository.commit.toStdString()},
                            {"licence", repository.licence.toStdString()},
                            {"gated", repository.gated},
                            {"items", list}});
    else if (items.isEmpty())
        call.console.note(
            Cli::tr("There is no GGUF file and no safetensors folder in %1.").arg(repository.name.id()));
    return kDone;
}

Json resultOf(const DownloadEntry& entry) {
    Json files = Json::array();
    for (const DownloadFile& file : entry.files)
        files.push_back(
            {{"path", entry.pathOf(file).toStdString()},
             {"bytes", file.bytes},
             {"sha256", file.digest.kind == FileDigest::Kind::Sha256 ? file.digest.hex.toStdString() : ""}});
    return {{"repository", entry.name.id().toStdString()},
            {"commit", entry.name.revision.toStdString()},
            {"item", entry.label.toStdString()},
            {"model", entry.mainPath().toStdString()},
            {"bytes", entry.bytes()},
            {"files", std::move(files)}};
}

QString progressLine(const DownloadEntry& entry, qint64 nowMs) {
    QStringList parts{entry.label, downloadAmountText(entry), downloadSpeedText(entry),
                      downloadStatusText(entry, nowMs)};
    parts.removeAll(QString());
    return parts.join(QStringLiteral(" · "));
}

int fetch(const Invocation& call, const HubAccess& access, const DownloadEntry& entry,
          const std::stop_token& stop) {
    DownloadQueue queue({}, [&]() -> Result<HubAccess> { return access; });
    const int id = queue.add(entry);
    const auto now = [&]() -> const DownloadEntry& { return queue.entries()[queue.rowOf(id)]; };
    const auto ended = [&] { return now().step == DownloadStep::Done || now().step == DownloadStep::Failed; };
    const bool done =
        waitFor(ended, stop, [&] { call.console.progress(progressLine(now(), queue.nowMs())); });
    call.console.progress({});
    if (!done) {
        queue.pauseAll();
        call.console.note(
            Cli::tr("Paused at %1. The same command goes on from there.").arg(downloadAmountText(now())));
        return kInterrupted;
    }
    if (now().step == DownloadStep::Failed) return call.console.fail(*now().error);
    if (call.console.json())
        call.console.value(resultOf(now()));
    else
        call.console.line(now().mainPath());
    return kDone;
}

// A folder that was named takes the files themselves; the models' folder takes OWNER/NAME.
Result<DownloadEntry> entryFor(const Invocation& call, const HubRepository& repository,
                               const QString& wanted) {
    const Result<HubItem> item = chooseHubItem(groupHubFiles(repository), wanted);
    if (!item) return item.error();
    if (!item->complete())
        return Error{ErrorCode::NotOnHub, wanted.toStdString(),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "%1 of its parts are not there"),
                            {std::to_string(item->missingParts)}}};
    const QString to = call.arguments.text(QStringLiteral("to"));
    if (to.isEmpty()) return DownloadEntry::of(repository, *item, modelsFolder());
    return DownloadEntry::into(repository, *item, QDir(to).absolutePath());
}

int runDownload(const Invocation& call) {
    const Result<HubName> name = HubName::parse(call.arguments.word(0));
    if (!name) return call.console.fail(name.error());
    const Result<HubAccess> access = HubAccess::choose(call.arguments.text(QStringLiteral("endpoint")),
                                                       call.arguments.text(QStringLiteral("proxy")), {});
    if (!access) return call.console.fail(access.error());
    const Interrupt::Guard guard(call.interrupt);
    const Result<HubRepository> repository = listOf(*access, *name, guard.token());
    if (!repository) return call.console.fail(repository.error());
    const QString word = call.arguments.word(1);
    const QString wanted = word.isEmpty() ? name->wanted : word;
    if (wanted.isEmpty() || call.arguments.has(QStringLiteral("list"))) return show(call, *repository);
    const Result<DownloadEntry> entry = entryFor(call, *repository, wanted);
    if (!entry) return call.console.fail(entry.error());
    return fetch(call, *access, *entry, guard.token());
}

} // namespace

const Command kDownloadCommand{
    "download",
    "OWNER/NAME [FILE|QUANTIZATION] [--to FOLDER] [--list] [options]",
    QT_TRANSLATE_NOOP("ponder::Cli", "Downloads a model from the hub, or lists what a repository has."),
    "download owner/model-GGUF\ndownload owner/model-GGUF Q4_K_M\n"
    "download owner/model-GGUF Q4_K_M --endpoint https://hub.example.org",
    [](Arguments& arguments) {
        arguments.takesWords({QStringLiteral("OWNER/NAME"), QStringLiteral("FILE")}, 1);
        const auto option = [&](const char* name, const char* value, const QString& description) {
            arguments.text(QLatin1String(name), QLatin1String(value), description,
                           Arguments::Presence::Optional);
        };
        arguments.flag(QStringLiteral("list"), Cli::tr("Only list what there is."));
        option("to", "FOLDER",
               Cli::tr("Folder for the files. The default is OWNER/NAME below the folder of models."));
        option("endpoint", "URL",
               Cli::tr("Address of the hub. The default is HF_ENDPOINT, else the public hub."));
        option(
            "proxy", "URL",
            Cli::tr(
                "http://user:password@host:port, socks5://host:port or none. The default is the system's."));
    },
    runDownload,
    QT_TRANSLATE_NOOP(
        "ponder::Cli",
        "Ctrl-C pauses, and the same command goes on. HF_TOKEN holds the token for models whose licence "
        "asks for consent.")};

} // namespace ponder
