// The chat that is open: its messages, the running reply, and what the composer may do.
//
// A reply goes on while another chat is looked at; there is one reply at a time. Owner: App. Thread: GUI.
// Previous station: ui (composer). Next station: ChatEngine, ReplyStream, MessageModel.
#pragma once

#include "app/chat/chat_engine.h"
#include "app/chat/chat_list_model.h"
#include "app/chat/message_model.h"
#include "app/chat/reply_stream.h"
#include "app/chat/thinking_controls.h"
#include "app/store/settings.h"

#include <QtQml/qqmlregistration.h>

#include <memory>
#include <optional>

namespace ponder {

class ChatController : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.chat is the one there is")
    Q_PROPERTY(ponder::MessageModel* messages READ messages NOTIFY messagesChanged)
    Q_PROPERTY(bool busy READ busy NOTIFY busyChanged)
    // A reply of another chat runs; stop() ends it.
    Q_PROPERTY(bool busyElsewhere READ busyElsewhere NOTIFY busyChanged)
    Q_PROPERTY(bool canSend READ canSend NOTIFY canSendChanged)
    Q_PROPERTY(QString phase READ phase NOTIFY phaseChanged)
    Q_PROPERTY(double prefillFraction READ prefillFraction NOTIFY prefillFractionChanged)
    Q_PROPERTY(int contextUsed READ contextUsed NOTIFY contextChanged)
    Q_PROPERTY(int contextTotal READ contextTotal NOTIFY contextChanged)
    Q_PROPERTY(ponder::ThinkingControls* thinking READ thinking CONSTANT)
    Q_PROPERTY(QString draft READ draft WRITE setDraft NOTIFY draftChanged)
    Q_PROPERTY(bool editing READ editing NOTIFY editingChanged)
public:
    ChatController(ChatEngine& engine, Store& store, ChatListModel& chats, Settings& settings,
                   QObject* parent = nullptr);
    ~ChatController() override;

    MessageModel* messages() const { return m_messages.get(); }
    bool busy() const { return runsHere(); }
    bool busyElsewhere() const { return m_reply && !runsHere(); }
    bool canSend() const { return m_model && !m_reply; }
    QString phase() const; // "idle", "reading", "thinking", "answering"
    double prefillFraction() const { return runsHere() ? m_prefillFraction : 0; }
    int contextUsed() const { return m_contextUsed; }
    int contextTotal() const { return m_model ? m_model->contextTokens : 0; }
    ThinkingControls* thinking() { return &m_thinking; }
    QString draft() const { return m_draft; }
    void setDraft(const QString& draft);
    bool editing() const { return m_editing != 0; }

    Q_INVOKABLE bool send(const QString& text); // false: not now; the text stays in the composer
    Q_INVOKABLE void stop();
    // Another reply to the same question, shown instead of this one; also for a question without a reply.
    Q_INVOKABLE void regenerate(int messageId);
    Q_INVOKABLE void showVariant(int messageId, int step); // the next (+1) or the one before (-1)
    // The question's text; the next send() replaces it as a new branch.
    Q_INVOKABLE QString editLastQuestion();
    Q_INVOKABLE void cancelEdit();

    // The model that answers; nothing while none is ready.
    void setModel(const std::optional<LoadedModel>& model);
    // What the user chose for it; replies follow from the next one on.
    void setModelSettings(const ModelSettings& settings);
    void retranslate();

signals:
    void messagesChanged();
    void busyChanged();
    void canSendChanged();
    void phaseChanged();
    void prefillFractionChanged();
    void contextChanged();
    void draftChanged();
    void editingChanged();
    void replyStateChanged(const QString& announcement);

private:
    bool runsHere() const;
    void openCurrent();
    void connectEngine();
    void answer(int questionId);
    ReplyRequest requestFor(int questionId) const;
    MessageRecord newMessage(MessageRole role, int parentId) const;
    void endReply(const QString& announcement);
    void emitReplyState();
    void saveDraft();
    void announcePhase();

    ChatEngine& m_engine;
    Store& m_store;
    ChatListModel& m_chats;
    Settings& m_settings;
    std::optional<LoadedModel> m_model;
    ModelSettings m_modelSettings;
    ThinkingControls m_thinking;
    std::shared_ptr<MessageModel> m_messages;
    std::unique_ptr<ReplyStream> m_reply; // the running one, maybe of another chat
    double m_prefillFraction = 0;
    int m_promptTokens = 0;
    int m_contextUsed = 0;
    int m_editing = 0; // message id of the question
    QString m_draft;
    int m_draftChat = 0;
    QTimer m_draftTimer;
};

} // namespace ponder
