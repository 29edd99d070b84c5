#include "app/cli/command.h"

#include <array>

namespace ponder {

std::span<const Command* const> allCommands() {
    static constexpr std::array kAll{
        &kDevicesCommand,  &kInfoCommand,    &kFitCommand,      &kModelsCommand,
        &kDownloadCommand, &kConvertCommand, &kQuantizeCommand, &kMergeCommand,
        &kTokenizeCommand, &kRenderCommand,  &kLogitsCommand,   &kPerplexityCommand,
        &kCompleteCommand, &kChatCommand,    &kBenchCommand,    &kSynthCommand,
    };
    return kAll;
}

const Command* findCommand(const QString& name) {
    for (const Command* command : allCommands())
        if (name == QLatin1String(command->name)) return command;
    return nullptr;
}

} // namespace ponder
