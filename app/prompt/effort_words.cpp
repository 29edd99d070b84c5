#include "app/prompt/effort_words.h"

#include <QRegularExpression>

#include <algorithm>

namespace ponder {
namespace {

constexpr qsizetype kMostWords = 16; // each costs a rendering
constexpr qsizetype kMostNames = 8;

// Every repetition has a bound: the source comes from a hostile file. Regular expressions cannot reuse a
// group's number, so a word is quoted by either mark without looking that both are the same.
const QString kWord = QStringLiteral("[\"']([A-Za-z][A-Za-z0-9_-]{0,15})[\"']");
// Filters and methods behind a name, as in `| default("x") | lower` and `.lower()`, and a bracket that
// closes.
const QString kFilters = QStringLiteral(
    R"((?:\s{0,9}\|\s{0,9}\w{1,20}(?:\([^()]{0,60}\))?|\.\w{1,20}\(\)){0,4}\s{0,9}\)?\s{0,9})");

void addWords(QStringList& words, const QString& text, const QString& behind = {}) {
    for (auto found = QRegularExpression(kWord + behind).globalMatch(text); found.hasNext();)
        words << found.next().captured(1);
}

void addMatches(QStringList& words, const QString& source, const QString& pattern) {
    for (auto found = QRegularExpression(pattern).globalMatch(source); found.hasNext();)
        addWords(words, found.next().captured());
}

// The words of the lists and the keys of the dictionaries that are set under these names.
void addTables(QStringList& words, const QString& source, const QString& pattern) {
    QStringList tables;
    for (auto found = QRegularExpression(pattern).globalMatch(source); found.hasNext();)
        tables << found.next().captured(1);
    tables.removeDuplicates();
    for (const QString& table : tables.mid(0, kMostNames)) {
        const QRegularExpression set(QStringLiteral(R"(\bset\s{1,9}%1\s{0,9}=\s{0,9}([\[({][^%]{0,2000}))")
                                         .arg(QRegularExpression::escape(table)));
        const QString value = set.match(source).captured(1);
        addWords(words, value, value.startsWith(u'{') ? QStringLiteral("\\s{0,9}:") : QString());
    }
}

// `reasoning_effort`, and what is set from it; the words in such a statement are defaults.
QStringList namesFor(const QString& source, QStringList& words) {
    static const QRegularExpression set(
        QStringLiteral(R"(\bset\s{1,9}([A-Za-z_][\w.]{0,40})\s{0,9}=([^%]{0,300}))"));
    QStringList names{QStringLiteral("reasoning_effort")};
    for (auto found = set.globalMatch(source); found.hasNext();) {
        const QRegularExpressionMatch statement = found.next();
        const QString name = statement.captured(1), value = statement.captured(2);
        if (!names.contains(name) && !value.contains(names.front())) continue;
        addWords(words, value);
        if (!names.contains(name) && names.size() < kMostNames) names << name;
    }
    return names;
}

// none, no_think and minimal are one level.
int rank(const QString& word) {
    static const QStringList order{QStringLiteral("none"),    QStringLiteral("no_think"),
                                   QStringLiteral("minimal"), QStringLiteral("low"),
                                   QStringLiteral("medium"),  QStringLiteral("high"),
                                   QStringLiteral("xhigh"),   QStringLiteral("max")};
    const qsizetype at = order.indexOf(word.toLower());
    return static_cast<int>(at < 0 ? order.size() : at);
}

} // namespace

void sortEfforts(QStringList& words) {
    std::stable_sort(words.begin(), words.end(),
                     [](const QString& left, const QString& right) { return rank(left) < rank(right); });
}

QStringList effortWordsIn(const QString& source) {
    QStringList words;
    QStringList escaped;
    for (const QString& name : namesFor(source, words))
        escaped << QRegularExpression::escape(name);
    const QString name = QStringLiteral("\\b(?:%1)\\b").arg(escaped.join(u'|'));
    const QString same = QStringLiteral("(?:==|!=)\\s{0,9}");
    const QString within = QStringLiteral("\\b(?:not\\s{1,9})?in\\s{0,9}");
    addMatches(words, source, name + kFilters + same + kWord);
    addMatches(words, source, kWord + QStringLiteral("\\s{0,9}") + same + name);
    addMatches(words, source, name + kFilters + within + QStringLiteral(R"([\[(][^\])]{0,200}[\])])"));
    addMatches(words, source, name + QStringLiteral(R"(\s{0,9}\|\s{0,9}default\(\s{0,9})") + kWord);
    addTables(words, source, name + kFilters + within + QStringLiteral(R"(([A-Za-z_][\w.]{0,40}))"));
    addTables(words, source, QStringLiteral(R"(\b([A-Za-z_]\w{0,40})(?:\[|\.get\()\s{0,9})") + name);
    words.removeDuplicates();
    words = words.mid(0, kMostWords);
    sortEfforts(words);
    return words;
}

} // namespace ponder
