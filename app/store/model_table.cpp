#include "app/store/model_table.h"

#include <QSqlError>
#include <QSqlQuery>
#include <QUuid>
#include <QVariant>

namespace ponder {
namespace {

// In the order in which valuesOf() gives them and recordFrom() takes them.
constexpr auto kColumns =
    "id, path, title, name, family, architecture, quantization, bytes, licence, languages, "
    "source, fingerprint, parameters, layers, trained_context, added, last_used, recent, "
    "settings";

QVariantList valuesOf(const ModelRecord& model) {
    // A null QString would be bound as NULL, which the columns refuse.
    const auto text = [](const QString& value) { return value.isNull() ? QStringLiteral("") : value; };
    return {text(model.id),           text(model.path),
            text(model.title),        text(model.name),
            text(model.family),       text(model.architecture),
            text(model.quantization), model.bytes,
            text(model.licence),      text(model.languages.join(u',')),
            sourceName(model.source), QString::number(model.fingerprint, 16), // SQLite's integers have a sign
            model.parameters,         model.layers,
            model.trainedContext,     model.added,
            model.lastUsed,           model.recent,
            model.settings.toJson()};
}

ModelRecord recordFrom(const QSqlQuery& row) {
    int column = 0;
    const auto next = [&] { return row.value(column++); };
    ModelRecord model;
    model.id = next().toString();
    model.path = next().toString();
    model.title = next().toString();
    model.name = next().toString();
    model.family = next().toString();
    model.architecture = next().toString();
    model.quantization = next().toString();
    model.bytes = next().toLongLong();
    model.licence = next().toString();
    model.languages = next().toString().split(u',', Qt::SkipEmptyParts);
    model.source = sourceFromName(next().toString());
    model.fingerprint = next().toString().toULongLong(nullptr, 16);
    model.parameters = next().toLongLong();
    model.layers = next().toInt();
    model.trainedContext = next().toInt();
    model.added = next().toLongLong();
    model.lastUsed = next().toLongLong();
    model.recent = next().toBool();
    model.settings = ModelSettings::fromJson(next().toString());
    return model;
}

} // namespace

QString ModelTable::newId() { return QUuid::createUuid().toString(QUuid::WithoutBraces); }

bool ModelTable::run(QSqlQuery& query) {
    if (query.exec()) return true;
    m_error = query.lastError().text();
    return false;
}

QList<ModelRecord> ModelTable::models() {
    QList<ModelRecord> models;
    QSqlQuery query(m_connection);
    query.prepare(QStringLiteral("SELECT %1 FROM models ORDER BY last_used DESC, added DESC")
                      .arg(QLatin1String(kColumns)));
    if (!run(query)) return models;
    while (query.next())
        if (const ModelRecord model = recordFrom(query); !model.id.isEmpty() && !model.path.isEmpty())
            models << model;
    return models;
}

bool ModelTable::save(const ModelRecord& model) {
    const QVariantList values = valuesOf(model);
    QStringList places(values.size(), QStringLiteral("?"));
    QSqlQuery query(m_connection);
    query.prepare(QStringLiteral("INSERT OR REPLACE INTO models (%1) VALUES (%2)")
                      .arg(QLatin1String(kColumns), places.join(u',')));
    for (const QVariant& value : values)
        query.addBindValue(value);
    return run(query);
}

bool ModelTable::remove(const QString& id) {
    QSqlQuery query(m_connection);
    query.prepare(QStringLiteral("DELETE FROM models WHERE id = ?"));
    query.addBindValue(id);
    return run(query);
}

} // namespace ponder
