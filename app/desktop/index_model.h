// Numbers from 0 to count - 1 as a list that grows and shrinks at its end.
//
// A Repeater over it makes one part per entry of an array without rebuilding all of them when the array is
// replaced by a longer one, as the lists and tables of a growing answer are.
//
// Owner: QML. Thread: GUI. Next station: ListBlock.qml, TableBlock.qml.
#pragma once

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace ponder {

class IndexModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(int count READ count WRITE setCount NOTIFY countChanged)
public:
    using QAbstractListModel::QAbstractListModel;

    int count() const { return m_count; }
    void setCount(int count);
    int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : m_count; }
    QVariant data(const QModelIndex& index, int role) const override;

signals:
    void countChanged();

private:
    int m_count = 0;
};

} // namespace ponder
