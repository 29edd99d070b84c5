#include "app/store/chat_table.h"

#include <QSqlError>
#include <QSqlQuery>
#include <QVariant>

namespace ponder {
namespace {

constexpr int kLastErrorCode = static_cast<int>(ErrorCode::Internal);

// A null QString would be bound as NULL, which the columns refuse and which swallows text in `||`.
QString notNull(const QString& value) { return value.isNull() ? QStringLiteral("") : value; }

// Nothing for a row that cannot be shown: it has no known role.
std::optional<MessageRecord> messageFrom(const QSqlQuery& row, int chatId) {
    const std::optional<MessageRole> role = roleFromName(row.value(2).toString());
    const int id = row.value(0).toInt();
    if (!role || id <= 0) return std::nullopt;
    MessageRecord message;
    message.id = id;
    message.chatId = chatId;
    message.parentId = row.value(1).toInt();
    message.role = *role;
    message.text = row.value(3).toString();
    message.thoughts = row.value(4).toString();
    message.state = stateFromName(row.value(5).toString()).value_or(MessageState::Stopped);
    if (!row.value(6).isNull()) {
        const int code = row.value(6).toInt();
        message.error =
            Error{static_cast<ErrorCode>(code < 0 || code > kLastErrorCode ? kLastErrorCode : code),
                  row.value(7).toString().toStdString(), row.value(8).toString().toStdString()};
    }
    message.thinkSeconds = row.value(9).toDouble();
    message.thoughtEnded = row.value(10).toBool();
    message.thinkTokens = row.value(11).toInt();
    message.answerTokens = row.value(12).toInt();
    message.tokensPerSecond = row.value(13).toDouble();
    message.secondsToFirstToken = row.value(14).toDouble();
    message.model = row.value(15).toString();
    message.created = row.value(16).toLongLong();
    return message;
}

// The values that insertMessage and updateMessage share, in their common order.
void bindContent(QSqlQuery& query, const MessageRecord& message) {
    query.addBindValue(notNull(message.text));
    query.addBindValue(notNull(message.thoughts));
    query.addBindValue(stateName(message.state));
    const bool failed = message.error.has_value();
    query.addBindValue(failed ? QVariant(static_cast<int>(message.error->code)) : QVariant());
    query.addBindValue(failed ? QVariant(QString::fromStdString(message.error->subject)) : QVariant());
    query.addBindValue(failed ? QVariant(QString::fromStdString(message.error->detail.english()))
                              : QVariant());
    query.addBindValue(message.thinkSeconds);
    query.addBindValue(message.thoughtEnded);
    query.addBindValue(message.thinkTokens);
    query.addBindValue(message.answerTokens);
    query.addBindValue(message.tokensPerSecond);
    query.addBindValue(message.secondsToFirstToken);
    query.addBindValue(notNull(message.model));
}

} // namespace

bool ChatTable::run(QSqlQuery& query) {
    if (query.exec()) return true;
    m_error = query.lastError().text();
    return false;
}

QList<ChatRecord> ChatTable::chats() {
    QSqlQuery query(m_connection);
    query.setForwardOnly(true);
    query.prepare(QStringLiteral("SELECT id, title, created, updated, current_leaf, draft FROM chats "
                                 "WHERE deleted IS NULL ORDER BY updated DESC, id DESC"));
    QList<ChatRecord> chats;
    if (!run(query)) return chats;
    while (query.next())
        chats << ChatRecord{.id = query.value(0).toInt(),
                            .title = query.value(1).toString(),
                            .created = query.value(2).toLongLong(),
                            .updated = query.value(3).toLongLong(),
                            .currentLeaf = query.value(4).toInt(),
                            .draft = query.value(5).toString()};
    return chats;
}

QList<MessageRecord> ChatTable::messages(int chatId) {
    QSqlQuery query(m_connection);
    query.setForwardOnly(true);
    query.prepare(QStringLiteral(
        "SELECT id, parent_id, role, text, thoughts, state, error_code, error_subject, error_detail, "
        "think_seconds, thought_ended, think_tokens, answer_tokens, tokens_per_second, "
        "seconds_to_first_token, model, created FROM messages WHERE chat_id = ? ORDER BY id"));
    query.addBindValue(chatId);
    QList<MessageRecord> messages;
    if (!run(query)) return messages;
    while (query.next())
        if (std::optional<MessageRecord> message = messageFrom(query, chatId)) messages << *message;
    return messages;
}

int ChatTable::largestId(const QString& table) {
    QSqlQuery query(m_connection);
    query.prepare(QStringLiteral("SELECT max(id) FROM %1").arg(table));
    return run(query) && query.next() ? query.value(0).toInt() : 0;
}

bool ChatTable::insertChat(const ChatRecord& chat) {
    QSqlQuery query(m_connection);
    query.prepare(QStringLiteral("INSERT INTO chats (title, created, updated, current_leaf, draft, id) "
                                 "VALUES (?, ?, ?, ?, ?, ?)"));
    for (const QVariant& value :
         {QVariant(notNull(chat.title)), QVariant(chat.created), QVariant(chat.updated),
          QVariant(chat.currentLeaf), QVariant(notNull(chat.draft)), QVariant(chat.id)})
        query.addBindValue(value);
    return run(query);
}

bool ChatTable::updateChat(const ChatRecord& chat) {
    QSqlQuery query(m_connection);
    query.prepare(QStringLiteral("UPDATE chats SET title = ?, created = ?, updated = ?, current_leaf = ?, "
                                 "draft = ? WHERE id = ?"));
    for (const QVariant& value :
         {QVariant(notNull(chat.title)), QVariant(chat.created), QVariant(chat.updated),
          QVariant(chat.currentLeaf), QVariant(notNull(chat.draft)), QVariant(chat.id)})
        query.addBindValue(value);
    return run(query);
}

bool ChatTable::setDeleted(int chatId, bool deleted) {
    QSqlQuery query(m_connection);
    query.prepare(deleted ? QStringLiteral("UPDATE chats SET deleted = strftime('%s', 'now') WHERE id = ?")
                          : QStringLiteral("UPDATE chats SET deleted = NULL WHERE id = ?"));
    query.addBindValue(chatId);
    return run(query);
}

bool ChatTable::insertMessage(const MessageRecord& message) {
    QSqlQuery query(m_connection);
    query.prepare(QStringLiteral(
        "INSERT INTO messages (text, thoughts, state, error_code, error_subject, error_detail, "
        "think_seconds, thought_ended, think_tokens, answer_tokens, tokens_per_second, "
        "seconds_to_first_token, model, id, chat_id, parent_id, role, created) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    bindContent(query, message);
    query.addBindValue(message.id);
    query.addBindValue(message.chatId);
    query.addBindValue(message.parentId > 0 ? QVariant(message.parentId) : QVariant());
    query.addBindValue(roleName(message.role));
    query.addBindValue(message.created);
    return run(query);
}

bool ChatTable::updateMessage(const MessageRecord& message) {
    QSqlQuery query(m_connection);
    query.prepare(QStringLiteral(
        "UPDATE messages SET text = ?, thoughts = ?, state = ?, error_code = ?, error_subject = ?, "
        "error_detail = ?, think_seconds = ?, thought_ended = ?, think_tokens = ?, answer_tokens = ?, "
        "tokens_per_second = ?, seconds_to_first_token = ?, model = ? WHERE id = ?"));
    bindContent(query, message);
    query.addBindValue(message.id);
    return run(query);
}

bool ChatTable::append(const MessageAppend& addition) {
    QSqlQuery query(m_connection);
    query.prepare(QStringLiteral(
        "UPDATE messages SET text = text || ?, thoughts = thoughts || ?, state = ?, think_seconds = ?, "
        "think_tokens = ?, answer_tokens = ? WHERE id = ?"));
    query.addBindValue(notNull(addition.text));
    query.addBindValue(notNull(addition.thoughts));
    query.addBindValue(stateName(addition.state));
    query.addBindValue(addition.thinkSeconds);
    query.addBindValue(addition.thinkTokens);
    query.addBindValue(addition.answerTokens);
    query.addBindValue(addition.id);
    return run(query);
}

bool ChatTable::tidy() {
    QSqlQuery removal(m_connection);
    removal.prepare(QStringLiteral("DELETE FROM chats WHERE deleted IS NOT NULL"));
    QSqlQuery cutOff(m_connection);
    cutOff.prepare(
        QStringLiteral("UPDATE messages SET state = 'stopped' WHERE state IN ('waiting', 'writing')"));
    const bool removed = run(removal);
    return run(cutOff) && removed;
}

} // namespace ponder
