// The user's history, settings and model library, kept in one SQLite file.
//
// Reads are direct; writes are posted to a thread of the store's own, in order, so that the GUI thread never
// waits for a disk. Ids are given out here, which is why a write needs no answer. A read first waits for the
// writes posted before it. The destructor writes what is pending.
//
// Owner: main.cpp; outlives App. Thread: GUI. Errors: notice() says why the history is not the expected one;
// writeFailed() when a later write fails. Next station: chat/, models/, settings.h.
#pragma once

#include "app/store/chat_table.h"
#include "app/store/database.h"
#include "app/store/measurement_table.h"
#include "app/store/model_table.h"

#include <QHash>
#include <QObject>
#include <QThread>

#include <atomic>
#include <functional>
#include <memory>

namespace ponder {

class Store : public QObject {
    Q_OBJECT
public:
    explicit Store(const QString& folder = Database::defaultFolder(), QObject* parent = nullptr);
    ~Store() override;

    QString notice() const { return m_database.notice(); }
    QString file() const { return m_database.file(); }

    QList<ChatRecord> chats();
    QList<MessageRecord> messages(int chatId);
    QHash<QString, QString> settings();
    QList<MeasuredSpeed> speeds(); // newest first
    QList<MemoryReceipt> receipts();
    QList<ModelRecord> models(); // last used first

    int newChatId() { return ++m_lastChatId; }
    int newMessageId() { return ++m_lastMessageId; }
    int nextChatId() const { return m_lastChatId + 1; } // what newChatId() will give

    void insertChat(const ChatRecord& chat);
    void updateChat(const ChatRecord& chat);
    void setDeleted(int chatId, bool deleted);
    void insertMessage(const MessageRecord& message);
    void updateMessage(const MessageRecord& message);
    void append(const MessageAppend& addition);
    void setSetting(const QString& key, const QString& value);
    void addSpeed(const MeasuredSpeed& speed);
    void saveReceipt(const MemoryReceipt& receipt);
    void saveModel(const ModelRecord& model);
    void removeModel(const QString& id);

    void flush(); // returns when everything posted so far is in the file

signals:
    void writeFailed(const QString& reason);

private:
    struct Writer; // lives on m_thread
    void post(std::function<bool(Writer&)> write);

    Database m_database;
    ChatTable m_table;
    ModelTable m_models;
    MeasurementTable m_measurements;
    QThread m_thread;
    QObject* m_context = nullptr; // on m_thread; receives the writes
    std::unique_ptr<Writer> m_writer;
    std::atomic<int> m_pending = 0;
    int m_lastChatId = 0;
    int m_lastMessageId = 0;
};

} // namespace ponder
