// Whether the desktop asks for dark colours.
//
// Asks the desktop portal (org.freedesktop.appearance color-scheme) and follows its changes; where there is
// no portal or it has no preference, the lightness of the application palette decides. Asking never blocks:
// the palette's answer holds until the portal's arrives.
//
// QML singleton, owned by the QML engine. Thread: GUI. Next station: ui/theme/Theme.qml.
#pragma once

#include <QDBusVariant>
#include <QObject>
#include <QtQml/qqmlregistration.h>

#include <optional>

namespace ponder {

class ThemeSource : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON
    Q_PROPERTY(bool dark READ dark NOTIFY darkChanged)
public:
    explicit ThemeSource(QObject* parent = nullptr);

    bool dark() const;

    // The portal's value: 1 dark, 2 light, anything else no preference. Nested variants are unwrapped.
    static std::optional<bool> fromPortal(QVariant value);

    bool eventFilter(QObject* watched, QEvent* event) override;

signals:
    void darkChanged();

private slots:
    void settingChanged(const QString& group, const QString& key, const QDBusVariant& value);

private:
    void askPortal();
    void setPortalAnswer(std::optional<bool> dark);

    std::optional<bool> m_portalDark;
    bool m_paletteDark = false;
};

} // namespace ponder
