// Makes a part of the window while it is needed.
//
// Like Qt Quick's Loader with sourceComponent, but also for bound components, which the Loader of Qt 6.4
// refuses. The part gets this item's width; this item takes the part's implicit size.
//
// Takes a component, or null for nothing; owns what it makes. Owner: QML. Thread: GUI.
#pragma once

#include <QPointer>
#include <QQmlComponent>
#include <QQuickItem>

namespace ponder {

class PartLoader : public QQuickItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QQmlComponent* part READ part WRITE setPart NOTIFY partChanged)
    Q_PROPERTY(QQuickItem* item READ item NOTIFY itemChanged)
    Q_PROPERTY(bool active READ isActive WRITE setActive NOTIFY activeChanged)
    // The part has its final size as soon as it is made, not at the next polish: a list that fills a page
    // would otherwise make its rows by the hundred, because each has no height yet.
    Q_PROPERTY(bool settled MEMBER m_settled)
public:
    explicit PartLoader(QQuickItem* parent = nullptr);

    QQmlComponent* part() const { return m_part; }
    QQuickItem* item() const { return m_item; }
    bool isActive() const { return m_active; }
    void setPart(QQmlComponent* part);
    void setActive(bool active);

signals:
    void partChanged();
    void itemChanged();
    void activeChanged();

protected:
    void componentComplete() override;
    void geometryChange(const QRectF& now, const QRectF& before) override;

private:
    void rebuild();
    void make();
    void takeSize();

    QPointer<QQmlComponent> m_part;
    QPointer<QQuickItem> m_item;
    bool m_active = true;
    bool m_settled = false;
};

} // namespace ponder
