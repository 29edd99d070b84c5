// A small line icon, drawn from paths of this project.
//
// Takes a name and a colour; draws on a grid of 16 by 16 scaled to the item, with round strokes, so that it
// is crisp at every scale and needs no image plugin. Unknown names draw nothing.
//
// Owner: QML. Thread: GUI (paint on the render thread by QQuickPaintedItem's rules).
#pragma once

#include <QColor>
#include <QQuickPaintedItem>

namespace ponder {

class Icon : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString name READ name WRITE setName NOTIFY nameChanged)
    Q_PROPERTY(QColor color READ color WRITE setColor NOTIFY colorChanged)
    Q_PROPERTY(double stroke READ stroke WRITE setStroke NOTIFY strokeChanged) // of the 16-unit grid
public:
    explicit Icon(QQuickItem* parent = nullptr);

    QString name() const { return m_name; }
    QColor color() const { return m_color; }
    double stroke() const { return m_stroke; }
    void setName(const QString& name);
    void setColor(const QColor& color);
    void setStroke(double stroke);
    void paint(QPainter* painter) override;

    static QStringList names();

signals:
    void nameChanged();
    void colorChanged();
    void strokeChanged();

private:
    QString m_name;
    QColor m_color = Qt::black;
    double m_stroke = 1.5;
};

} // namespace ponder
