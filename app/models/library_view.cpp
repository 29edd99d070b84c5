#include "app/models/library_view.h"

#include <utility>

namespace ponder {

LibraryView::LibraryView(QObject* parent) : QSortFilterProxyModel(parent) {
    setDynamicSortFilter(true);
    sort(0);
}

void LibraryView::setLibrary(LibraryModel* library) {
    if (library == m_library) return;
    m_library = library;
    setSourceModel(library);
    emit libraryChanged();
}

void LibraryView::setFilter(const QString& filter) {
    if (std::exchange(m_filter, filter) == filter) return;
    invalidateFilter();
    emit filterChanged();
}

void LibraryView::setSearch(const QString& search) {
    if (std::exchange(m_search, search) == search) return;
    invalidateFilter();
    emit filterChanged();
}

void LibraryView::setOrder(const QString& order) {
    if (std::exchange(m_order, order) == order) return;
    invalidate();
    emit orderChanged();
}

bool LibraryView::filterAcceptsRow(int row, const QModelIndex&) const {
    if (!m_library) return false;
    const ModelRecord& model = m_library->models()[row];
    if (!m_search.isEmpty() && !model.label().contains(m_search, Qt::CaseInsensitive) &&
        !model.family.contains(m_search, Qt::CaseInsensitive))
        return false;
    if (m_filter == u"all") return true;
    if (m_filter == u"here") return !m_library->isMissing(row);
    if (m_filter == u"missing") return m_library->isMissing(row);
    return model.languages.contains(m_filter);
}

bool LibraryView::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const ModelRecord& a = m_library->models()[left.row()];
    const ModelRecord& b = m_library->models()[right.row()];
    const int byName = QString::localeAwareCompare(a.label(), b.label());
    if (m_order == u"size" && a.bytes != b.bytes) return a.bytes > b.bytes;
    if (m_order == u"used") {
        const qint64 lastA = qMax(a.lastUsed, a.added), lastB = qMax(b.lastUsed, b.added);
        if (lastA != lastB) return lastA > lastB;
    }
    return byName < 0;
}

} // namespace ponder
