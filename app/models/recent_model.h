// Models that were opened before, the last one first.
//
// Owner: ModelLibrary. Thread: GUI. Next station: ui/models (picker).
#pragma once

#include "app/store/store.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace ponder {

class RecentModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.library.recent is the one there is")
    Q_PROPERTY(int count READ count NOTIFY countChanged)
public:
    enum Role {
        PathRole = Qt::UserRole + 1,
        NameRole,
        QuantizationRole,
        SizeTextRole,
        MissingRole,
        CurrentRole
    };

    explicit RecentModel(Store& store, QObject* parent = nullptr);

    int count() const { return int(m_models.size()); }
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    void use(const RecentRecord& model); // to the top, and the current one
    void setCurrent(const QString& path);
    void forget(const QString& path);
    void checkMissing(); // looks again whether the files are there

signals:
    void countChanged();

private:
    Store& m_store;
    QList<RecentRecord> m_models;
    QList<bool> m_missing; // of each
    QString m_current;
};

} // namespace ponder
