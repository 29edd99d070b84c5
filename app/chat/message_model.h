// The shown branch of one chat as a list for the window, newest message last.
//
// Answers are parsed when a row's blocks are first asked for, so that opening a long chat is quick. A reply
// that grows changes only its own row, and inside it only the last blocks. Owner: ChatController, and the
// running reply. Thread: GUI. Previous station: Conversation. Next station: ui/chat.
#pragma once

#include "app/chat/block_model.h"
#include "app/chat/conversation.h"
#include "app/chat/think_splitter.h"
#include "app/chat/thought_model.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace ponder {

class MessageModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.chat.messages is the one there is")
    Q_PROPERTY(int count READ count NOTIFY countChanged)
public:
    enum Role {
        MessageIdRole = Qt::UserRole + 1,
        RoleRole,
        TextRole,
        BlocksRole,
        ThoughtsRole,
        ThinkStateRole,
        ThinkSecondsRole,
        ThinkTokensRole,
        StateRole,
        ErrorTextRole,
        TokensPerSecondRole,
        SecondsToFirstTokenRole,
        LastRole,
        VariantRole,
        VariantsRole,
        AnswerTokensRole,
        ModelRole
    };

    explicit MessageModel(int chatId = 0, Conversation conversation = {}, QObject* parent = nullptr);

    int chatId() const { return m_chatId; }
    int count() const { return int(m_path.size()); }
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    Q_INVOKABLE QString answerText(int messageId) const;
    Q_INVOKABLE QString thoughtsText(int messageId) const;

    const Conversation& conversation() const { return m_conversation; }
    void setChatId(int chatId) { m_chatId = chatId; }
    void add(const MessageRecord& message);
    void show(int messageId);
    void grow(int messageId, const ThinkDelta& delta);
    // Replaces everything but the texts, which grow() alone changes.
    void update(const MessageRecord& message);
    void retranslate();

signals:
    void countChanged();

private:
    void takeOverPath();
    void changed(int messageId, const QList<int>& roles);
    BlockModel* blocksOf(const MessageRecord& message) const;
    ThoughtModel* thoughtsOf(const MessageRecord& message) const;

    int m_chatId = 0;
    Conversation m_conversation;
    QList<int> m_path;                        // what the rows show; follows m_conversation.path()
    mutable QHash<int, BlockModel*> m_blocks; // made when first asked for; children of this
    mutable QHash<int, ThoughtModel*> m_thoughts;
};

} // namespace ponder
