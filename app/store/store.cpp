#include "app/store/store.h"

#include <QMetaObject>
#include <QSqlError>
#include <QSqlQuery>
#include <QUuid>
#include <QVariant>

namespace ponder {
namespace {

// Connections are global by name; several stores may live in one process (tests).
QString uniqueName(const char* purpose) {
    return QLatin1String(purpose) + QUuid::createUuid().toString(QUuid::WithoutBraces);
}

bool exec(const QSqlDatabase& connection, const QString& statement, const QVariantList& values) {
    QSqlQuery query(connection);
    query.prepare(statement);
    for (const QVariant& value : values)
        query.addBindValue(value);
    return query.exec();
}

} // namespace

struct Store::Writer {
    explicit Writer(const QString& file)
        : database(Database::openAgain(file, uniqueName("write-"))), table(database.connection()),
          models(database.connection()), measurements(database.connection()) {}
    QString errorText() const {
        for (const QString& text : {table.errorText(), models.errorText(), measurements.errorText()})
            if (!text.isEmpty()) return text;
        return {};
    }

    Database database;
    ChatTable table;
    ModelTable models;
    MeasurementTable measurements;
};

Store::Store(const QString& folder, QObject* parent)
    : QObject(parent), m_database(Database::openFirst(folder, uniqueName("read-"))),
      m_table(m_database.connection()), m_models(m_database.connection()),
      m_measurements(m_database.connection()) {
    m_table.tidy();
    m_lastChatId = m_table.largestId(QStringLiteral("chats"));
    m_lastMessageId = m_table.largestId(QStringLiteral("messages"));
    m_context = new QObject;
    m_context->moveToThread(&m_thread);
    m_thread.setObjectName(QStringLiteral("store"));
    m_thread.start();
    post([](Writer&) { return true; }); // opens the writing connection
}

Store::~Store() {
    flush();
    // The connection is closed on the thread that opened it.
    QMetaObject::invokeMethod(
        m_context, [this] { m_writer.reset(); }, Qt::BlockingQueuedConnection);
    m_context->deleteLater();
    m_thread.quit();
    m_thread.wait();
}

void Store::post(std::function<bool(Writer&)> write) {
    ++m_pending;
    QMetaObject::invokeMethod(
        m_context,
        [this, write = std::move(write)] {
            if (!m_writer) m_writer = std::make_unique<Writer>(m_database.file());
            if (!write(*m_writer)) emit writeFailed(m_writer->errorText());
            --m_pending;
        },
        Qt::QueuedConnection);
}

void Store::flush() {
    if (m_pending == 0) return;
    QMetaObject::invokeMethod(
        m_context, [] {}, Qt::BlockingQueuedConnection);
}

QList<ChatRecord> Store::chats() {
    flush();
    return m_table.chats();
}

QList<MessageRecord> Store::messages(int chatId) {
    flush();
    return m_table.messages(chatId);
}

QHash<QString, QString> Store::settings() {
    flush();
    QHash<QString, QString> settings;
    QSqlQuery query(m_database.connection());
    query.exec(QStringLiteral("SELECT key, value FROM settings"));
    while (query.next())
        settings.insert(query.value(0).toString(), query.value(1).toString());
    return settings;
}

QList<MeasuredSpeed> Store::speeds() {
    flush();
    return m_measurements.speeds();
}

QList<MemoryReceipt> Store::receipts() {
    flush();
    return m_measurements.receipts();
}

QList<ModelRecord> Store::models() {
    flush();
    return m_models.models();
}

void Store::insertChat(const ChatRecord& chat) {
    post([chat](Writer& writer) { return writer.table.insertChat(chat); });
}

void Store::updateChat(const ChatRecord& chat) {
    post([chat](Writer& writer) { return writer.table.updateChat(chat); });
}

void Store::setDeleted(int chatId, bool deleted) {
    post([=](Writer& writer) { return writer.table.setDeleted(chatId, deleted); });
}

void Store::insertMessage(const MessageRecord& message) {
    post([message](Writer& writer) { return writer.table.insertMessage(message); });
}

void Store::updateMessage(const MessageRecord& message) {
    post([message](Writer& writer) { return writer.table.updateMessage(message); });
}

void Store::append(const MessageAppend& addition) {
    post([addition](Writer& writer) { return writer.table.append(addition); });
}

void Store::setSetting(const QString& key, const QString& value) {
    const QString text = value.isNull() ? QStringLiteral("") : value;
    post([=](Writer& writer) {
        return exec(writer.database.connection(),
                    QStringLiteral("INSERT INTO settings (key, value) VALUES (?, ?) "
                                   "ON CONFLICT(key) DO UPDATE SET value = excluded.value"),
                    {key, text});
    });
}

void Store::addSpeed(const MeasuredSpeed& speed) {
    post([speed](Writer& writer) { return writer.measurements.add(speed); });
}

void Store::saveReceipt(const MemoryReceipt& receipt) {
    post([receipt](Writer& writer) { return writer.measurements.save(receipt); });
}

void Store::saveModel(const ModelRecord& model) {
    post([model](Writer& writer) { return writer.models.save(model); });
}

void Store::removeModel(const QString& id) {
    post([id](Writer& writer) { return writer.models.remove(id); });
}

} // namespace ponder
