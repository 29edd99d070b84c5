// How much room there is where something is to be written.
//
// Takes a path that need not exist yet: the disk that it is on, or will be. Owner: free functions. Thread:
// any but the GUI's, as a dead network folder does not answer. Errors: none; -1 where the system does not
// say. Next stations: model_fetch.h, download.h, model_copy.h, fit/conversion_choices.h.
#pragma once

#include <QString>

namespace ponder {

qint64 freeBytesFor(const QString& path);

// The path itself, or the nearest folder above it that is there.
QString nearestExisting(const QString& path);

} // namespace ponder
