#include "app/cli/command.h"

#include <array>

namespace ponder {

std::span<const Command* const> allCommands() {
    static constexpr std::array kAll{
        &kDevicesCommand,  &kInfoCommand,       &kFitCommand,      &kTokenizeCommand, &kRenderCommand,
        &kLogitsCommand,   &kPerplexityCommand, &kCompleteCommand, &kChatCommand,     &kBenchCommand,
        &kQuantizeCommand, &kConvertCommand,    &kSynthCommand,    &kModelsCommand,
    };
    return kAll;
}

const Command* findCommand(const QString& name) {
    for (const Command* command : allCommands())
        if (name == QLatin1String(command->name)) return command;
    return nullptr;
}

} // namespace ponder
