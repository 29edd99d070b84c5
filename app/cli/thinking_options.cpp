#include "app/cli/thinking_options.h"

#include "app/cli/text.h"

namespace ponder::thinking_options {
namespace {

const QString kEffort = QStringLiteral("effort");
const QString kKeep = QStringLiteral("keep-thoughts");
const QString kYes = QStringLiteral("yes");

Error wrong(const QString& words, const QString& why) {
    return {ErrorCode::BadArgument, ("--" + words).toStdString(), why.toStdString()};
}

} // namespace

void declare(Arguments& arguments) {
    arguments.flag(QStringLiteral("no-thinking"), Cli::tr("Ask the model to answer without thinking."));
    arguments.text(kEffort, QStringLiteral("LEVEL"),
                   Cli::tr("How much the model should think, in its template's own words; info lists them."),
                   Arguments::Presence::Optional);
    arguments.choice(
        kKeep, {kYes, QStringLiteral("no")},
        Cli::tr("Whether the thoughts of earlier answers are sent again; the default is the template's."));
}

Result<ThinkingChoice> read(const Arguments& arguments, const TemplateSwitches& switches) {
    ThinkingChoice choice;
    choice.on = !arguments.has(QStringLiteral("no-thinking"));
    if (arguments.has(kEffort)) {
        choice.effort = arguments.text(kEffort);
        const QString words = kEffort + u' ' + choice.effort;
        if (switches.efforts.isEmpty())
            return wrong(words, Cli::tr("this chat template has no levels of effort"));
        if (!switches.efforts.contains(choice.effort))
            return wrong(words,
                         Cli::tr("the levels are %1").arg(switches.efforts.join(QStringLiteral(", "))));
    }
    if (arguments.has(kKeep)) {
        if (switches.earlier.isEmpty())
            return wrong(kKeep, Cli::tr("this chat template leaves no choice about earlier thoughts"));
        choice.keepEarlier = arguments.text(kKeep) == kYes;
    }
    return choice;
}

} // namespace ponder::thinking_options
