#include "app/chat/engine_chat.h"

#include "engine/base/translatable.h"

#include <QTimer>

#include <cmath>
#include <memory>
#include <utility>

namespace ponder {
namespace {

constexpr qint64 kProgressMs = 33;
constexpr qint64 kFlushMs = 16;

// Lets a call through at most every kProgressMs, and the last one always.
class Throttle {
public:
    bool passes(std::uint64_t done, std::uint64_t all) {
        if (m_timer.isValid() && m_timer.elapsed() < kProgressMs && done < all) return false;
        m_timer.start();
        return true;
    }

private:
    QElapsedTimer m_timer;
};

} // namespace

EngineChat::EngineChat(QObject* parent) : EngineChat(&Model::load, parent) {}

EngineChat::EngineChat(ModelLoader loader, QObject* parent)
    : ChatEngine(parent), m_worker(std::move(loader)), m_workerSide(new QObject) {
    m_thread.setObjectName(QStringLiteral("generation"));
    m_workerSide->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_workerSide, &QObject::deleteLater);
    // The template's JavaScript engine and the device belong to the worker thread and go there.
    connect(
        &m_thread, &QThread::finished, this, [this] { m_worker.unload(); }, Qt::DirectConnection);
    m_thread.start();
}

EngineChat::~EngineChat() {
    m_loadStop.request_stop();
    m_replyStop.request_stop();
    work([this] { m_thread.quit(); }); // after what was asked for, which sees its stop or is short
    m_thread.wait();
}

void EngineChat::work(std::function<void()> task) {
    QMetaObject::invokeMethod(m_workerSide, std::move(task), Qt::QueuedConnection);
}

void EngineChat::report(std::function<void()> task) {
    QMetaObject::invokeMethod(this, std::move(task), Qt::QueuedConnection);
}

void EngineChat::loadModel(const LoadRequestInfo& request) {
    unloadModel();
    m_loadStop = std::stop_source();
    m_load = ++m_lastNumber;
    work([this, request, load = m_load, stop = m_loadStop.get_token()] {
        Throttle throttle;
        const Progress progress = [&](std::uint64_t done, std::uint64_t all) {
            if (!throttle.passes(done, all)) return;
            report([this, load, done, all] {
                if (load == m_load) emit loadProgress(static_cast<qint64>(done), static_cast<qint64>(all));
            });
        };
        int shown = -1; // seconds
        const TuningProgress tuning = [&](double secondsLeft) {
            const int seconds = static_cast<int>(std::ceil(secondsLeft));
            if (std::exchange(shown, seconds) == seconds) return;
            report([this, load, seconds] {
                if (load == m_load) emit tuningProgress(seconds);
            });
        };
        const Result<LoadedModel> result = m_worker.load(request, progress, tuning, stop);
        report([this, load, result] { loaded(load, result); });
    });
}

void EngineChat::loaded(quint64 load, const Result<LoadedModel>& result) {
    if (load != m_load) return;
    m_load = 0;
    m_modelLoaded = bool(result);
    if (result)
        emit modelLoaded(*result);
    else
        emit loadFailed(result.error());
}

void EngineChat::cancelLoad() {
    if (m_load == 0) return;
    m_load = 0;
    m_loadStop.request_stop();
    work([this] { m_worker.unload(); }); // it may have been finished just now
    emit loadFailed({ErrorCode::Cancelled, {}, {}});
}

void EngineChat::unloadModel() {
    abandonReply();
    m_load = 0;
    m_loadStop.request_stop();
    work([this] { m_worker.unload(); });
    if (!m_modelLoaded) return;
    m_modelLoaded = false;
    emit modelUnloaded();
}

// Behind a reply that runs: its tokens are all of one model. Of several that wait there the last one counts.
void EngineChat::setAdapters(const QList<ModelAdapter>& adapters) {
    work([this, adapters, asked = ++m_adaptersAsked] {
        if (asked != m_adaptersAsked) return;
        const Result<void> result = m_worker.setAdapters(adapters);
        report([this, adapters, result] {
            if (result)
                emit adaptersChanged(adapters);
            else
                emit adaptersFailed(result.error());
        });
    });
}

void EngineChat::generate(const ReplyRequest& request) {
    if (!m_modelLoaded || m_reply != 0) {
        emit replyFailed(
            {ErrorCode::BadArgument, "generate",
             Detail{PONDER_TR_NOOP("ErrorDetail", "one reply at a time, with a model loaded"), {}}});
        return;
    }
    m_reply = ++m_lastNumber;
    m_replyStop = std::stop_source();
    m_outbox = std::make_shared<Outbox>();
    m_sinceFlush.invalidate();
    work([this, request, reply = m_reply, outbox = m_outbox, stop = m_replyStop.get_token()] {
        const Result<ReplySummary> result = m_worker.generate(request, callbacks(reply, outbox), stop);
        report([this, reply, result] { ended(reply, result); });
    });
}

ReplyCallbacks EngineChat::callbacks(quint64 reply, const std::shared_ptr<Outbox>& outbox) {
    ReplyCallbacks callbacks;
    callbacks.prefill = [this, reply, throttle = Throttle()](int done, int all) mutable {
        if (!throttle.passes(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(all))) return;
        report([this, reply, done, all] {
            if (reply == m_reply) emit prefillProgress(done, all);
        });
    };
    callbacks.started = [this, reply](const ThinkMarkers& markers) {
        report([this, reply, markers] {
            if (reply == m_reply) emit replyStarted(markers);
        });
    };
    callbacks.arrived = [this, reply, outbox](const QString& piece) {
        const std::lock_guard lock(outbox->mutex);
        outbox->pieces << piece;
        ++outbox->tokens;
        if (!outbox->flushDue) report([this, reply] { scheduleFlush(reply); });
        outbox->flushDue = true;
        return true;
    };
    return callbacks;
}

void EngineChat::scheduleFlush(quint64 reply) {
    const qint64 wait = m_sinceFlush.isValid() ? kFlushMs - m_sinceFlush.elapsed() : 0;
    if (wait <= 0)
        flush(reply);
    else
        QTimer::singleShot(static_cast<int>(wait), Qt::PreciseTimer, this, [this, reply] { flush(reply); });
}

void EngineChat::flush(quint64 reply) {
    if (reply != m_reply || !m_outbox) return;
    QStringList pieces;
    {
        const std::lock_guard lock(m_outbox->mutex);
        pieces.swap(m_outbox->pieces);
        m_outbox->flushDue = false;
    }
    m_sinceFlush.start();
    if (!pieces.isEmpty()) emit tokensArrived(pieces);
}

void EngineChat::ended(quint64 reply, const Result<ReplySummary>& result) {
    if (reply != m_reply) return;
    flush(reply);
    m_reply = 0;
    if (result) {
        emit replyFinished(*result);
        return;
    }
    const bool lost = result.error().code == ErrorCode::DeviceLost;
    if (lost) m_modelLoaded = false; // the worker has let go of it
    emit replyFailed(result.error());
    if (lost) emit modelUnloaded();
}

void EngineChat::stop() { m_replyStop.request_stop(); }

void EngineChat::forgetChat(int chatId) {
    work([this, chatId] { m_worker.forgetChat(chatId); });
}

void EngineChat::keepChatsIn(const QString& folder) {
    work([this, folder] { m_worker.keepChatsIn(folder); });
}

void EngineChat::abandonReply() {
    if (m_reply == 0) return;
    m_replyStop.request_stop();
    flush(m_reply);
    m_reply = 0;
    ReplySummary summary;
    summary.finish = ReplySummary::Finish::Stopped;
    {
        const std::lock_guard lock(m_outbox->mutex);
        summary.replyTokens = m_outbox->tokens;
    }
    emit replyFinished(summary);
}

} // namespace ponder
