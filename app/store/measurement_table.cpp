#include "app/store/measurement_table.h"

#include <QSqlError>
#include <QSqlQuery>
#include <QVariant>

namespace ponder {

bool MeasurementTable::run(QSqlQuery& query) {
    if (query.exec()) return true;
    m_error = query.lastError().text();
    return false;
}

QList<MeasuredSpeed> MeasurementTable::speeds() {
    QSqlQuery query(m_connection);
    query.prepare(QStringLiteral("SELECT device, model, bytes_per_token, cache_bytes, parameters, decode, "
                                 "prefill, measured, quiet FROM speeds ORDER BY measured DESC, rowid DESC"));
    QList<MeasuredSpeed> out;
    if (!run(query)) return out;
    while (query.next())
        out.append({query.value(0).toString(), query.value(1).toString(), query.value(2).toULongLong(),
                    query.value(3).toULongLong(), query.value(4).toULongLong(), query.value(5).toDouble(),
                    query.value(6).toDouble(), query.value(7).toLongLong(), query.value(8).toBool()});
    return out;
}

QList<MemoryReceipt> MeasurementTable::receipts() {
    QSqlQuery query(m_connection);
    query.prepare(QStringLiteral("SELECT device, model, context, predicted, used, measured FROM receipts "
                                 "ORDER BY measured DESC"));
    QList<MemoryReceipt> out;
    if (!run(query)) return out;
    while (query.next())
        out.append({query.value(0).toString(), query.value(1).toString(), query.value(2).toInt(),
                    query.value(3).toULongLong(), query.value(4).toULongLong(), query.value(5).toLongLong()});
    return out;
}

bool MeasurementTable::add(const MeasuredSpeed& speed) {
    QSqlQuery query(m_connection);
    query.prepare(
        QStringLiteral("INSERT INTO speeds (device, model, bytes_per_token, cache_bytes, parameters, "
                       "decode, prefill, measured, quiet) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    for (const QVariant& value :
         QVariantList{speed.device, speed.model, qulonglong(speed.bytesPerToken),
                      qulonglong(speed.cacheBytes), qulonglong(speed.parameters), speed.decodeTokensPerSecond,
                      speed.prefillTokensPerSecond, speed.when, int{speed.quiet}})
        query.addBindValue(value);
    if (!run(query)) return false;
    QSqlQuery older(m_connection);
    older.prepare(QStringLiteral("DELETE FROM speeds WHERE device = ? AND model = ? AND rowid NOT IN "
                                 "(SELECT rowid FROM speeds WHERE device = ? AND model = ? "
                                 "ORDER BY measured DESC, rowid DESC LIMIT ?)"));
    for (const QVariant& value :
         QVariantList{speed.device, speed.model, speed.device, speed.model, int{kKept}})
        older.addBindValue(value);
    return run(older);
}

bool MeasurementTable::save(const MemoryReceipt& receipt) {
    QSqlQuery query(m_connection);
    query.prepare(QStringLiteral("INSERT INTO receipts (device, model, context, predicted, used, measured) "
                                 "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(device, model) DO UPDATE SET "
                                 "context = excluded.context, predicted = excluded.predicted, "
                                 "used = excluded.used, measured = excluded.measured"));
    for (const QVariant& value :
         QVariantList{receipt.device, receipt.model, receipt.contextTokens,
                      qulonglong(receipt.predictedBytes), qulonglong(receipt.usedBytes), receipt.when})
        query.addBindValue(value);
    return run(query);
}

} // namespace ponder
