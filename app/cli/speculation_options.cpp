#include "app/cli/speculation_options.h"

#include "app/cli/text.h"

#include <utility>

namespace ponder {

void SpeculationOptions::declare(Arguments& arguments) {
    arguments.flag(
        QStringLiteral("lookup"),
        Cli::tr("Guesses ahead from what was said before: the same reply, sooner where it repeats."));
    arguments.text(
        QStringLiteral("draft"), QStringLiteral("MODEL"),
        Cli::tr("A smaller model of the same vocabulary guesses ahead: the same reply, sooner where "
                "it guesses well."),
        Arguments::Presence::Optional);
}

Result<SpeculationOptions> SpeculationOptions::load(const Invocation& call, const Model& model,
                                                    std::stop_token stop) {
    SpeculationOptions options;
    options.m_lookup = call.arguments.has(QStringLiteral("lookup"));
    if (!call.arguments.has(QStringLiteral("draft"))) return options;
    auto loaded = loadModel(call, std::move(stop), model.contextTokens(),
                            call.arguments.text(QStringLiteral("draft")).toStdString());
    if (!loaded) return loaded.error();
    auto draft = createDraft(model, **loaded);
    if (!draft) return draft.error();
    options.m_model = std::move(*loaded);
    options.m_draft = std::move(*draft);
    return options;
}

SpeculationSettings SpeculationOptions::settings() const {
    SpeculationSettings settings;
    settings.lookup = m_lookup;
    settings.draft = m_draft.get();
    return settings;
}

} // namespace ponder
