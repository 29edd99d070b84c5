// The library as a page shows it: sorted, and only what a filter lets through.
//
// Owner: QML or a test. Thread: GUI. Previous station: library_model.h. Next station: ui/models.
#pragma once

#include "app/models/library_model.h"

#include <QSortFilterProxyModel>

namespace ponder {

class LibraryView : public QSortFilterProxyModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(ponder::LibraryModel* library READ library WRITE setLibrary NOTIFY libraryChanged)
    // "all", "here" (the file is there), "missing", or a language as files say it: "ko".
    Q_PROPERTY(QString filter READ filter WRITE setFilter NOTIFY filterChanged)
    Q_PROPERTY(QString search READ search WRITE setSearch NOTIFY filterChanged) // part of name or family
    Q_PROPERTY(QString order READ order WRITE setOrder NOTIFY orderChanged)     // "used", "name", "size"
public:
    explicit LibraryView(QObject* parent = nullptr);

    LibraryModel* library() const { return m_library; }
    QString filter() const { return m_filter; }
    QString search() const { return m_search; }
    QString order() const { return m_order; }
    void setLibrary(LibraryModel* library);
    void setFilter(const QString& filter);
    void setSearch(const QString& search);
    void setOrder(const QString& order);

signals:
    void libraryChanged();
    void filterChanged();
    void orderChanged();

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    LibraryModel* m_library = nullptr;
    QString m_filter = QStringLiteral("all");
    QString m_search;
    QString m_order = QStringLiteral("used");
};

} // namespace ponder
