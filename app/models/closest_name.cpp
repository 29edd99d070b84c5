#include "app/models/closest_name.h"

#include "engine/base/translatable.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace ponder {
namespace {

constexpr qsizetype kShown = 5;
constexpr qsizetype kCompared = 200; // characters, so that a hostile list costs little

// Steps (insert, remove, change a character) from one to the other; capitals do not count.
int distance(const QString& left, const QString& right) {
    const QString a = left.left(kCompared).toLower(), b = right.left(kCompared).toLower();
    std::vector<int> row(std::size_t(b.size()) + 1);
    std::iota(row.begin(), row.end(), 0);
    for (qsizetype i = 0; i < a.size(); ++i) {
        int diagonal = row[0];
        row[0] = int(i) + 1;
        for (qsizetype j = 0; j < b.size(); ++j) {
            const auto at = std::size_t(j);
            const int change = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[at + 1];
            row[at + 1] = std::min({change, row[at] + 1, row[at + 1] + 1});
        }
    }
    return row.back();
}

} // namespace

QStringList closestNames(const QString& name, const QStringList& known) {
    std::vector<std::pair<int, QString>> sorted;
    for (const QString& other : known) {
        const bool inside = !name.isEmpty() && other.contains(name, Qt::CaseInsensitive);
        sorted.emplace_back(inside ? 0 : distance(name, other), other);
    }
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    QStringList out;
    for (const auto& [steps, other] : sorted)
        if (out.size() < kShown) out << other;
    return out;
}

Detail closestDetail(const QString& name, const QStringList& known) {
    const QStringList closest = closestNames(name, known);
    if (closest.isEmpty()) return {PONDER_TR_NOOP("ErrorDetail", "nothing there has a similar name"), {}};
    return {PONDER_TR_NOOP("ErrorDetail", "the closest names there are %1"),
            {closest.join(QStringLiteral(", ")).toStdString()}};
}

} // namespace ponder
