#include "app/cli/help.h"

#include "app/cli/text.h"

namespace ponder {

QString generalHelp() {
    QString out = Cli::tr("Usage: ponder-cli SUBCOMMAND [options]") + QStringLiteral("\n\n");
    for (const Command* command : allCommands())
        out += QStringLiteral("  %1  %2\n")
                   .arg(QLatin1String(command->name), -10)
                   .arg(Cli::tr(command->summary));
    out += u'\n' + Cli::tr("Every subcommand has --help with examples, and --json.") + u'\n';
    out += Cli::tr("Exit codes: 0 done, 2 usage, 3 bad file, 4 does not fit, 5 device, 6 network, 130 "
                   "interrupted.") +
           QStringLiteral("\n\n");
    out += Cli::tr("Examples:") + u'\n';
    out += QStringLiteral("  ponder-cli devices\n"
                          "  ponder-cli chat model.gguf\n"
                          "  ponder-cli chat model.gguf --message \"What is 27 + 15?\" --json\n"
                          "  ponder-cli bench model.gguf --device vulkan\n");
    return out;
}

QString commandHelp(const Command& command, const Arguments& arguments) {
    QString out =
        Cli::tr("Usage: ponder-cli %1")
            .arg(QStringLiteral("%1 %2").arg(QLatin1String(command.name), QLatin1String(command.words)))
            .trimmed();
    out += QStringLiteral("\n\n") + Cli::tr(command.summary) + QStringLiteral("\n\n");
    out += Cli::tr("Options:") + u'\n' + arguments.optionsHelp() + u'\n';
    if (command.notes) out += Cli::tr(command.notes) + QStringLiteral("\n\n");
    out += Cli::tr("Examples:") + u'\n';
    for (const QString& example : QString::fromLatin1(command.examples).split(u'\n', Qt::SkipEmptyParts))
        out += QStringLiteral("  ponder-cli %1\n").arg(example);
    return out;
}

} // namespace ponder
