// The subcommands of ponder-cli: what each is called, takes and does.
//
// declare() says which arguments the command takes; run() gets them checked, and returns an exit code. One
// command per <name>_command.cpp. Thread: main. Previous station: main.cpp. Next station: the engine.
#pragma once

#include "app/cli/arguments.h"
#include "app/cli/console.h"
#include "app/cli/interrupt.h"

#include <span>

namespace ponder {

struct Invocation {
    const Arguments& arguments;
    const Console& console;
    Interrupt& interrupt;
};

struct Command {
    const char* name;
    const char* words;    // after the name in the usage line
    const char* summary;  // English; translated under ponder::Cli
    const char* examples; // one a line, as typed after the prompt
    void (*declare)(Arguments& arguments);
    int (*run)(const Invocation& call);
    const char* notes = nullptr; // English paragraph under the options, translated as above; or nothing
};

extern const Command kDevicesCommand;
extern const Command kInfoCommand;
extern const Command kFitCommand;
extern const Command kTokenizeCommand;
extern const Command kRenderCommand;
extern const Command kLogitsCommand;
extern const Command kPerplexityCommand;
extern const Command kCompleteCommand;
extern const Command kChatCommand;
extern const Command kBenchCommand;
extern const Command kQuantizeCommand;
extern const Command kMergeCommand;
extern const Command kSynthCommand;
extern const Command kConvertCommand;
extern const Command kModelsCommand;
extern const Command kDownloadCommand;

// In the order of the help text.
std::span<const Command* const> allCommands();
const Command* findCommand(const QString& name);

} // namespace ponder
