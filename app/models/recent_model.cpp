#include "app/models/recent_model.h"

#include "app/models/byte_text.h"

#include <QFileInfo>

#include <algorithm>

namespace ponder {
namespace {

constexpr int kMost = 12;

qsizetype indexOfPath(const QList<RecentRecord>& models, const QString& path) {
    const auto found = std::find_if(models.cbegin(), models.cend(),
                                    [&](const RecentRecord& model) { return model.path == path; });
    return found == models.cend() ? -1 : found - models.cbegin();
}

bool isMissing(const QString& path) { return !QFileInfo::exists(path); }

} // namespace

RecentModel::RecentModel(Store& store, QObject* parent)
    : QAbstractListModel(parent), m_store(store), m_models(store.recentModels()) {
    for (const RecentRecord& model : m_models)
        m_missing << isMissing(model.path);
}

int RecentModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant RecentModel::data(const QModelIndex& index, int role) const {
    if (index.row() < 0 || index.row() >= count()) return {};
    const RecentRecord& model = m_models[index.row()];
    switch (role) {
    case PathRole:
        return model.path;
    case NameRole:
        return model.name;
    case QuantizationRole:
        return model.quantization;
    case SizeTextRole:
        return byteText(model.bytes);
    case MissingRole:
        return m_missing[index.row()];
    case CurrentRole:
        return model.path == m_current;
    default:
        return {};
    }
}

QHash<int, QByteArray> RecentModel::roleNames() const {
    return {{PathRole, "path"},         {NameRole, "name"},       {QuantizationRole, "quantization"},
            {SizeTextRole, "sizeText"}, {MissingRole, "missing"}, {CurrentRole, "current"}};
}

void RecentModel::use(const RecentRecord& model) {
    const qsizetype old = indexOfPath(m_models, model.path);
    if (old > 0) {
        beginMoveRows({}, int(old), int(old), {}, 0);
        m_models.move(old, 0);
        m_missing.move(old, 0);
        endMoveRows();
    } else if (old < 0) {
        beginInsertRows({}, 0, 0);
        m_models.prepend(model);
        m_missing.prepend(false);
        endInsertRows();
    }
    m_models[0] = model;
    m_missing[0] = false;
    m_store.saveRecentModel(model);
    emit dataChanged(index(0), index(0));
    setCurrent(model.path);
    while (m_models.size() > kMost)
        forget(QString(m_models.last().path));
    emit countChanged();
}

void RecentModel::setCurrent(const QString& path) {
    if (path == m_current) return;
    m_current = path;
    if (count() > 0) emit dataChanged(index(0), index(count() - 1), {CurrentRole});
}

void RecentModel::forget(const QString& path) {
    const qsizetype row = indexOfPath(m_models, path);
    if (row < 0) return;
    m_store.forgetRecentModel(path);
    beginRemoveRows({}, int(row), int(row));
    m_models.removeAt(row);
    m_missing.removeAt(row);
    endRemoveRows();
    emit countChanged();
}

void RecentModel::checkMissing() {
    for (qsizetype row = 0; row < m_models.size(); ++row) {
        const bool missing = isMissing(m_models[row].path);
        if (missing == m_missing[row]) continue;
        m_missing[row] = missing;
        emit dataChanged(index(int(row)), index(int(row)), {MissingRole});
    }
}

} // namespace ponder
