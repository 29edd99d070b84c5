#include "app/store/schema.h"

#include <QSqlQuery>
#include <QStringList>
#include <QVariant>

namespace ponder {
namespace {

QStringList chatsAndSettings() {
    return {QStringLiteral("CREATE TABLE chats ("
                           "id INTEGER PRIMARY KEY, title TEXT NOT NULL DEFAULT '', "
                           "created INTEGER NOT NULL DEFAULT 0, updated INTEGER NOT NULL DEFAULT 0, "
                           "current_leaf INTEGER NOT NULL DEFAULT 0, draft TEXT NOT NULL DEFAULT '', "
                           "deleted INTEGER)"),
            QStringLiteral("CREATE TABLE messages ("
                           "id INTEGER PRIMARY KEY, "
                           "chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE, "
                           "parent_id INTEGER REFERENCES messages(id) ON DELETE CASCADE, "
                           "role TEXT NOT NULL, text TEXT NOT NULL DEFAULT '', "
                           "thoughts TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'done', "
                           "error_code INTEGER, error_subject TEXT, error_detail TEXT, "
                           "think_seconds REAL NOT NULL DEFAULT 0, "
                           "thought_ended INTEGER NOT NULL DEFAULT 0, "
                           "think_tokens INTEGER NOT NULL DEFAULT 0, "
                           "answer_tokens INTEGER NOT NULL DEFAULT 0, "
                           "tokens_per_second REAL NOT NULL DEFAULT 0, "
                           "seconds_to_first_token REAL NOT NULL DEFAULT 0, "
                           "model TEXT NOT NULL DEFAULT '', created INTEGER NOT NULL DEFAULT 0)"),
            QStringLiteral("CREATE INDEX messages_by_chat ON messages(chat_id, id)"),
            QStringLiteral("CREATE INDEX messages_by_parent ON messages(parent_id)"),
            QStringLiteral("CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL)"),
            QStringLiteral("CREATE TABLE recent_models ("
                           "path TEXT PRIMARY KEY, name TEXT NOT NULL DEFAULT '', "
                           "quantization TEXT NOT NULL DEFAULT '', bytes INTEGER NOT NULL DEFAULT 0, "
                           "last_used INTEGER NOT NULL DEFAULT 0)")};
}

// The library takes over the models that were opened before.
QStringList modelLibrary() {
    return {
        QStringLiteral("CREATE TABLE models ("
                       "id TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, title TEXT NOT NULL DEFAULT '', "
                       "name TEXT NOT NULL DEFAULT '', family TEXT NOT NULL DEFAULT '', "
                       "architecture TEXT NOT NULL DEFAULT '', quantization TEXT NOT NULL DEFAULT '', "
                       "bytes INTEGER NOT NULL DEFAULT 0, licence TEXT NOT NULL DEFAULT '', "
                       "languages TEXT NOT NULL DEFAULT '', source TEXT NOT NULL DEFAULT 'file', "
                       "fingerprint TEXT NOT NULL DEFAULT '0', parameters INTEGER NOT NULL DEFAULT 0, "
                       "layers INTEGER NOT NULL DEFAULT 0, trained_context INTEGER NOT NULL DEFAULT 0, "
                       "added INTEGER NOT NULL DEFAULT 0, last_used INTEGER NOT NULL DEFAULT 0, "
                       "recent INTEGER NOT NULL DEFAULT 0, settings TEXT NOT NULL DEFAULT '{}')"),
        QStringLiteral("INSERT INTO models (id, path, name, quantization, bytes, added, last_used, recent) "
                       "SELECT lower(hex(randomblob(16))), path, name, quantization, bytes, last_used, "
                       "last_used, 1 FROM recent_models"),
        QStringLiteral("DROP TABLE recent_models")};
}

QStringList measurements() {
    return {QStringLiteral("CREATE TABLE speeds ("
                           "device TEXT NOT NULL, model TEXT NOT NULL, bytes_per_token INTEGER NOT NULL, "
                           "cache_bytes INTEGER NOT NULL, parameters INTEGER NOT NULL, "
                           "decode REAL NOT NULL, prefill REAL NOT NULL, measured INTEGER NOT NULL)"),
            QStringLiteral("CREATE INDEX speeds_by_model ON speeds(device, model)"),
            QStringLiteral("CREATE TABLE receipts ("
                           "device TEXT NOT NULL, model TEXT NOT NULL, context INTEGER NOT NULL, "
                           "predicted INTEGER NOT NULL, used INTEGER NOT NULL, measured INTEGER NOT NULL, "
                           "PRIMARY KEY (device, model))")};
}

// What was measured before may be from a busy hour: nobody looked.
QStringList quietMeasurements() {
    return {QStringLiteral("ALTER TABLE speeds ADD COLUMN quiet INTEGER NOT NULL DEFAULT 0")};
}

// step(n) leads from version n to n + 1.
QStringList step(int version) {
    switch (version) {
    case 0:
        return chatsAndSettings();
    case 1:
        return modelLibrary();
    case 2:
        return measurements();
    case 3:
        return quietMeasurements();
    default:
        return {};
    }
}

} // namespace

std::optional<int> schemaVersion(QSqlDatabase& database, QSqlError& error) {
    QSqlQuery query(database);
    // Reading the table list is what makes SQLite look at the file's header and first page.
    for (const char* statement : {"SELECT count(*) FROM sqlite_master", "PRAGMA user_version"})
        if (!query.exec(QLatin1String(statement)) || !query.next()) {
            error = query.lastError();
            return std::nullopt;
        }
    return query.value(0).toInt();
}

bool migrate(QSqlDatabase& database, int version) {
    for (; version < kSchemaVersion; ++version) {
        if (!database.transaction()) return false;
        QStringList statements = step(version);
        statements << QStringLiteral("PRAGMA user_version = %1").arg(version + 1);
        for (const QString& statement : statements)
            if (QSqlQuery query(database); !query.exec(statement)) {
                database.rollback();
                return false;
            }
        if (!database.commit()) return false;
    }
    return true;
}

} // namespace ponder
