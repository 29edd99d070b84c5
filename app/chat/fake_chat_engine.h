// A chat engine without a model: loads with progress, thinks, answers, fails, all by script.
//
// Serves the tests, the screenshots and `ponder --fake`. It takes no shortcut: it gives raw tokens with the
// thinking tags in them. A question that contains one of these words steers the reply:
//   /plain no thoughts   /think stays in the thought   /fail an error   /full context full   /limit too long
// A model path that contains "fail" fails to load, one that contains "plain" does not reason, and one that
// contains "effort" has levels of effort and may keep earlier thoughts.
//
// Owner: main.cpp or a test. Thread: GUI. Next station: ChatController, ModelLibrary.
#pragma once

#include "app/chat/chat_engine.h"
#include "app/models/model_services.h"

#include <QElapsedTimer>
#include <QTimer>

#include <optional>

namespace ponder {

class FakeChatEngine : public ChatEngine {
    Q_OBJECT
public:
    struct Options {
        double tokensPerSecond = 40; // 0: as fast as the event loop goes
        int loadMs = 600;
        int prefillMs = 250;
        int contextTokens = 32768;
        bool startsInside = true; // as the R1 templates do
        bool canTurnThinkingOff = true;
    };

    explicit FakeChatEngine(QObject* parent = nullptr);
    explicit FakeChatEngine(const Options& options, QObject* parent = nullptr);

    void loadModel(const LoadRequestInfo& request) override;
    void cancelLoad() override;
    void unloadModel() override;
    void generate(const ReplyRequest& request) override;
    void stop() override;
    // Takes every path but those that say "fail".
    void setAdapters(const QList<ModelAdapter>& adapters) override;

    // Raw text of the next replies instead of the scripts, tags included; nothing: the scripts again.
    void setReply(const std::optional<QString>& raw) { m_fixedReply = raw; }
    const ReplyRequest& lastRequest() const { return m_request; }
    const LoadRequestInfo& lastLoad() const { return m_loading; }

private:
    void continueLoading();
    void finishLoading();
    void continuePrefill();
    void emitTokens();
    void finish(ReplySummary::Finish reason);
    bool asks(const char* word) const; // the question contains it

    Options m_options;
    QTimer m_loadTimer;
    QTimer m_replyTimer;
    QElapsedTimer m_elapsed;
    LoadRequestInfo m_loading;
    std::optional<LoadedModel> m_model;
    ReplyRequest m_request;
    std::optional<QString> m_fixedReply;
    QStringList m_tokens;
    qsizetype m_sent = 0;
    int m_promptTokens = 0;
    bool m_prefilling = false;
    std::optional<QList<ModelAdapter>> m_adaptersLater; // behind the reply that runs
    double m_firstTokenSeconds = 0;
};

// Accepts any path and lists three devices, one of them unusable.
ModelServices fakeModelServices();

} // namespace ponder
