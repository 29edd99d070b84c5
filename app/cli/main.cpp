// ponder-cli: the engine on the command line. Puts console, translation and interrupts together, then hands
// over to one of the subcommands of command.h.
#include "app/cli/command.h"
#include "app/cli/help.h"
#include "app/cli/text.h"

#include <QLocale>
#include <QTranslator>

using namespace ponder;

namespace {

int usageError(const Console& console, const QString& sentence, const QString& helpWords) {
    console.note(sentence);
    console.note(Cli::tr("See: ponder-cli %1").arg(helpWords));
    return kUsage;
}

int runCommand(const Command& command, const QStringList& words, Interrupt& interrupt) {
    Arguments arguments;
    command.declare(arguments);
    const Result<void> parsed = arguments.parse(words);
    const Console console(parsed && arguments.json());
    if (!parsed) {
        console.fail(parsed.error());
        console.note(
            Cli::tr("See: ponder-cli %1").arg(QLatin1String(command.name) + QStringLiteral(" --help")));
        return kUsage;
    }
    if (arguments.has(QStringLiteral("help"))) {
        console.write(commandHelp(command, arguments));
        return kDone;
    }
    return command.run({arguments, console, interrupt});
}

} // namespace

int main(int argc, char** argv) {
    Interrupt interrupt; // first, because every later thread inherits the blocked signal
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("ponder")); // history and cache are the window's
    QCoreApplication::setApplicationVersion(QStringLiteral(PONDER_VERSION));
    QTranslator translator;
    if (translator.load(QLocale(), QStringLiteral("ponder"), QStringLiteral("_"), QStringLiteral(":/i18n")))
        QCoreApplication::installTranslator(&translator);

    const Console console(false);
    const QStringList words = QCoreApplication::arguments().mid(1);
    const QString first = words.value(0);
    if (first == u"--version") {
        console.line(QStringLiteral("ponder-cli %1").arg(QCoreApplication::applicationVersion()));
        return kDone;
    }
    if (first == u"--help" || first == u"-h" || first == u"help") {
        console.write(generalHelp());
        return kDone;
    }
    if (first.isEmpty())
        return usageError(console, Cli::tr("A subcommand is missing."), QStringLiteral("--help"));
    const Command* command = findCommand(first);
    if (!command)
        return usageError(console, Cli::tr("There is no subcommand \"%1\".").arg(first),
                          QStringLiteral("--help"));
    return runCommand(*command, words.mid(1), interrupt);
}
