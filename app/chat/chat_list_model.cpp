#include "app/chat/chat_list_model.h"

#include "app/chat/chat_title.h"

#include <QDateTime>

#include <algorithm>
#include <utility>

namespace ponder {
namespace {

QString groupOf(qint64 updated, const QDate& today) {
    const qint64 days = QDateTime::fromMSecsSinceEpoch(updated).date().daysTo(today);
    if (days <= 0) return QStringLiteral("today");
    if (days == 1) return QStringLiteral("yesterday");
    if (days <= 7) return QStringLiteral("week");
    return days <= 30 ? QStringLiteral("month") : QStringLiteral("older");
}

} // namespace

ChatListModel::ChatListModel(Store& store, QObject* parent)
    : QAbstractListModel(parent), m_store(store), m_chats(store.chats()) {}

int ChatListModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant ChatListModel::data(const QModelIndex& index, int role) const {
    if (index.row() < 0 || index.row() >= count()) return {};
    const ChatRecord& chat = m_chats[index.row()];
    switch (role) {
    case ChatIdRole:
        return chat.id;
    case Qt::DisplayRole:
    case TitleRole:
        return chat.title.isEmpty() ? tr("New chat") : chat.title;
    case GroupRole:
        return groupOf(chat.updated, QDate::currentDate());
    case CurrentRole:
        return chat.id == m_currentId;
    default:
        return {};
    }
}

QHash<int, QByteArray> ChatListModel::roleNames() const {
    return {{ChatIdRole, "chatId"}, {TitleRole, "title"}, {GroupRole, "group"}, {CurrentRole, "current"}};
}

int ChatListModel::rowOf(int chatId) const {
    const auto found = std::find_if(m_chats.cbegin(), m_chats.cend(),
                                    [=](const ChatRecord& chat) { return chat.id == chatId; });
    return found == m_chats.cend() ? -1 : int(found - m_chats.cbegin());
}

ChatRecord ChatListModel::chat(int chatId) const {
    const int row = rowOf(chatId);
    return row < 0 ? ChatRecord{} : m_chats[row];
}

QString ChatListModel::currentTitle() const { return chat(m_currentId).title; }

void ChatListModel::setCurrent(int chatId) {
    if (chatId == m_currentId) return;
    const int rows[] = {rowOf(std::exchange(m_currentId, chatId)), rowOf(chatId)};
    for (const int row : rows)
        if (row >= 0) emit dataChanged(index(row), index(row), {CurrentRole});
    emit currentIdChanged();
    emit currentTitleChanged();
}

void ChatListModel::open(int chatId) {
    if (rowOf(chatId) >= 0) setCurrent(chatId);
}

void ChatListModel::remove(int chatId) {
    const int row = rowOf(chatId);
    if (row < 0) return;
    if (chatId == m_currentId) setCurrent(0);
    m_removed = m_chats[row];
    beginRemoveRows({}, row, row);
    m_chats.removeAt(row);
    endRemoveRows();
    m_store.setDeleted(chatId, true);
    emit chatRemoved(chatId);
    emit canUndoRemoveChanged();
    emit countChanged();
}

void ChatListModel::undoRemove() {
    if (!canUndoRemove()) return;
    const ChatRecord chat = std::exchange(m_removed, {});
    const auto below = std::find_if(m_chats.cbegin(), m_chats.cend(),
                                    [&](const ChatRecord& other) { return other.updated < chat.updated; });
    const int row = int(below - m_chats.cbegin());
    beginInsertRows({}, row, row);
    m_chats.insert(row, chat);
    endInsertRows();
    m_store.setDeleted(chat.id, false);
    emit canUndoRemoveChanged();
    emit countChanged();
}

void ChatListModel::rename(int chatId, const QString& title) {
    const int row = rowOf(chatId);
    const QString text = title.simplified();
    if (row < 0 || text.isEmpty() || text == m_chats[row].title) return;
    m_chats[row].title = text;
    m_store.updateChat(m_chats[row]);
    emit dataChanged(index(row), index(row), {TitleRole});
    if (chatId == m_currentId) emit currentTitleChanged();
}

int ChatListModel::create(const QString& firstQuestion) {
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    const ChatRecord chat{
        .id = m_store.newChatId(), .title = chatTitle(firstQuestion), .created = now, .updated = now};
    m_store.insertChat(chat);
    beginInsertRows({}, 0, 0);
    m_chats.prepend(chat);
    endInsertRows();
    emit countChanged();
    setCurrent(chat.id);
    return chat.id;
}

void ChatListModel::setLeaf(int chatId, int messageId, bool written) {
    const int row = rowOf(chatId);
    if (row < 0) return;
    m_chats[row].currentLeaf = messageId;
    if (written) m_chats[row].updated = QDateTime::currentMSecsSinceEpoch();
    m_store.updateChat(m_chats[row]);
    if (written) moveToTop(row);
}

void ChatListModel::moveToTop(int row) {
    if (row > 0) {
        beginMoveRows({}, row, row, {}, 0);
        m_chats.move(row, 0);
        endMoveRows();
    }
    emit dataChanged(index(0), index(0), {GroupRole});
}

void ChatListModel::retranslate() {
    if (count() > 0) emit dataChanged(index(0), index(count() - 1), {TitleRole});
}

void ChatListModel::setDraft(int chatId, const QString& draft) {
    const int row = rowOf(chatId);
    if (row < 0 || m_chats[row].draft == draft) return;
    m_chats[row].draft = draft;
    m_store.updateChat(m_chats[row]);
}

} // namespace ponder
