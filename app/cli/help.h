// The help texts of ponder-cli: all subcommands, or one of them with its options and examples.
//
// Owner: none. Thread: any. Next station: the terminal.
#pragma once

#include "app/cli/command.h"

namespace ponder {

QString generalHelp();
QString commandHelp(const Command& command, const Arguments& arguments);

} // namespace ponder
