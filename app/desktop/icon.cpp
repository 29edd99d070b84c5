#include "app/desktop/icon.h"

#include <QPainter>
#include <QPainterPath>

#include <array>
#include <string_view>

namespace ponder {
namespace {

struct Drawing {
    std::string_view name;
    // Letters as in SVG paths, absolute only: M x y, L x y, C six numbers, Z; and two of our own: A cx cy r
    // start span (an arc, degrees anticlockwise), R x y w h radius (a rounded rectangle).
    const char* strokes;
    const char* fills = "";
};

constexpr std::array kDrawings{
    Drawing{"brand", "A 8 8 6.6 20 290"},
    Drawing{"plus", "M 8 3 L 8 13 M 3 8 L 13 8"},
    Drawing{"send", "M 8 13 L 8 3.2 M 3.8 7.4 L 8 3.2 L 12.2 7.4"},
    Drawing{"stop", "", "R 4 4 8 8 1.6"},
    Drawing{"chevron-right", "M 6 3.5 L 10.5 8 L 6 12.5"},
    Drawing{"chevron-down", "M 3.5 6 L 8 10.5 L 12.5 6"},
    Drawing{"chevron-up", "M 3.5 10.5 L 8 6 L 12.5 10.5"},
    Drawing{"down", "M 8 3 L 8 12.8 M 3.8 8.6 L 8 12.8 L 12.2 8.6"},
    Drawing{"copy", "R 5.5 5.5 8 8 1.8 M 10.5 2.5 L 4.2 2.5 C 3.3 2.5 2.5 3.3 2.5 4.2 L 2.5 10.5"},
    Drawing{"check", "M 3 8.6 L 6.4 12 L 13 4.6"},
    Drawing{"refresh", "A 8 8 5.2 50 -290 M 11.6 1.6 L 11.6 4.4 L 8.6 4.6"},
    Drawing{"edit", "M 10.6 2.8 L 13.2 5.4 L 5.8 12.8 L 2.8 13.2 L 3.2 10.2 Z M 8.9 4.5 L 11.5 7.1"},
    Drawing{"trash",
            "M 2.8 4.4 L 13.2 4.4 M 6 4.2 L 6.4 2.4 L 9.6 2.4 L 10 4.2 M 4.2 4.6 L 4.8 13.6 L 11.2 13.6 L "
            "11.8 4.6"},
    Drawing{"sidebar", "R 2 3 12 10 2 M 6.2 3.2 L 6.2 12.8"},
    Drawing{"settings",
            "M 2 5 L 8.4 5 M 12 5 L 14 5 A 10.2 5 1.7 0 360 M 2 11 L 4 11 M 7.6 11 L 14 11 A 5.8 11 1.7 0 "
            "360"},
    Drawing{"close", "M 4 4 L 12 12 M 12 4 L 4 12"},
    Drawing{"warning", "M 8 2.6 L 14 13.2 L 2 13.2 Z M 8 6.6 L 8 9.4", "A 8 11.4 0.85 0 360"},
    Drawing{"more", "", "A 3.4 8 1.25 0 360 A 8 8 1.25 0 360 A 12.6 8 1.25 0 360"},
    Drawing{
        "file",
        "M 9 2.2 L 4.6 2.2 C 4 2.2 3.6 2.6 3.6 3.2 L 3.6 12.8 C 3.6 13.4 4 13.8 4.6 13.8 L 11.4 13.8 C 12 "
        "13.8 12.4 13.4 12.4 12.8 L 12.4 5.6 Z M 9 2.4 L 9 5.6 L 12.2 5.6"},
    Drawing{
        "chip",
        "R 4 4 8 8 1.5 M 6.5 1.8 L 6.5 4 M 9.5 1.8 L 9.5 4 M 6.5 12 L 6.5 14.2 M 9.5 12 L 9.5 14.2 M 1.8 6.5 "
        "L 4 6.5 M 1.8 9.5 L 4 9.5 M 12 6.5 L 14.2 6.5 M 12 9.5 L 14.2 9.5"},
};

// Reads the numbers and letters of one drawing in order.
class PathReader {
public:
    explicit PathReader(const char* text)
        : m_words(QString::fromLatin1(text).split(u' ', Qt::SkipEmptyParts)) {}

    QPainterPath path() {
        QPainterPath out;
        while (m_next < m_words.size())
            command(out, m_words[m_next++]);
        return out;
    }

private:
    double number() { return m_next < m_words.size() ? m_words[m_next++].toDouble() : 0.0; }
    QPointF point() {
        const double x = number();
        return {x, number()};
    }
    void command(QPainterPath& out, const QString& letter) {
        if (letter == u"M") {
            out.moveTo(point());
        } else if (letter == u"L") {
            out.lineTo(point());
        } else if (letter == u"C") {
            const QPointF first = point();
            const QPointF second = point();
            out.cubicTo(first, second, point());
        } else if (letter == u"Z") {
            out.closeSubpath();
        } else if (letter == u"A") {
            const QPointF centre = point();
            const double radius = number();
            const QRectF box(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius);
            const double start = number();
            out.arcMoveTo(box, start);
            out.arcTo(box, start, number());
        } else if (letter == u"R") {
            const QPointF corner = point();
            const QPointF size = point();
            const double radius = number();
            out.addRoundedRect(QRectF(corner, QSizeF(size.x(), size.y())), radius, radius);
        }
    }

    QStringList m_words;
    qsizetype m_next = 0;
};

} // namespace

Icon::Icon(QQuickItem* parent) : QQuickPaintedItem(parent) {
    setAntialiasing(true);
    setImplicitSize(16, 16);
}

void Icon::setName(const QString& name) {
    if (name == m_name) return;
    m_name = name;
    emit nameChanged();
    update();
}

void Icon::setColor(const QColor& color) {
    if (color == m_color) return;
    m_color = color;
    emit colorChanged();
    update();
}

void Icon::setStroke(double stroke) {
    if (stroke == m_stroke) return;
    m_stroke = stroke;
    emit strokeChanged();
    update();
}

void Icon::paint(QPainter* painter) {
    const std::string name = m_name.toStdString();
    for (const Drawing& drawing : kDrawings) {
        if (drawing.name != name) continue;
        painter->setRenderHint(QPainter::Antialiasing);
        painter->scale(width() / 16.0, height() / 16.0);
        painter->strokePath(PathReader(drawing.strokes).path(),
                            QPen(m_color, m_stroke, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->fillPath(PathReader(drawing.fills).path(), m_color);
        return;
    }
}

QStringList Icon::names() {
    QStringList all;
    for (const Drawing& drawing : kDrawings)
        all << QString::fromLatin1(drawing.name.data(), qsizetype(drawing.name.size()));
    return all;
}

} // namespace ponder
