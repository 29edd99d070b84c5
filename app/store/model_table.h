// The SQL of the model library over one connection.
//
// Reading is forgiving: a row without an id or a path is left out. Owner: Store, or `ponder-cli models`.
// Thread: the connection's. Errors: false, and errorText() has the database's words.
#pragma once

#include "app/store/model_record.h"

#include <QSqlDatabase>

class QSqlQuery;

namespace ponder {

class ModelTable {
public:
    explicit ModelTable(const QSqlDatabase& connection) : m_connection(connection) {}

    static QString newId();

    QList<ModelRecord> models(); // last used first, then last added
    // Also takes the place of another model with this path.
    bool save(const ModelRecord& model);
    bool remove(const QString& id);

    QString errorText() const { return m_error; }

private:
    bool run(QSqlQuery& query);

    QSqlDatabase m_connection;
    QString m_error;
};

} // namespace ponder
