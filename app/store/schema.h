// The tables of the history and the steps from one version of them to the next.
//
// chats and messages form trees (messages.parent_id), settings are texts by key, models is the library.
// PRAGMA user_version holds the version. Owner: free functions. Thread: the connection's.
#pragma once

#include <QSqlDatabase>
#include <QSqlError>

#include <optional>

namespace ponder {

inline constexpr int kSchemaVersion = 4;

// Nothing where the file cannot be read; `error` then says why.
std::optional<int> schemaVersion(QSqlDatabase& database, QSqlError& error);
// From `version` to kSchemaVersion, each step in a transaction. False where a statement fails.
bool migrate(QSqlDatabase& database, int version);

} // namespace ponder
