// What ponder-cli tells the shell that started it.
//
// Takes an error code of the engine; gives one of the codes that the man page lists. Next station: the shell.
#pragma once

#include "engine/base/error.h"

namespace ponder {

enum ExitCode : int {
    kDone = 0,
    kInternal = 1,
    kUsage = 2,
    kBadFile = 3,
    kDoesNotFit = 4,
    kDevice = 5,
    kNetwork = 6,
    kInterrupted = 130,
};

ExitCode exitCode(ErrorCode code);

} // namespace ponder
