// A whole file as bytes, for texts that subcommands read; "-" is standard input.
//
// Owner: the caller. Thread: any. Errors: FileNotFound, FileUnreadable. Next station: the tokenizer or the
// chat template.
#pragma once

#include "engine/base/result.h"

#include <QString>

namespace ponder {

Result<std::string> readInput(const QString& path);

} // namespace ponder
