// The words for reasoning efforts that a chat template's source speaks of.
//
// Takes Jinja source; gives words that it compares `reasoning_effort` with, looks up by it, or puts in its
// place, under other names as well, from the least effort to the most. They are guesses: whoever asks tries
// them by rendering. Thread: any. Errors: none. Next station: template_switches.h.
#pragma once

#include <QString>
#include <QStringList>

namespace ponder {

QStringList effortWordsIn(const QString& source);
// From the least effort to the most; words that the field does not know come last.
void sortEfforts(QStringList& words);

} // namespace ponder
