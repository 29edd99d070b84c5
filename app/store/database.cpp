#include "app/store/database.h"

#include "app/store/schema.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSqlError>
#include <QSqlQuery>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <utility>

namespace ponder {
namespace {

struct DatabaseText {
    Q_DECLARE_TR_FUNCTIONS(Database)
};

QSqlDatabase connect(const QString& file, const QString& name) {
    QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
    database.setDatabaseName(file);
    database.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=5000"));
    database.open();
    return database;
}

bool run(QSqlDatabase& database, const QString& statement) { return QSqlQuery(database).exec(statement); }

// Losing the last moment to a power cut is accepted, a damaged file is not: WAL with synchronous NORMAL.
bool prepare(QSqlDatabase& database) {
    return database.isOpen() && run(database, QStringLiteral("PRAGMA journal_mode = WAL")) &&
           run(database, QStringLiteral("PRAGMA synchronous = NORMAL")) &&
           run(database, QStringLiteral("PRAGMA foreign_keys = ON"));
}

// The file with what SQLite keeps beside it.
bool moveAside(const QString& file, const QString& target) {
    bool moved = QFile::rename(file, target);
    for (const char* suffix : {"-wal", "-shm"})
        QFile::rename(file + QLatin1String(suffix), target + QLatin1String(suffix));
    return moved;
}

QString asideName(const QString& file) {
    const QString stamp = QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss"));
    QString target = file + QStringLiteral(".damaged-") + stamp;
    for (int n = 2; QFileInfo::exists(target); ++n)
        target = file + QStringLiteral(".damaged-%1-%2").arg(stamp).arg(n);
    return target;
}

// A folder for this run only, kept until the process ends.
QString temporaryFolder() {
    static QTemporaryDir folder;
    return folder.path();
}

enum class Opening { Ready, Damaged, Newer, Unwritable };

Opening tryOpen(const QString& file, const QString& name, QSqlDatabase& database) {
    database = connect(file, name);
    if (!database.isOpen()) return QFileInfo(file).size() > 0 ? Opening::Damaged : Opening::Unwritable;
    const std::optional<int> version = schemaVersion(database);
    if (!version) return Opening::Damaged;
    if (*version > kSchemaVersion) return Opening::Newer;
    if (!prepare(database) || !migrate(database, *version))
        return QFileInfo(file).isWritable() && QFileInfo(QFileInfo(file).path()).isWritable()
                   ? Opening::Damaged
                   : Opening::Unwritable;
    return Opening::Ready;
}

void drop(QSqlDatabase& database, const QString& name) {
    database.close();
    database = QSqlDatabase();
    QSqlDatabase::removeDatabase(name);
}

} // namespace

QString Database::defaultFolder() {
    if (const QString set = qEnvironmentVariable("PONDER_DATA_DIR"); !set.isEmpty()) return set;
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
}

Database Database::openFirst(const QString& folder, const QString& connectionName) {
    Database result;
    result.m_name = connectionName;
    QDir().mkpath(folder);
    result.m_file = QDir(folder).filePath(QStringLiteral("ponder.sqlite"));
    for (int attempt = 0; attempt < 4; ++attempt) {
        switch (tryOpen(result.m_file, connectionName, result.m_connection)) {
        case Opening::Ready:
            return result;
        case Opening::Damaged: {
            drop(result.m_connection, connectionName);
            const QString target = asideName(result.m_file);
            if (moveAside(result.m_file, target)) {
                result.m_notice =
                    DatabaseText::tr("The history could not be read. It was moved to %1 and a new one was "
                                     "begun.")
                        .arg(QDir::toNativeSeparators(target));
                continue;
            }
            break;
        }
        case Opening::Newer:
            drop(result.m_connection, connectionName);
            result.m_notice =
                DatabaseText::tr("The history was written by a newer version of Ponder. It was left as it "
                                 "is; a separate one is used.");
            result.m_file = QDir(folder).filePath(QStringLiteral("ponder-%1.sqlite").arg(kSchemaVersion));
            continue;
        case Opening::Unwritable:
            drop(result.m_connection, connectionName);
            break;
        }
        result.m_notice =
            DatabaseText::tr(
                "Chats cannot be kept, because %1 cannot be written. Check the permissions and the disk.")
                .arg(QDir::toNativeSeparators(folder));
        result.m_file = QDir(temporaryFolder()).filePath(QStringLiteral("ponder.sqlite"));
    }
    return result;
}

Database Database::openAgain(const QString& file, const QString& connectionName) {
    Database result;
    result.m_name = connectionName;
    result.m_file = file;
    result.m_connection = connect(file, connectionName);
    prepare(result.m_connection);
    return result;
}

Database::Database(Database&& other) noexcept
    : m_connection(std::exchange(other.m_connection, QSqlDatabase())),
      m_name(std::exchange(other.m_name, QString())), m_file(std::move(other.m_file)),
      m_notice(std::move(other.m_notice)) {}

Database& Database::operator=(Database&& other) noexcept {
    close();
    m_connection = std::exchange(other.m_connection, QSqlDatabase());
    m_name = std::exchange(other.m_name, QString());
    m_file = std::move(other.m_file);
    m_notice = std::move(other.m_notice);
    return *this;
}

Database::~Database() { close(); }

void Database::close() {
    if (m_name.isEmpty()) return;
    drop(m_connection, m_name);
    m_name.clear();
}

} // namespace ponder
