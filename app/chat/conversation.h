// One chat as a tree of messages, and the branch of it that is shown.
//
// A question's replies are its children; a regenerated reply is a sibling of the first, an edited question a
// sibling of the one it replaces. Rows whose parent is missing or impossible hang below the message before
// them, so that a damaged history still shows. Owner: MessageModel. Thread: one. Next station: MessageModel.
#pragma once

#include "app/chat/chat_engine.h"
#include "app/store/records.h"

#include <QHash>
#include <QList>

namespace ponder {

class Conversation {
public:
    Conversation() = default;
    Conversation(const QList<MessageRecord>& messages, int currentLeaf);

    const QList<int>& path() const { return m_path; } // ids from the first message to the leaf
    int leaf() const { return m_path.isEmpty() ? 0 : m_path.last(); }
    bool has(int id) const { return m_nodes.contains(id); }
    MessageRecord& record(int id) { return m_nodes[id].record; }
    const MessageRecord& record(int id) const { return m_nodes.constFind(id)->record; }

    void add(const MessageRecord& message);   // and shows the branch that ends with it
    void show(int id);                        // the branch through `id`, to its newest leaf
    const QList<int>& variants(int id) const; // messages with the same parent, itself included, oldest first

    // What the engine gets to answer the question at the end of the branch that ends with `id`. A question
    // whose reply failed or stopped before its first word is left out with that reply.
    QList<ChatTurn> turnsUpTo(int id) const;

private:
    struct Node {
        MessageRecord record;
        QList<int> children;
    };
    void insert(MessageRecord message, int fallbackParent);

    QHash<int, Node> m_nodes;
    QList<int> m_roots;
    QList<int> m_path;
};

} // namespace ponder
