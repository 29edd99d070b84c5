// Where this program keeps what it can make again: tuned kernels, compiled pipelines.
//
// PONDER_DATA_DIR, if set, holds it as well (Database::defaultFolder()). Owner: plain function. Thread: any.
// Next station: LoadOptions::cacheFolder.
#pragma once

#include <QString>

namespace ponder {

QString cacheFolder();

} // namespace ponder
