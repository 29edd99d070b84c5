#include "app/models/recent_model.h"

#include <algorithm>
#include <utility>

namespace ponder {
namespace {

constexpr qsizetype kMost = 12;

QStringList recentIds(const LibraryModel& library) {
    QList<const ModelRecord*> recent;
    for (const ModelRecord& model : library.models())
        if (model.recent) recent << &model;
    std::stable_sort(recent.begin(), recent.end(),
                     [](const ModelRecord* a, const ModelRecord* b) { return a->lastUsed > b->lastUsed; });
    QStringList ids;
    for (const ModelRecord* model : std::as_const(recent).mid(0, kMost))
        ids << model->id;
    return ids;
}

LibraryModel::Role libraryRole(int role) {
    switch (role) {
    case RecentModel::PathRole:
        return LibraryModel::PathRole;
    case RecentModel::NameRole:
        return LibraryModel::NameRole;
    case RecentModel::QuantizationRole:
        return LibraryModel::QuantizationRole;
    case RecentModel::SizeTextRole:
        return LibraryModel::SizeTextRole;
    case RecentModel::MissingRole:
        return LibraryModel::MissingRole;
    default:
        return LibraryModel::CurrentRole;
    }
}

} // namespace

RecentModel::RecentModel(LibraryModel& library, QObject* parent)
    : QAbstractListModel(parent), m_library(library), m_ids(recentIds(library)) {
    connect(&library, &LibraryModel::recentChanged, this, &RecentModel::follow);
    connect(&library, &LibraryModel::dataChanged, this, [this] {
        if (count() > 0) emit dataChanged(index(0), index(count() - 1));
    });
}

int RecentModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant RecentModel::data(const QModelIndex& index, int role) const {
    if (index.row() < 0 || index.row() >= count()) return {};
    const QString& id = m_ids[index.row()];
    const QList<ModelRecord>& models = m_library.models();
    for (int row = 0; row < models.size(); ++row)
        if (models[row].id == id) return m_library.data(m_library.index(row), libraryRole(role));
    return {};
}

QHash<int, QByteArray> RecentModel::roleNames() const {
    return {{PathRole, "path"},         {NameRole, "name"},       {QuantizationRole, "quantization"},
            {SizeTextRole, "sizeText"}, {MissingRole, "missing"}, {CurrentRole, "current"}};
}

void RecentModel::follow() {
    const QStringList ids = recentIds(m_library);
    if (ids == m_ids) return;
    beginResetModel();
    m_ids = ids;
    endResetModel();
    emit countChanged();
}

} // namespace ponder
