// One reply while it arrives: tokens in, growing message and stored text out.
//
// Splits thoughts from the answer, hands the window one update a frame, the store one addition every half
// second, and keeps the time spent thinking. Owner: ChatController. Thread: GUI. Previous station:
// ChatEngine. Next station: MessageModel, Store.
#pragma once

#include "app/chat/message_model.h"
#include "app/chat/think_splitter.h"
#include "app/store/store.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <memory>

namespace ponder {

class ReplyStream : public QObject {
    Q_OBJECT
public:
    enum class Phase { Reading, Thinking, Answering };

    // `reply` is in the model and in the store already.
    ReplyStream(Store& store, std::shared_ptr<MessageModel> messages, const MessageRecord& reply);

    const std::shared_ptr<MessageModel>& messages() const { return m_messages; }
    int messageId() const { return m_reply.id; }
    int tokens() const { return m_reply.thinkTokens + m_reply.answerTokens; }
    Phase phase() const { return m_phase; }
    bool hasBegun() const { return m_splitter != nullptr; }

    void begin(const ThinkMarkers& markers);
    void push(const QStringList& tokens);
    void finish(const ReplySummary& summary);
    void fail(const Error& error);

signals:
    void phaseChanged();
    void grew(); // once a frame, after the message has

private:
    void flushSoon();
    void flush();
    void setPhase(Phase phase);
    void countTime(); // once a second
    void storeAddition();
    void end(MessageState state, ThinkSplitter::End end);

    Store& m_store;
    std::shared_ptr<MessageModel> m_messages;
    MessageRecord m_reply; // without the texts, which the message model holds
    std::unique_ptr<ThinkSplitter> m_splitter;
    Phase m_phase = Phase::Reading;
    ThinkDelta m_waiting;     // for the next frame
    MessageAppend m_unstored; // for the next write
    QElapsedTimer m_sinceBegin;
    QElapsedTimer m_sinceFlush;
    QTimer m_frame;
    QTimer m_second;
    QTimer m_write;
};

} // namespace ponder
