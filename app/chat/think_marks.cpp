#include "app/chat/think_marks.h"

#include <QRegularExpression>

namespace ponder {

std::optional<ThinkMarkers> markersFromLine(const QString& line, const ThinkMarkers& model) {
    static const QRegularExpression space(QStringLiteral("\\s+"));
    const QStringList words = line.split(space, Qt::SkipEmptyParts);
    ThinkMarkers markers = model;
    if (words.size() == 1 && words.front() == QLatin1String("never")) {
        markers.reasons = false;
        return markers;
    }
    if (words.size() != 2 || words[0] == words[1]) return std::nullopt;
    markers.reasons = true;
    markers.open = words[0];
    markers.close = words[1];
    return markers;
}

} // namespace ponder
