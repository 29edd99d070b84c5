#include "app/desktop/index_model.h"

namespace ponder {

void IndexModel::setCount(int count) {
    if (count == m_count || count < 0) return;
    if (count > m_count) {
        beginInsertRows({}, m_count, count - 1);
        m_count = count;
        endInsertRows();
    } else {
        beginRemoveRows({}, count, m_count - 1);
        m_count = count;
        endRemoveRows();
    }
    emit countChanged();
}

QVariant IndexModel::data(const QModelIndex& index, int role) const {
    return role == Qt::DisplayRole ? index.row() : QVariant();
}

} // namespace ponder
