#include "app/chat/chat_controller.h"

#include "app/chat/error_text.h"

#include <QDateTime>

#include <utility>

namespace ponder {
namespace {

constexpr auto kNewChatDraft = "newChatDraft";

// A model may be bound by the view until its next frame; it goes when the event loop runs again.
std::shared_ptr<MessageModel> makeModel(int chatId, Conversation conversation) {
    return {new MessageModel(chatId, std::move(conversation)), [](MessageModel* m) { m->deleteLater(); }};
}

} // namespace

ChatController::ChatController(ChatEngine& engine, Store& store, ChatListModel& chats, Settings& settings,
                               QObject* parent)
    : QObject(parent), m_engine(engine), m_store(store), m_chats(chats), m_settings(settings),
      m_thinking(settings), m_messages(makeModel(0, {})),
      m_draft(store.settings().value(QLatin1String(kNewChatDraft))) {
    m_draftTimer.setSingleShot(true);
    m_draftTimer.setInterval(500);
    connect(&m_draftTimer, &QTimer::timeout, this, &ChatController::saveDraft);
    connect(&m_chats, &ChatListModel::currentIdChanged, this, &ChatController::openCurrent);
    connect(&m_chats, &ChatListModel::chatRemoved, this, [this](int chatId) {
        if (m_reply && m_reply->messages()->chatId() == chatId) m_engine.stop();
    });
    connectEngine();
}

ChatController::~ChatController() {
    saveDraft();
    if (m_reply) m_reply->finish({.finish = ReplySummary::Finish::Stopped});
}

void ChatController::connectEngine() {
    connect(&m_engine, &ChatEngine::prefillProgress, this, [this](int done, int all) {
        if (!m_reply) return;
        m_promptTokens = all;
        m_prefillFraction = all > 0 ? double(done) / all : 0;
        emit prefillFractionChanged();
    });
    connect(&m_engine, &ChatEngine::replyStarted, this, [this](const ThinkMarkers& markers) {
        if (m_reply) m_reply->begin(markers);
    });
    connect(&m_engine, &ChatEngine::tokensArrived, this, [this](const QStringList& tokens) {
        if (m_reply) m_reply->push(tokens);
    });
    connect(&m_engine, &ChatEngine::replyFinished, this, [this](const ReplySummary& summary) {
        if (!m_reply) return;
        m_reply->finish(summary);
        if (summary.contextUsed > 0) m_contextUsed = summary.contextUsed;
        switch (summary.finish) {
        case ReplySummary::Finish::EndOfText:
            return endReply(tr("Answer ready"));
        case ReplySummary::Finish::Stopped:
            return endReply(tr("Stopped"));
        case ReplySummary::Finish::MaxTokens:
            return endReply(tr("Stopped at the longest allowed reply"));
        case ReplySummary::Finish::ContextFull:
            return endReply(tr("Stopped: the context is full"));
        }
    });
    connect(&m_engine, &ChatEngine::replyFailed, this, [this](const Error& error) {
        if (!m_reply) return;
        m_reply->fail(error);
        endReply(errorText(error));
    });
}

bool ChatController::runsHere() const { return m_reply && m_reply->messages() == m_messages; }

QString ChatController::phase() const {
    if (!runsHere()) return QStringLiteral("idle");
    switch (m_reply->phase()) {
    case ReplyStream::Phase::Reading:
        return QStringLiteral("reading");
    case ReplyStream::Phase::Thinking:
        return QStringLiteral("thinking");
    case ReplyStream::Phase::Answering:
        return QStringLiteral("answering");
    }
    return {};
}

void ChatController::emitReplyState() {
    emit busyChanged();
    emit canSendChanged();
    emit phaseChanged();
    emit prefillFractionChanged();
}

void ChatController::setModel(const std::optional<LoadedModel>& model) {
    m_model = model;
    m_thinking.setSwitches(model ? model->switches : TemplateSwitches());
    emit canSendChanged();
    emit contextChanged();
}

void ChatController::setModelSettings(const ModelSettings& settings) {
    m_modelSettings = settings;
    m_thinking.setModelSettings(settings);
}

void ChatController::retranslate() { m_messages->retranslate(); }

// Follows the list: another chat is current, or a new one.
void ChatController::openCurrent() {
    const int id = m_chats.currentId();
    saveDraft();
    if (m_messages->chatId() != id) {
        if (m_reply && m_reply->messages()->chatId() == id)
            m_messages = m_reply->messages();
        else
            m_messages =
                makeModel(id, id == 0 ? Conversation()
                                      : Conversation(m_store.messages(id), m_chats.chat(id).currentLeaf));
        m_contextUsed = 0;
        emit messagesChanged();
    }
    cancelEdit();
    m_draftChat = id;
    m_draft = id == 0 ? m_store.settings().value(QLatin1String(kNewChatDraft)) : m_chats.chat(id).draft;
    emit draftChanged();
    emit contextChanged();
    emitReplyState();
}

void ChatController::setDraft(const QString& draft) {
    if (draft == m_draft) return;
    m_draft = draft;
    m_draftTimer.start();
    emit draftChanged();
}

void ChatController::saveDraft() {
    m_draftTimer.stop();
    if (m_draftChat == 0)
        m_store.setSetting(QLatin1String(kNewChatDraft), m_draft);
    else
        m_chats.setDraft(m_draftChat, m_draft);
}

MessageRecord ChatController::newMessage(MessageRole role, int parentId) const {
    MessageRecord message;
    message.id = m_store.newMessageId();
    message.chatId = m_messages->chatId();
    message.parentId = parentId;
    message.role = role;
    message.created = QDateTime::currentMSecsSinceEpoch();
    return message;
}

bool ChatController::send(const QString& text) {
    if (!canSend() || text.trimmed().isEmpty()) return false;
    int parent = m_messages->conversation().leaf();
    if (m_editing != 0) parent = m_messages->conversation().record(m_editing).parentId;
    m_draft.clear();
    saveDraft();
    emit draftChanged();
    if (m_messages->chatId() == 0) {
        // The empty model becomes the new chat's, so that the view keeps what it shows.
        const int id = m_store.nextChatId();
        m_messages->setChatId(id);
        m_chats.create(text);
    }
    cancelEdit();
    MessageRecord question = newMessage(MessageRole::User, parent);
    question.text = text.trimmed();
    m_store.insertMessage(question);
    m_messages->add(question);
    answer(question.id);
    return true;
}

void ChatController::answer(int questionId) {
    const ReplyRequest request = requestFor(questionId);
    MessageRecord reply = newMessage(MessageRole::Assistant, questionId);
    reply.state = MessageState::Waiting;
    reply.model = m_model->name;
    m_store.insertMessage(reply);
    m_messages->add(reply);
    m_chats.setLeaf(m_messages->chatId(), reply.id, true);
    m_prefillFraction = 0;
    m_promptTokens = 0;
    m_reply = std::make_unique<ReplyStream>(m_store, m_messages, reply);
    connect(m_reply.get(), &ReplyStream::phaseChanged, this, &ChatController::announcePhase);
    connect(m_reply.get(), &ReplyStream::grew, this, [this] {
        if (!runsHere() || m_promptTokens == 0) return;
        m_contextUsed = m_promptTokens + m_reply->tokens();
        emit contextChanged();
    });
    emitReplyState();
    m_engine.generate(request);
}

ReplyRequest ChatController::requestFor(int questionId) const {
    ReplyRequest request;
    request.chatId = m_messages->chatId();
    request.turns = m_messages->conversation().turnsUpTo(questionId);
    // What was chosen for this model, else for all models.
    request.instruction = m_modelSettings.instruction.value_or(m_settings.instruction());
    request.thinking = m_thinking.choice();
    request.temperature = m_modelSettings.temperature.value_or(m_settings.temperature());
    request.topP = m_modelSettings.topP.value_or(m_settings.topP());
    request.minP = m_modelSettings.minP.value_or(request.minP);
    request.topK = m_modelSettings.topK.value_or(request.topK);
    request.maxTokens = m_modelSettings.maxTokens.value_or(request.maxTokens);
    if (m_model) request.marks = m_settings.thinkMarks(m_model->path);
    return request;
}

void ChatController::announcePhase() {
    if (!runsHere()) return;
    emit phaseChanged();
    emit replyStateChanged(m_reply->phase() == ReplyStream::Phase::Thinking ? tr("Thinking")
                                                                            : tr("Answering"));
}

void ChatController::endReply(const QString& announcement) {
    // The reply may be on the stack above this call.
    m_reply.release()->deleteLater();
    emit contextChanged();
    emitReplyState();
    emit replyStateChanged(announcement);
}

void ChatController::stop() {
    if (m_reply) m_engine.stop();
}

void ChatController::regenerate(int messageId) {
    const Conversation& conversation = m_messages->conversation();
    if (!canSend() || !conversation.has(messageId)) return;
    cancelEdit();
    const MessageRecord& message = conversation.record(messageId);
    const int question = message.role == MessageRole::User ? message.id : message.parentId;
    if (question != 0) answer(question);
}

void ChatController::showVariant(int messageId, int step) {
    const Conversation& conversation = m_messages->conversation();
    if (m_reply || !conversation.has(messageId)) return;
    const QList<int>& variants = conversation.variants(messageId);
    const qsizetype next = variants.indexOf(messageId) + step;
    if (next < 0 || next >= variants.size()) return;
    cancelEdit();
    m_messages->show(variants[next]);
    m_chats.setLeaf(m_messages->chatId(), conversation.leaf(), false);
}

QString ChatController::editLastQuestion() {
    const Conversation& conversation = m_messages->conversation();
    const QList<int>& path = conversation.path();
    for (qsizetype i = path.size() - 1; i >= 0; --i) {
        const MessageRecord& message = conversation.record(path[i]);
        if (message.role != MessageRole::User) continue;
        m_editing = message.id;
        emit editingChanged();
        return message.text;
    }
    return {};
}

void ChatController::cancelEdit() {
    if (std::exchange(m_editing, 0) != 0) emit editingChanged();
}

} // namespace ponder
