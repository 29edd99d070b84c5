#include "app/models/device_model.h"

#include "app/chat/error_text.h"

namespace ponder {
namespace {

QString kindName(DeviceKind kind) {
    switch (kind) {
    case DeviceKind::Reference:
        return QStringLiteral("reference");
    case DeviceKind::Processor:
        return QStringLiteral("processor");
    case DeviceKind::Discrete:
        return QStringLiteral("discrete");
    case DeviceKind::Integrated:
        return QStringLiteral("integrated");
    case DeviceKind::Software:
        return QStringLiteral("software");
    }
    return {};
}

} // namespace

int DeviceModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_devices.size()) + 1;
}

QVariant DeviceModel::data(const QModelIndex& index, int role) const {
    if (index.row() < 0 || index.row() >= rowCount()) return {};
    const DeviceInfo* device = index.row() == 0 ? nullptr : &m_devices[std::size_t(index.row()) - 1];
    const QString id = device ? QString::fromStdString(device->id) : QStringLiteral("auto");
    switch (role) {
    case IdRole:
        return id;
    case NameRole:
        return device ? QString::fromStdString(device->name) : tr("Automatic");
    case KindRole:
        return device ? kindName(device->kind) : QStringLiteral("auto");
    case UsableRole:
        return !device || device->unusable.empty();
    case ReasonRole:
        return device ? detailText(device->unusable) : QString();
    case CurrentRole:
        return id == m_current;
    default:
        return {};
    }
}

QHash<int, QByteArray> DeviceModel::roleNames() const {
    return {{IdRole, "id"},         {NameRole, "name"},     {KindRole, "kind"},
            {UsableRole, "usable"}, {ReasonRole, "reason"}, {CurrentRole, "current"}};
}

void DeviceModel::setDevices(const std::vector<DeviceInfo>& devices) {
    beginResetModel();
    m_devices = devices;
    endResetModel();
}

void DeviceModel::setCurrent(const QString& id) {
    if (id == m_current) return;
    m_current = id;
    emit dataChanged(index(0), index(rowCount() - 1), {CurrentRole});
}

void DeviceModel::retranslate() { emit dataChanged(index(0), index(0), {NameRole}); }

} // namespace ponder
