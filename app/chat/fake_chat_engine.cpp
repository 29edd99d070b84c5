#include "app/chat/fake_chat_engine.h"

#include "app/chat/fake_replies.h"
#include "app/chat/think_marks.h"
#include "app/models/hub_item.h"
#include "engine/base/translatable.h"

#include <QFileInfo>

#include <algorithm>
#include <utility>

namespace ponder {
namespace {

constexpr int kTickMs = 16;
constexpr qint64 kModelBytes = 4'683'000'000;
constexpr char kDeviceName[] = "AMD Radeon RX 6700 XT";
constexpr qint64 kDeviceBytes = qint64{12} << 30;
constexpr qint64 kDiskBytes = 500'000'000'000;

Error wrongAdapter(const QString& path) {
    return {ErrorCode::WrongAdapter, path.toStdString(),
            Detail{PONDER_TR_NOOP("ErrorDetail", "it is for %1 models, and this is a %2 model"),
                   {"llama", "qwen2"}}};
}

} // namespace

FakeChatEngine::FakeChatEngine(QObject* parent) : FakeChatEngine(Options(), parent) {}

FakeChatEngine::FakeChatEngine(const Options& options, QObject* parent)
    : ChatEngine(parent), m_options(options) {
    m_loadTimer.setInterval(kTickMs);
    m_replyTimer.setInterval(options.tokensPerSecond > 0 ? kTickMs : 0);
    connect(&m_loadTimer, &QTimer::timeout, this, &FakeChatEngine::continueLoading);
    connect(&m_replyTimer, &QTimer::timeout, this,
            [this] { m_prefilling ? continuePrefill() : emitTokens(); });
}

void FakeChatEngine::loadModel(const LoadRequestInfo& request) {
    unloadModel();
    m_loading = request;
    m_elapsed.start();
    m_loadTimer.start();
}

void FakeChatEngine::continueLoading() {
    const double part = m_options.loadMs > 0 ? double(m_elapsed.elapsed()) / m_options.loadMs : 1;
    emit loadProgress(qint64(double(kModelBytes) * std::min(part, 1.0)), kModelBytes);
    if (part >= 1) finishLoading();
}

void FakeChatEngine::finishLoading() {
    m_loadTimer.stop();
    const QString name = QFileInfo(m_loading.path).completeBaseName();
    if (name.contains(QLatin1String("fail"))) {
        emit loadFailed(
            {ErrorCode::DoesNotFit, kDeviceName,
             Detail{PONDER_TR_NOOP("ErrorDetail", "%1 MiB needed, %2 MiB free"), {"9319", "7578"}}});
        return;
    }
    LoadedModel model;
    model.path = m_loading.path;
    model.name = name;
    model.quantization = QStringLiteral("Q4_K_M");
    model.device = QString::fromLatin1(kDeviceName);
    model.contextTokens = m_loading.contextTokens > 0 ? m_loading.contextTokens : m_options.contextTokens;
    model.memoryBytes = kModelBytes;
    model.deviceMemoryBytes = kDeviceBytes;
    model.graphicsMemory = true;
    model.loadSeconds = double(m_elapsed.elapsed()) / 1000;
    model.markers.reasons = !name.contains(QLatin1String("plain"));
    model.markers.startsInside = model.markers.reasons && m_options.startsInside;
    if (model.markers.reasons && m_options.canTurnThinkingOff)
        model.switches.thinking = QStringLiteral("enable_thinking");
    if (name.contains(QLatin1String("effort"))) {
        model.switches.efforts = {QStringLiteral("low"), QStringLiteral("medium"), QStringLiteral("xhigh")};
        model.switches.defaultEffort = QStringLiteral("xhigh");
        model.switches.earlier = QStringLiteral("preserve_thinking");
        model.switches.keepsByDefault = true;
    }
    m_model = model;
    emit modelLoaded(model);
}

void FakeChatEngine::setAdapters(const QList<ModelAdapter>& adapters) {
    if (m_replyTimer.isActive()) {
        m_adaptersLater = adapters;
        return;
    }
    for (const ModelAdapter& adapter : adapters)
        if (!m_model || adapter.path.contains(QLatin1String("fail"))) {
            emit adaptersFailed(wrongAdapter(adapter.path));
            return;
        }
    emit adaptersChanged(adapters);
}

void FakeChatEngine::cancelLoad() {
    if (!m_loadTimer.isActive()) return;
    m_loadTimer.stop();
    emit loadFailed({ErrorCode::Cancelled, {}, {}});
}

void FakeChatEngine::unloadModel() {
    stop();
    m_loadTimer.stop();
    if (!m_model) return;
    m_model.reset();
    emit modelUnloaded();
}

bool FakeChatEngine::asks(const char* word) const {
    return !m_request.turns.isEmpty() && m_request.turns.last().text.contains(QLatin1String(word));
}

void FakeChatEngine::generate(const ReplyRequest& request) {
    if (!m_model || m_replyTimer.isActive()) {
        emit replyFailed(
            {ErrorCode::BadArgument, "generate",
             Detail{PONDER_TR_NOOP("ErrorDetail", "one reply at a time, with a model loaded"), {}}});
        return;
    }
    m_request = request;
    m_promptTokens = 0;
    for (const ChatTurn& turn : request.turns)
        m_promptTokens += int(fakeTokens(turn.text).size()) + 4;
    QString raw;
    if (m_fixedReply) {
        raw = *m_fixedReply;
    } else {
        const FakeReply reply = fakeReply(request.turns.isEmpty() ? QString() : request.turns.last().text);
        if (m_model->markers.reasons && request.thinking.on && !asks("/plain")) {
            if (!m_model->markers.startsInside) raw += QLatin1String("<think>\n");
            raw += reply.thoughts + QLatin1String("\n</think>\n\n");
        } else if (m_model->markers.startsInside && request.thinking.on) {
            raw += QLatin1String("\n</think>\n\n");
        }
        raw += reply.answer;
    }
    m_tokens = fakeTokens(raw);
    m_sent = 0;
    m_prefilling = true;
    m_elapsed.start();
    m_replyTimer.start();
}

void FakeChatEngine::continuePrefill() {
    const double part = m_options.prefillMs > 0 ? double(m_elapsed.elapsed()) / m_options.prefillMs : 1;
    emit prefillProgress(int(m_promptTokens * std::min(part, 1.0)), m_promptTokens);
    if (part < 1) return;
    if (asks("/fail")) {
        m_replyTimer.stop();
        emit replyFailed({ErrorCode::DeviceLost, kDeviceName, {}});
        return;
    }
    m_prefilling = false;
    m_firstTokenSeconds = double(m_elapsed.restart()) / 1000;
    ThinkMarkers markers = m_model->markers;
    markers.startsInside = markers.startsInside && m_request.thinking.on;
    markers = markersFromLine(m_request.marks, markers).value_or(markers);
    emit replyStarted(markers);
}

void FakeChatEngine::emitTokens() {
    const double rate = m_options.tokensPerSecond;
    const qsizetype due = rate > 0 ? qsizetype(double(m_elapsed.elapsed()) * rate / 1000) : m_sent + 8;
    qsizetype most = m_tokens.size();
    if (asks("/full") || asks("/limit")) most = most * 3 / 4;
    // A thought without an end is the first half of the thoughts.
    if (asks("/think")) most = std::max<qsizetype>(m_tokens.indexOf(QLatin1String("</")) / 2, most / 5);
    const qsizetype end = std::min(due, most);
    if (end > m_sent) {
        const QStringList tokens = m_tokens.mid(m_sent, end - m_sent);
        m_sent = end;
        emit tokensArrived(tokens);
    }
    if (m_sent < most || !m_replyTimer.isActive() || asks("/think")) return;
    finish(asks("/full")    ? ReplySummary::Finish::ContextFull
           : asks("/limit") ? ReplySummary::Finish::MaxTokens
                            : ReplySummary::Finish::EndOfText);
}

void FakeChatEngine::finish(ReplySummary::Finish reason) {
    m_replyTimer.stop();
    ReplySummary summary;
    summary.finish = reason;
    summary.promptTokens = m_promptTokens;
    summary.replyTokens = int(m_sent);
    summary.contextUsed = m_promptTokens + int(m_sent);
    summary.secondsToFirstToken = m_firstTokenSeconds;
    const double seconds = double(std::max<qint64>(m_elapsed.elapsed(), 1)) / 1000;
    summary.tokensPerSecond = m_prefilling ? 0 : double(m_sent) / seconds;
    emit replyFinished(summary);
    if (const auto later = std::exchange(m_adaptersLater, std::nullopt)) setAdapters(*later);
}

void FakeChatEngine::stop() {
    if (m_replyTimer.isActive()) finish(ReplySummary::Finish::Stopped);
}

ModelServices fakeModelServices() {
    ModelServices services;
    services.check = [](const QString& path) -> Result<ModelRecord> {
        ModelRecord model;
        model.path = path;
        const QString said = quantizationInName(QFileInfo(path).fileName());
        model.quantization = said.isEmpty() ? QStringLiteral("Q4_K_M") : said;
        model.name = QFileInfo(path).completeBaseName().remove(u'-' + model.quantization);
        model.bytes = kModelBytes;
        return model;
    };
    services.devices = [] {
        DeviceInfo card;
        card.id = "vulkan:0";
        card.name = kDeviceName;
        card.vendor = "AMD";
        card.driver = "fake 1.0";
        card.kind = DeviceKind::Discrete;
        card.memoryBytes = card.freeBytes = std::uint64_t(kDeviceBytes);
        card.freeIsLive = true;
        card.largestAllocation = std::uint64_t{2} << 30;
        DeviceInfo graphics = card;
        graphics.id = "vulkan:1";
        graphics.name = "Fake graphics of the processor";
        graphics.kind = DeviceKind::Integrated;
        graphics.unified = true;
        graphics.unusable = "bufferDeviceAddress";
        DeviceInfo reference;
        reference.id = "reference";
        reference.name = "Reference";
        DeviceInfo processor;
        processor.id = "cpu";
        processor.name = "Fake processor";
        processor.kind = DeviceKind::Processor;
        processor.memoryBytes = processor.freeBytes = std::uint64_t{32} << 30;
        processor.unified = true;
        return std::vector<DeviceInfo>{card, graphics, processor, reference};
    };
    services.processorBandwidth = [] { return MemoryBandwidth{50e9, false}; };
    services.checkAdapter = [](const QString&, const QString& adapter) -> Result<void> {
        if (adapter.contains(QLatin1String("fail"))) return wrongAdapter(adapter);
        return {};
    };
    services.freeBytes = [](const QString&) { return kDiskBytes; };
    return services;
}

} // namespace ponder
