#include "app/chat/reply_stream.h"

#include <utility>

namespace ponder {
namespace {

constexpr int kFrameMs = 16;
constexpr int kWriteMs = 500;

MessageState stateAfter(ReplySummary::Finish finish) {
    switch (finish) {
    case ReplySummary::Finish::EndOfText:
        return MessageState::Done;
    case ReplySummary::Finish::Stopped:
        return MessageState::Stopped;
    case ReplySummary::Finish::MaxTokens:
        return MessageState::Limit;
    case ReplySummary::Finish::ContextFull:
        return MessageState::ContextFull;
    }
    return MessageState::Done;
}

} // namespace

ReplyStream::ReplyStream(Store& store, std::shared_ptr<MessageModel> messages, const MessageRecord& reply)
    : m_store(store), m_messages(std::move(messages)), m_reply(reply) {
    m_unstored.id = reply.id;
    m_frame.setSingleShot(true);
    m_frame.setTimerType(Qt::PreciseTimer);
    m_second.setInterval(1000);
    m_write.setInterval(kWriteMs);
    connect(&m_frame, &QTimer::timeout, this, &ReplyStream::flush);
    connect(&m_second, &QTimer::timeout, this, &ReplyStream::countTime);
    connect(&m_write, &QTimer::timeout, this, &ReplyStream::storeAddition);
}

void ReplyStream::begin(const ThinkMarkers& markers) {
    m_splitter = std::make_unique<ThinkSplitter>(markers);
    m_sinceBegin.start();
    m_second.start();
    m_write.start();
}

void ReplyStream::push(const QStringList& tokens) {
    if (!m_splitter) begin({});
    for (const QString& token : tokens) {
        const ThinkDelta delta = m_splitter->push(token);
        m_waiting.thoughts += delta.thoughts;
        m_waiting.answer += delta.answer;
    }
    flushSoon();
}

void ReplyStream::flushSoon() {
    if (m_frame.isActive()) return;
    const qint64 passed = m_sinceFlush.isValid() ? m_sinceFlush.elapsed() : kFrameMs;
    if (passed >= kFrameMs)
        flush();
    else
        m_frame.start(int(kFrameMs - passed));
}

void ReplyStream::flush() {
    m_frame.stop();
    m_sinceFlush.start();
    m_reply.thinkTokens = m_splitter->thoughtTokens();
    m_reply.answerTokens = m_splitter->answerTokens();
    const ThinkDelta delta = std::exchange(m_waiting, {});
    m_unstored.thoughts += delta.thoughts;
    m_unstored.text += delta.answer;
    m_messages->grow(m_reply.id, delta);
    if (m_reply.state == MessageState::Waiting && (!delta.thoughts.isEmpty() || !delta.answer.isEmpty())) {
        m_reply.state = MessageState::Writing;
        m_messages->update(m_reply);
    }
    if (!delta.answer.isEmpty()) {
        setPhase(Phase::Answering);
    } else if (m_splitter->hasThoughts()) {
        setPhase(Phase::Thinking);
    }
    emit grew();
}

void ReplyStream::setPhase(Phase phase) {
    if (phase == m_phase || m_phase == Phase::Answering) return;
    m_phase = phase;
    if (phase == Phase::Answering && m_splitter->hasThoughts()) {
        m_reply.thoughtEnded = true;
        m_reply.thinkSeconds = double(m_sinceBegin.elapsed()) / 1000;
        m_messages->update(m_reply);
    }
    emit phaseChanged();
}

void ReplyStream::countTime() {
    const double seconds = double(m_sinceBegin.elapsed()) / 1000;
    if (m_phase == Phase::Thinking) m_reply.thinkSeconds = seconds;
    m_reply.tokensPerSecond = tokens() / seconds;
    m_messages->update(m_reply);
}

void ReplyStream::storeAddition() {
    m_unstored.state = m_reply.state;
    m_unstored.thinkSeconds = m_reply.thinkSeconds;
    m_unstored.thinkTokens = m_reply.thinkTokens;
    m_unstored.answerTokens = m_reply.answerTokens;
    m_store.append(m_unstored);
    m_unstored.text.clear();
    m_unstored.thoughts.clear();
}

void ReplyStream::finish(const ReplySummary& summary) {
    m_reply.tokensPerSecond = summary.tokensPerSecond;
    m_reply.secondsToFirstToken = summary.secondsToFirstToken;
    const bool stopped = summary.finish != ReplySummary::Finish::EndOfText;
    end(stateAfter(summary.finish), stopped ? ThinkSplitter::End::Stopped : ThinkSplitter::End::Natural);
}

void ReplyStream::fail(const Error& error) {
    m_reply.error = error;
    end(MessageState::Failed, ThinkSplitter::End::Stopped);
}

void ReplyStream::end(MessageState state, ThinkSplitter::End end) {
    m_second.stop();
    m_write.stop();
    if (m_splitter) {
        const ThinkDelta rest = m_splitter->finish(end);
        m_waiting.thoughts += rest.thoughts;
        m_waiting.answer += rest.answer;
        m_waiting.takeBack = rest.takeBack;
        flush();
        if (m_phase == Phase::Thinking) {
            m_reply.thinkSeconds = double(m_sinceBegin.elapsed()) / 1000;
            // The thought ended by itself and no answer came.
            m_reply.thoughtEnded = !m_splitter->isThinking();
        }
    }
    m_reply.state = state;
    m_messages->update(m_reply);
    m_store.updateMessage(m_messages->conversation().record(m_reply.id));
}

} // namespace ponder
