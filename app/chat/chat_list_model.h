// All chats for the sidebar, the one written to last first.
//
// A new chat has the id 0 until its first question is sent. A removed chat can be brought back until the next
// one is removed or the application ends. Owner: App. Thread: GUI. Next station: ui (sidebar),
// ChatController (follows currentId).
#pragma once

#include "app/store/store.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace ponder {

class ChatListModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.chats is the one there is")
    Q_PROPERTY(int currentId READ currentId NOTIFY currentIdChanged)
    Q_PROPERTY(QString currentTitle READ currentTitle NOTIFY currentTitleChanged)
    Q_PROPERTY(bool canUndoRemove READ canUndoRemove NOTIFY canUndoRemoveChanged)
    Q_PROPERTY(QString removedTitle READ removedTitle NOTIFY canUndoRemoveChanged)
    Q_PROPERTY(int count READ count NOTIFY countChanged)
public:
    enum Role { ChatIdRole = Qt::UserRole + 1, TitleRole, GroupRole, CurrentRole };

    explicit ChatListModel(Store& store, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    int count() const { return int(m_chats.size()); }
    int currentId() const { return m_currentId; }
    QString currentTitle() const;
    bool canUndoRemove() const { return m_removed.id != 0; }
    QString removedTitle() const { return m_removed.title; }

    Q_INVOKABLE void newChat() { setCurrent(0); }
    Q_INVOKABLE void open(int chatId);
    Q_INVOKABLE void remove(int chatId);
    Q_INVOKABLE void undoRemove();
    Q_INVOKABLE void rename(int chatId, const QString& title);

    // For ChatController.
    int create(const QString& firstQuestion);              // and makes it the current one
    ChatRecord chat(int chatId) const;                     // id 0 where there is none
    void setLeaf(int chatId, int messageId, bool written); // written: the chat moves to the top
    void setDraft(int chatId, const QString& draft);
    void retranslate();

signals:
    void currentIdChanged();
    void currentTitleChanged();
    void canUndoRemoveChanged();
    void countChanged();
    void chatRemoved(int chatId);

private:
    int rowOf(int chatId) const;
    void setCurrent(int chatId);
    void moveToTop(int row);

    Store& m_store;
    QList<ChatRecord> m_chats;
    int m_currentId = 0;
    ChatRecord m_removed;
};

} // namespace ponder
