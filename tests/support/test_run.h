// What a test program does with the words of its command line:
//
//     PROGRAM [CLASS...] [words of Qt Test]      runs these classes, or all of them
//     PROGRAM -classes                           lists them
//
// Takes the words without the name of the program and the names of its classes; gives which of them to run
// and what Qt Test is told. Owner: the caller. Errors: the name of a class that is not there.
#pragma once

#include <QStringList>

namespace ponder::test {

struct TestRun {
    bool list = false;
    QStringList classes; // in the order of the command line
    QStringList words;   // for Qt Test: options and functions
    QString unknown;     // a word that looks like a class and is none of this program

    static TestRun of(const QStringList& words, const QStringList& known);

    // The words for one class. Where several run, each writes a file of results of its own, named after it,
    // for Qt Test begins such a file anew.
    QStringList wordsFor(const QString& name) const;
};

} // namespace ponder::test
