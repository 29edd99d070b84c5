#include "app/desktop/part_loader.h"

#include <QQmlEngine>

namespace ponder {

namespace {

// Children first, because positioners add up their sizes.
void settle(QQuickItem* item) {
    const QList<QQuickItem*> children = item->childItems();
    for (QQuickItem* child : children)
        settle(child);
    item->ensurePolished();
}

} // namespace

PartLoader::PartLoader(QQuickItem* parent) : QQuickItem(parent) {}

void PartLoader::setPart(QQmlComponent* part) {
    if (part == m_part) return;
    m_part = part;
    emit partChanged();
    rebuild();
}

void PartLoader::setActive(bool active) {
    if (active == m_active) return;
    m_active = active;
    emit activeChanged();
    rebuild();
}

void PartLoader::componentComplete() {
    QQuickItem::componentComplete();
    rebuild();
}

void PartLoader::geometryChange(const QRectF& now, const QRectF& before) {
    QQuickItem::geometryChange(now, before);
    if (m_item && now.width() != before.width()) m_item->setWidth(now.width());
}

void PartLoader::rebuild() {
    if (!isComponentComplete()) return;
    if (m_item) {
        m_item->disconnect(this);
        m_item->setParentItem(nullptr);
        m_item->deleteLater();
        m_item = nullptr;
    }
    if (m_active && m_part) make();
    takeSize();
    emit itemChanged();
}

void PartLoader::make() {
    QQmlContext* context = m_part->creationContext() ? m_part->creationContext() : qmlContext(this);
    QObject* made = m_part->beginCreate(context);
    auto* item = qobject_cast<QQuickItem*>(made);
    if (!item) {
        qWarning("PartLoader needs an item: %s", qPrintable(m_part->errorString()));
        m_part->completeCreate();
        if (made) made->deleteLater();
        return;
    }
    m_item = item;
    QQmlEngine::setObjectOwnership(item, QQmlEngine::CppOwnership);
    item->setParent(this);
    item->setParentItem(this);
    item->setWidth(width());
    m_part->completeCreate();
    if (m_settled) settle(item);
    connect(item, &QQuickItem::implicitWidthChanged, this, &PartLoader::takeSize);
    connect(item, &QQuickItem::implicitHeightChanged, this, &PartLoader::takeSize);
}

void PartLoader::takeSize() {
    setImplicitSize(m_item ? m_item->implicitWidth() : 0, m_item ? m_item->implicitHeight() : 0);
}

} // namespace ponder
