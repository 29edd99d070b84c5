#include "tests/support/test_run.h"

namespace ponder::test {

namespace {

bool namesAClass(const QString& word) {
    return !word.startsWith(u'-') && (word.endsWith(u"_test") || word.endsWith(u"_bench"));
}

// "folder/results.xml,junitxml" becomes "folder/NAME-results.xml,junitxml"; "-,txt" is the terminal.
QString resultsOf(const QString& name, const QString& place) {
    if (place == u"-" || place.startsWith(u"-,")) return place;
    QString own = place;
    return own.insert(place.lastIndexOf(u'/') + 1, name + u'-');
}

} // namespace

TestRun TestRun::of(const QStringList& words, const QStringList& known) {
    TestRun run;
    for (const QString& word : words) {
        if (!run.words.isEmpty() && run.words.last() == u"-o")
            run.words += word; // a file, whatever its name
        else if (word == u"-classes")
            run.list = true;
        else if (known.contains(word))
            run.classes += word;
        else if (namesAClass(word))
            run.unknown = word;
        else
            run.words += word;
    }
    if (run.classes.isEmpty()) run.classes = known;
    return run;
}

QStringList TestRun::wordsFor(const QString& name) const {
    QStringList own = words;
    if (classes.size() > 1)
        for (qsizetype i = 1; i < own.size(); ++i)
            if (own[i - 1] == u"-o") own[i] = resultsOf(name, own[i]);
    return own;
}

} // namespace ponder::test
