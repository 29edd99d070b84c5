// --no-thinking, --effort and --keep-thoughts of chat and render: what is wanted of the model's thoughts.
//
// Takes the command line and what the template lets one choose. Owner: none. Thread: any. Errors: BadArgument
// where the template has no such level, with those that there are, or nothing to choose. Next station:
// TemplateSwitches::variables().
#pragma once

#include "app/cli/arguments.h"
#include "app/prompt/template_switches.h"

namespace ponder::thinking_options {

void declare(Arguments& arguments);
Result<ThinkingChoice> read(const Arguments& arguments, const TemplateSwitches& switches);

} // namespace ponder::thinking_options
