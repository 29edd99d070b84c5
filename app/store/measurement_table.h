// The SQL of measured speeds and memory receipts over one connection.
//
// Of each model on each device the newest few speeds and the newest receipt are kept. Owner: Store. Thread:
// the connection's. Errors: false, and errorText() has the database's words. Next station: store.h.
#pragma once

#include "app/store/measurements.h"

#include <QList>
#include <QSqlDatabase>

class QSqlQuery;

namespace ponder {

class MeasurementTable {
public:
    explicit MeasurementTable(const QSqlDatabase& connection) : m_connection(connection) {}

    QList<MeasuredSpeed> speeds(); // newest first
    QList<MemoryReceipt> receipts();
    bool add(const MeasuredSpeed& speed);
    bool save(const MemoryReceipt& receipt);

    QString errorText() const { return m_error; }

    static constexpr int kKept = 5; // speeds of a model on a device

private:
    bool run(QSqlQuery& query);

    QSqlDatabase m_connection;
    QString m_error;
};

} // namespace ponder
