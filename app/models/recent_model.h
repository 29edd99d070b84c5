// Models of the library that were used lately, the last one first.
//
// Owner: ModelLibrary. Thread: GUI. Previous station: library_model.h. Next station: ui/models (picker).
#pragma once

#include "app/models/library_model.h"

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

    explicit RecentModel(LibraryModel& library, QObject* parent = nullptr);

    int count() const { return int(m_ids.size()); }
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

signals:
    void countChanged();

private:
    void follow();

    LibraryModel& m_library;
    QStringList m_ids;
};

} // namespace ponder
