// The real ChatEngine: the engine on a thread of its own, its results as signals on the GUI thread.
//
// Everything that takes time runs on one worker thread, in the order in which it was asked for. Each load and
// each reply has a stop token and a number; what arrives from one that was given up is dropped. Load and
// prefill progress is passed on at most 30 times a second, tokens at most every 16 ms. Owner: main.cpp.
// Thread: GUI. Errors: loadFailed and replyFailed. Next station: engine_worker.h.
#pragma once

#include "app/chat/engine_worker.h"

#include <QElapsedTimer>
#include <QThread>

#include <atomic>
#include <mutex>

namespace ponder {

class EngineChat final : public ChatEngine {
    Q_OBJECT
public:
    explicit EngineChat(QObject* parent = nullptr);
    explicit EngineChat(ModelLoader loader, QObject* parent = nullptr);
    ~EngineChat() override;

    void loadModel(const LoadRequestInfo& request) override;
    void cancelLoad() override;
    void unloadModel() override;
    void generate(const ReplyRequest& request) override;
    void stop() override;
    void setAdapters(const QList<ModelAdapter>& adapters) override;
    void forgetChat(int chatId) override;
    // Keeps the keys and values of chats in this folder, see kv_shelf.h. Before anything is loaded.
    void keepChatsIn(const QString& folder);

private:
    // The tokens of one reply on their way from the worker to the GUI thread.
    struct Outbox {
        std::mutex mutex;
        QStringList pieces;
        bool flushDue = false;
        int tokens = 0;
    };

    void work(std::function<void()> task);   // on the worker thread
    void report(std::function<void()> task); // on the GUI thread, from the worker
    void loaded(quint64 load, const Result<LoadedModel>& result);
    void ended(quint64 reply, const Result<ReplySummary>& result);
    ReplyCallbacks callbacks(quint64 reply, const std::shared_ptr<Outbox>& outbox);
    void scheduleFlush(quint64 reply);
    void flush(quint64 reply);
    void abandonReply(); // its end is reported at once, the worker follows

    EngineWorker m_worker; // touched by the worker thread alone
    QThread m_thread;
    QObject* m_workerSide = nullptr; // lives on the worker thread
    bool m_modelLoaded = false;
    quint64 m_load = 0;  // number of the current load; 0 none
    quint64 m_reply = 0; // number of the current reply; 0 none
    quint64 m_lastNumber = 0;
    std::atomic<quint64> m_adaptersAsked = 0; // the last one's number
    std::stop_source m_loadStop;
    std::stop_source m_replyStop;
    std::shared_ptr<Outbox> m_outbox;
    QElapsedTimer m_sinceFlush;
};

} // namespace ponder
