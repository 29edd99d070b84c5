#include "app/chat/conversation.h"

namespace ponder {

Conversation::Conversation(const QList<MessageRecord>& messages, int currentLeaf) {
    m_nodes.reserve(messages.size());
    int previous = 0;
    for (const MessageRecord& message : messages) {
        insert(message, previous);
        previous = message.id;
    }
    if (has(currentLeaf))
        show(currentLeaf);
    else if (previous > 0)
        show(previous);
}

void Conversation::insert(MessageRecord message, int fallbackParent) {
    // Parents are always older; anything else would make a cycle or an island.
    const bool sound = message.parentId == 0 || (message.parentId < message.id && has(message.parentId));
    if (!sound) message.parentId = fallbackParent;
    QList<int>& siblings = message.parentId == 0 ? m_roots : m_nodes[message.parentId].children;
    siblings.append(message.id);
    m_nodes.insert(message.id, Node{message, {}});
}

void Conversation::add(const MessageRecord& message) {
    insert(message, leaf());
    show(message.id);
}

void Conversation::show(int id) {
    m_path.clear();
    for (int up = id; up != 0; up = m_nodes[up].record.parentId)
        m_path.prepend(up);
    for (int down = id; !m_nodes[down].children.isEmpty();) {
        down = m_nodes[down].children.last();
        m_path.append(down);
    }
}

const QList<int>& Conversation::variants(int id) const {
    const int parent = record(id).parentId;
    return parent == 0 ? m_roots : m_nodes.constFind(parent)->children;
}

QList<ChatTurn> Conversation::turnsUpTo(int id) const {
    QList<ChatTurn> turns;
    for (int up = id; up != 0; up = record(up).parentId) {
        const MessageRecord& message = record(up);
        if (message.role == MessageRole::User) {
            turns.prepend({ChatTurn::Role::User, message.text, {}});
        } else if (message.text.isEmpty() && message.thoughts.isEmpty()) {
            up = message.parentId; // and the question with it
            if (up == 0) break;
        } else {
            turns.prepend({ChatTurn::Role::Assistant, message.text, message.thoughts});
        }
    }
    return turns;
}

} // namespace ponder
