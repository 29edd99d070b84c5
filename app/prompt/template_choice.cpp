#include "app/prompt/template_choice.h"

#include "app/prompt/builtin_template.h"
#include "engine/base/translatable.h"

#include <QJsonObject>

namespace ponder {
namespace {

// Nothing where the template renders a question, else what is wrong with it.
std::optional<Error> fault(ChatTemplate& candidate, const ModelCard& card) {
    const QString question = QStringLiteral("ponder probe question");
    TemplateInput input;
    input.messages = {QJsonObject{{"role", "user"}, {"content", question}}};
    input.bosToken = card.bosToken;
    input.eosToken = card.eosToken;
    const Result<QString> rendered = candidate.render(input);
    if (!rendered) return rendered.error();
    if (!rendered->contains(question))
        return Error{ErrorCode::TemplateFailed, card.name.toStdString(),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "it leaves the question out"), {}}};
    return std::nullopt;
}

} // namespace

TemplateChoice TemplateChoice::forModel(const ModelCard& card) {
    TemplateChoice choice;
    if (!card.ownTemplate.trimmed().isEmpty()) {
        choice.chatTemplate = std::make_unique<ChatTemplate>(card.ownTemplate, card.name);
        choice.ownReason = fault(*choice.chatTemplate, card);
        choice.origin = Origin::Own;
        if (!choice.ownReason) return choice;
        choice.origin = Origin::File;
    }
    if (!card.chatTemplate.trimmed().isEmpty()) {
        choice.chatTemplate = std::make_unique<ChatTemplate>(card.chatTemplate, card.name);
        choice.reason = fault(*choice.chatTemplate, card);
        if (!choice.reason) return choice;
        choice.origin = Origin::BuiltinForBroken;
    } else {
        choice.origin = Origin::BuiltinForMissing;
    }
    const BuiltinTemplate& builtin = builtinTemplateFor(card.specialTexts);
    choice.chatTemplate = std::make_unique<ChatTemplate>(builtin.source, card.name);
    choice.builtinName = QString::fromLatin1(builtin.name);
    choice.stop = builtin.stop;
    return choice;
}

} // namespace ponder
