#include "app/desktop/announcer.h"

#include <QAccessible>

namespace ponder {

Announcer::Announcer(QQuickItem* parent) : QQuickItem(parent) {}

void Announcer::announce(const QString& sentence) {
    if (sentence.isEmpty()) return;
    m_text = sentence;
    emit textChanged(); // the QML binds Accessible.name to it
    if (!QAccessible::isActive()) return;
    // Readers differ in which of these they speak for a notification; each speaks it once.
    for (const QAccessible::Event type :
         {QAccessible::NameChanged, QAccessible::ObjectShow, QAccessible::Alert}) {
        QAccessibleEvent event(this, type);
        QAccessible::updateAccessibility(&event);
    }
}

} // namespace ponder
