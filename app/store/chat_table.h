// The SQL of chats and messages over one connection.
//
// Reading is forgiving: a row that makes no sense is left out or repaired, the others are given. Owner:
// Store. Thread: the connection's. Errors: false, and errorText() has the database's words.
#pragma once

#include "app/store/records.h"

#include <QList>
#include <QSqlDatabase>

class QSqlQuery;

namespace ponder {

// What streaming adds to a message since the last time.
struct MessageAppend {
    int id = 0;
    QString text;
    QString thoughts;
    MessageState state = MessageState::Writing;
    double thinkSeconds = 0;
    int thinkTokens = 0;
    int answerTokens = 0;
};

class ChatTable {
public:
    explicit ChatTable(const QSqlDatabase& connection) : m_connection(connection) {}

    QList<ChatRecord> chats();                 // newest first, without deleted ones
    QList<MessageRecord> messages(int chatId); // by id
    int largestId(const QString& table);

    bool insertChat(const ChatRecord& chat);
    bool updateChat(const ChatRecord& chat);
    bool setDeleted(int chatId, bool deleted);
    bool insertMessage(const MessageRecord& message);
    bool updateMessage(const MessageRecord& message);
    bool append(const MessageAppend& addition);

    // Chats deleted in an earlier run go for good; replies that a crash cut off become stopped ones.
    bool tidy();

    QString errorText() const { return m_error; }

private:
    bool run(QSqlQuery& query);

    QSqlDatabase m_connection;
    QString m_error;
};

} // namespace ponder
