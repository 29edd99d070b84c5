// The rows of the history as values: chats and messages.
//
// A message with parent 0 opens its chat; the others hang below one, so a chat is a tree and its current leaf
// picks the branch that is shown. Next station: chat_table.h (to and from SQL), chat/conversation.h.
#pragma once

#include "engine/base/error.h"

#include <QString>

#include <optional>

namespace ponder {

enum class MessageRole { User, Assistant };
enum class MessageState { Waiting, Writing, Done, Stopped, Limit, ContextFull, Failed };

QString roleName(MessageRole role);
QString stateName(MessageState state);
std::optional<MessageRole> roleFromName(const QString& name);
std::optional<MessageState> stateFromName(const QString& name);
// True once nothing more will be written to the message.
bool isFinished(MessageState state);

struct ChatRecord {
    int id = 0;
    QString title;
    qint64 created = 0; // milliseconds since 1970, UTC
    qint64 updated = 0;
    int currentLeaf = 0; // message id; 0: none yet
    QString draft;
};

struct MessageRecord {
    int id = 0;
    int chatId = 0;
    int parentId = 0; // 0: first message
    MessageRole role = MessageRole::User;
    QString text;     // the question, or the answer
    QString thoughts; // of an assistant's message
    MessageState state = MessageState::Done;
    std::optional<Error> error; // where state is Failed
    double thinkSeconds = 0;
    bool thoughtEnded = false; // false: the thought was cut off, or there was none
    int thinkTokens = 0;
    int answerTokens = 0;
    double tokensPerSecond = 0;
    double secondsToFirstToken = 0;
    QString model;
    qint64 created = 0;
};

} // namespace ponder
