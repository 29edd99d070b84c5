#include "app/store/records.h"

#include <array>
#include <utility>

namespace ponder {
namespace {

constexpr std::array kRoles{std::pair{MessageRole::User, "user"},
                            std::pair{MessageRole::Assistant, "assistant"}};
constexpr std::array kStates{
    std::pair{MessageState::Waiting, "waiting"}, std::pair{MessageState::Writing, "writing"},
    std::pair{MessageState::Done, "done"},       std::pair{MessageState::Stopped, "stopped"},
    std::pair{MessageState::Limit, "limit"},     std::pair{MessageState::ContextFull, "contextFull"},
    std::pair{MessageState::Failed, "failed"}};

template<class Table, class Value>
QString nameIn(const Table& table, Value value) {
    for (const auto& [known, name] : table)
        if (known == value) return QString::fromLatin1(name);
    return {};
}

template<class Value, class Table>
std::optional<Value> valueIn(const Table& table, const QString& name) {
    for (const auto& [value, known] : table)
        if (name == QLatin1String(known)) return value;
    return std::nullopt;
}

} // namespace

QString roleName(MessageRole role) { return nameIn(kRoles, role); }
QString stateName(MessageState state) { return nameIn(kStates, state); }
std::optional<MessageRole> roleFromName(const QString& name) { return valueIn<MessageRole>(kRoles, name); }
std::optional<MessageState> stateFromName(const QString& name) {
    return valueIn<MessageState>(kStates, name);
}
bool isFinished(MessageState state) {
    return state != MessageState::Waiting && state != MessageState::Writing;
}

} // namespace ponder
