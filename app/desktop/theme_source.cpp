#include "app/desktop/theme_source.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QEvent>
#include <QGuiApplication>
#include <QPalette>

namespace ponder {
namespace {

const auto kService = QStringLiteral("org.freedesktop.portal.Desktop");
const auto kPath = QStringLiteral("/org/freedesktop/portal/desktop");
const auto kInterface = QStringLiteral("org.freedesktop.portal.Settings");
const auto kGroup = QStringLiteral("org.freedesktop.appearance");
const auto kKey = QStringLiteral("color-scheme");

bool paletteIsDark() { return QGuiApplication::palette().color(QPalette::Window).lightness() < 128; }

} // namespace

ThemeSource::ThemeSource(QObject* parent) : QObject(parent), m_paletteDark(paletteIsDark()) {
    qApp->installEventFilter(this);
    askPortal();
}

bool ThemeSource::dark() const { return m_portalDark.value_or(m_paletteDark); }

std::optional<bool> ThemeSource::fromPortal(QVariant value) {
    while (value.metaType() == QMetaType::fromType<QDBusVariant>())
        value = value.value<QDBusVariant>().variant();
    bool isNumber = false;
    const uint scheme = value.toUInt(&isNumber);
    if (!isNumber || (scheme != 1 && scheme != 2)) return std::nullopt;
    return scheme == 1;
}

bool ThemeSource::eventFilter(QObject* watched, QEvent* event) {
    if (watched == qApp && event->type() == QEvent::ApplicationPaletteChange) {
        const bool before = dark();
        m_paletteDark = paletteIsDark();
        if (dark() != before) emit darkChanged();
    }
    return QObject::eventFilter(watched, event);
}

void ThemeSource::settingChanged(const QString& group, const QString& key, const QDBusVariant& value) {
    if (group == kGroup && key == kKey) setPortalAnswer(fromPortal(value.variant()));
}

void ThemeSource::askPortal() {
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    bus.connect(kService, kPath, kInterface, QStringLiteral("SettingChanged"), this,
                SLOT(settingChanged(QString, QString, QDBusVariant)));
    QDBusMessage call = QDBusMessage::createMethodCall(kService, kPath, kInterface, QStringLiteral("Read"));
    call << kGroup << kKey;
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* finished) {
        const QDBusPendingReply<QDBusVariant> reply = *finished;
        if (reply.isValid()) setPortalAnswer(fromPortal(reply.value().variant()));
        finished->deleteLater();
    });
}

void ThemeSource::setPortalAnswer(std::optional<bool> dark) {
    const bool before = this->dark();
    m_portalDark = dark;
    if (this->dark() != before) emit darkChanged();
}

} // namespace ponder
