// One SQLite connection to the history file, opened, checked and brought to the current schema.
//
// Takes a folder; gives a connection in write-ahead mode. A file that is not a readable database is moved
// aside beside itself, never deleted, and a new one is begun; a file of a newer Ponder is left alone and
// another one used. Where the folder cannot be written, or another Ponder has it open, a temporary folder
// stands in. What happened is in `notice`, translated.
//
// Owner: Store. Thread: the one that opened it. Next station: chat_table.h.
#pragma once

#include "engine/base/result.h"

#include <QLockFile>
#include <QSqlDatabase>
#include <QString>

#include <memory>

namespace ponder {

class Database {
public:
    // The folder of the user's data; PONDER_DATA_DIR overrides it.
    static QString defaultFolder();

    // First connection of a process: checks, repairs and migrates.
    static Database openFirst(const QString& folder, const QString& connectionName);
    // For a program beside the window, which may have the history open: brings it to the current schema where
    // it can, and leaves ids of chats alone. FileUnwritable where it cannot be used.
    static Result<Database> openBeside(const QString& folder, const QString& connectionName);
    // A further connection to a file that openFirst has prepared.
    static Database openAgain(const QString& file, const QString& connectionName);

    Database() = default;
    Database(Database&& other) noexcept;
    Database& operator=(Database&& other) noexcept;
    ~Database();

    QSqlDatabase connection() const { return m_connection; }
    QString file() const { return m_file; }
    QString notice() const { return m_notice; }

private:
    void close();

    std::unique_ptr<QLockFile> m_lock; // of the first connection
    QSqlDatabase m_connection;
    QString m_name;
    QString m_file;
    QString m_notice;
};

} // namespace ponder
