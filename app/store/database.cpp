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

enum class Opening { Ready, Damaged, Newer, Unusable };

// SQLite's codes for a damaged file and for one that is no database; a busy or full disk is neither.
bool isDamage(const QSqlError& error) {
    constexpr int kCorrupt = 11;
    constexpr int kNotADatabase = 26;
    const int code = error.nativeErrorCode().toInt() & 0xff;
    return code == kCorrupt || code == kNotADatabase;
}

Opening tryOpen(const QString& file, const QString& name, QSqlDatabase& database) {
    database = connect(file, name);
    if (!database.isOpen()) return Opening::Unusable;
    QSqlError error;
    const std::optional<int> version = schemaVersion(database, error);
    if (!version) return isDamage(error) ? Opening::Damaged : Opening::Unusable;
    if (*version > kSchemaVersion) return Opening::Newer;
    return prepare(database) && migrate(database, *version) ? Opening::Ready : Opening::Unusable;
}

void drop(QSqlDatabase& database, const QString& name) {
    database.close();
    database = QSqlDatabase();
    QSqlDatabase::removeDatabase(name);
}

QString unwritable(const QString& folder) {
    return DatabaseText::tr(
               "Chats cannot be kept, because %1 cannot be written. Check the permissions and the "
               "disk.")
        .arg(QDir::toNativeSeparators(folder));
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
    QString place = folder;
    // Ids are given out in memory, so one process at a time writes a history.
    result.m_lock = std::make_unique<QLockFile>(QDir(folder).filePath(QStringLiteral("ponder.lock")));
    result.m_lock->setStaleLockTime(0);
    if (!result.m_lock->tryLock(0)) {
        const bool taken = result.m_lock->error() == QLockFile::LockFailedError;
        result.m_notice = taken
                              ? DatabaseText::tr("Ponder is open already. Chats of this window are not kept.")
                              : unwritable(folder);
        place = temporaryFolder();
    }
    result.m_file = QDir(place).filePath(QStringLiteral("ponder.sqlite"));
    for (int attempt = 0; attempt < 4; ++attempt) {
        const Opening opening = tryOpen(result.m_file, connectionName, result.m_connection);
        if (opening == Opening::Ready) return result;
        drop(result.m_connection, connectionName);
        const QString aside = asideName(result.m_file);
        if (opening == Opening::Newer) {
            result.m_notice = DatabaseText::tr("The history was written by a newer version of Ponder. It was "
                                               "left as it is; a separate one is used.");
            result.m_file = QDir(place).filePath(QStringLiteral("ponder-%1.sqlite").arg(kSchemaVersion));
        } else if (opening == Opening::Damaged && moveAside(result.m_file, aside)) {
            result.m_notice = DatabaseText::tr("The history could not be read. It was moved to %1 and a new "
                                               "one was begun.")
                                  .arg(QDir::toNativeSeparators(aside));
        } else {
            result.m_notice = unwritable(place);
            place = temporaryFolder();
            result.m_file = QDir(place).filePath(QStringLiteral("ponder.sqlite"));
        }
    }
    return result;
}

Result<Database> Database::openBeside(const QString& folder, const QString& connectionName) {
    const QString file = QDir(folder).filePath(QStringLiteral("ponder.sqlite"));
    const auto unusable = [&](std::string reason) {
        return Error{ErrorCode::FileUnwritable, file.toStdString(), std::move(reason)};
    };
    QDir().mkpath(folder);
    QLockFile lock(QDir(folder).filePath(QStringLiteral("ponder.lock")));
    lock.setStaleLockTime(0);
    if (lock.tryLock(0)) {
        lock.unlock();
        Database first = openFirst(folder, connectionName);
        first.m_lock.reset(); // the window may open it now
        if (QFileInfo(first.m_file).dir() == QDir(folder)) return first;
        return unusable(first.m_notice.toStdString());
    }
    Database beside = openAgain(file, connectionName);
    QSqlError error;
    const std::optional<int> version = schemaVersion(beside.m_connection, error);
    if (version == kSchemaVersion) return beside;
    return unusable(error.text().toStdString());
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
    : m_lock(std::move(other.m_lock)), m_connection(std::exchange(other.m_connection, QSqlDatabase())),
      m_name(std::exchange(other.m_name, QString())), m_file(std::move(other.m_file)),
      m_notice(std::move(other.m_notice)) {}

Database& Database::operator=(Database&& other) noexcept {
    close();
    m_lock = std::move(other.m_lock);
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
