// The translation context of everything ponder-cli says: Cli::tr("...").
//
// Owner: none. Thread: any, after main() has installed the translation. Next station: console.h.
#pragma once

#include <QCoreApplication>

namespace ponder {

class Cli {
    Q_DECLARE_TR_FUNCTIONS(ponder::Cli)
};

} // namespace ponder
