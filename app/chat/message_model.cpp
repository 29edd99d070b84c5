#include "app/chat/message_model.h"

#include "app/chat/error_text.h"

#include <algorithm>
#include <utility>

namespace ponder {
namespace {

QString thinkStateOf(const MessageRecord& message) {
    if (message.thoughts.isEmpty()) return QStringLiteral("none");
    if (message.thoughtEnded) return QStringLiteral("done");
    return isFinished(message.state) ? QStringLiteral("stopped") : QStringLiteral("thinking");
}

} // namespace

MessageModel::MessageModel(int chatId, Conversation conversation, QObject* parent)
    : QAbstractListModel(parent), m_chatId(chatId), m_conversation(std::move(conversation)),
      m_path(m_conversation.path()) {}

int MessageModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant MessageModel::data(const QModelIndex& index, int role) const {
    if (index.row() < 0 || index.row() >= count()) return {};
    const MessageRecord& message = m_conversation.record(m_path[index.row()]);
    switch (role) {
    case MessageIdRole:
        return message.id;
    case RoleRole:
        return roleName(message.role);
    case TextRole:
        return message.text;
    case BlocksRole:
        return QVariant::fromValue(blocksOf(message));
    case ThoughtsRole:
        return QVariant::fromValue(thoughtsOf(message));
    case ThinkStateRole:
        return thinkStateOf(message);
    case ThinkSecondsRole:
        return message.thinkSeconds;
    case ThinkTokensRole:
        return message.thinkTokens;
    case StateRole:
        return stateName(message.state);
    case ErrorTextRole:
        return message.error ? errorText(*message.error) : QString();
    case TokensPerSecondRole:
        return message.tokensPerSecond;
    case SecondsToFirstTokenRole:
        return message.secondsToFirstToken;
    case LastRole:
        return index.row() == count() - 1;
    case VariantRole:
        return int(m_conversation.variants(message.id).indexOf(message.id)) + 1;
    case VariantsRole:
        return int(m_conversation.variants(message.id).size());
    case AnswerTokensRole:
        return message.answerTokens;
    case ModelRole:
        return message.model;
    default:
        return {};
    }
}

QHash<int, QByteArray> MessageModel::roleNames() const {
    return {{MessageIdRole, "messageId"},
            {RoleRole, "role"},
            {TextRole, "text"},
            {BlocksRole, "blocks"},
            {ThoughtsRole, "thoughts"},
            {ThinkStateRole, "thinkState"},
            {ThinkSecondsRole, "thinkSeconds"},
            {ThinkTokensRole, "thinkTokens"},
            {StateRole, "state"},
            {ErrorTextRole, "errorText"},
            {TokensPerSecondRole, "tokensPerSecond"},
            {SecondsToFirstTokenRole, "secondsToFirstToken"},
            {LastRole, "last"},
            {VariantRole, "variant"},
            {VariantsRole, "variants"},
            {AnswerTokensRole, "answerTokens"},
            {ModelRole, "model"}};
}

QString MessageModel::answerText(int messageId) const {
    return m_conversation.has(messageId) ? m_conversation.record(messageId).text : QString();
}

QString MessageModel::thoughtsText(int messageId) const {
    return m_conversation.has(messageId) ? m_conversation.record(messageId).thoughts : QString();
}

BlockModel* MessageModel::blocksOf(const MessageRecord& message) const {
    if (message.role == MessageRole::User) return nullptr;
    BlockModel*& blocks = m_blocks[message.id];
    if (!blocks) {
        blocks = new BlockModel(const_cast<MessageModel*>(this));
        blocks->append(message.text);
        if (isFinished(message.state)) blocks->finish();
    }
    return blocks;
}

ThoughtModel* MessageModel::thoughtsOf(const MessageRecord& message) const {
    if (message.thoughts.isEmpty()) return nullptr;
    ThoughtModel*& thoughts = m_thoughts[message.id];
    if (!thoughts) {
        thoughts = new ThoughtModel(const_cast<MessageModel*>(this));
        thoughts->append(message.thoughts);
    }
    return thoughts;
}

void MessageModel::add(const MessageRecord& message) {
    m_conversation.add(message);
    takeOverPath();
}

void MessageModel::show(int messageId) {
    if (!m_conversation.has(messageId)) return;
    m_conversation.show(messageId);
    takeOverPath();
}

// Rows shared by the old and the new branch stay as they are.
void MessageModel::takeOverPath() {
    const QList<int>& next = m_conversation.path();
    const auto differ = std::mismatch(m_path.cbegin(), m_path.cend(), next.cbegin(), next.cend());
    const int common = int(differ.first - m_path.cbegin());
    const bool lastChanges = common > 0 && (common == count()) != (common == next.size());
    if (common < count()) {
        beginRemoveRows({}, common, count() - 1);
        m_path.resize(common);
        endRemoveRows();
    }
    if (common < next.size()) {
        beginInsertRows({}, common, int(next.size()) - 1);
        m_path = next;
        endInsertRows();
    }
    if (lastChanges) emit dataChanged(index(common - 1), index(common - 1), {LastRole});
    emit countChanged();
}

void MessageModel::grow(int messageId, const ThinkDelta& delta) {
    if (!m_conversation.has(messageId)) return;
    MessageRecord& message = m_conversation.record(messageId);
    const bool firstThought = message.thoughts.isEmpty() && !delta.thoughts.isEmpty();
    message.thoughts += delta.thoughts;
    message.text += delta.answer;
    ThoughtModel* thoughts = m_thoughts.value(messageId);
    if (delta.takeBack > 0) {
        message.thoughts.chop(delta.takeBack);
        while (!message.thoughts.isEmpty() && message.thoughts.back().isSpace())
            message.thoughts.chop(1);
        if (thoughts) thoughts->setText(message.thoughts);
    } else if (thoughts && !delta.thoughts.isEmpty()) {
        thoughts->append(delta.thoughts);
    }
    if (BlockModel* blocks = m_blocks.value(messageId); blocks && !delta.answer.isEmpty())
        blocks->append(delta.answer);
    QList<int> roles;
    if (firstThought || delta.takeBack > 0) roles << ThoughtsRole << ThinkStateRole;
    if (!delta.answer.isEmpty()) roles << TextRole;
    if (!roles.isEmpty()) changed(messageId, roles);
}

void MessageModel::update(const MessageRecord& message) {
    if (!m_conversation.has(message.id)) return;
    MessageRecord& kept = m_conversation.record(message.id);
    const bool finishes = isFinished(message.state) && !isFinished(kept.state);
    const QString text = kept.text;
    const QString thoughts = kept.thoughts;
    kept = message;
    kept.text = text;
    kept.thoughts = thoughts;
    if (BlockModel* blocks = m_blocks.value(message.id); blocks && finishes) blocks->finish();
    changed(message.id, {ThinkStateRole, ThinkSecondsRole, ThinkTokensRole, StateRole, ErrorTextRole,
                         TokensPerSecondRole, SecondsToFirstTokenRole, AnswerTokensRole, ModelRole});
}

void MessageModel::retranslate() {
    if (count() > 0) emit dataChanged(index(0), index(count() - 1), {ErrorTextRole});
}

void MessageModel::changed(int messageId, const QList<int>& roles) {
    const int row = int(m_path.lastIndexOf(messageId));
    if (row >= 0) emit dataChanged(index(row), index(row), roles);
}

} // namespace ponder
