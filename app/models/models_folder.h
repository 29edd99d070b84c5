// Where this program puts model files of its own: converted, downloaded and copied ones.
//
// PONDER_MODELS_DIR, else the folder chosen in the settings, else "models" beside the history. The folder may
// not be there yet; whoever writes into it makes it. Owner: plain function. Thread: any. Next station:
// model_copy.h, downloads, conversion.
#pragma once

#include <QString>

namespace ponder {

// `chosen` is Settings::modelsFolder(); empty: none was chosen.
QString modelsFolder(const QString& chosen = {});

} // namespace ponder
