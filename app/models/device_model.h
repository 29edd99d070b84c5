// The devices that can run a model, "auto" first; unusable ones with the reason.
//
// Owner: ModelLibrary. Thread: GUI. Previous station: the engine's list. Next station: ui/models.
#pragma once

#include "engine/backend/backend.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

#include <vector>

namespace ponder {

class DeviceModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.library.devices is the one there is")
public:
    enum Role { IdRole = Qt::UserRole + 1, NameRole, KindRole, UsableRole, ReasonRole, CurrentRole };

    using QAbstractListModel::QAbstractListModel;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    void setDevices(const std::vector<DeviceInfo>& devices);
    void setCurrent(const QString& id);
    void retranslate();

private:
    std::vector<DeviceInfo> m_devices; // without "auto", which is row 0
    QString m_current = QStringLiteral("auto");
};

} // namespace ponder
