#include "app/prompt/template_probe.h"

namespace ponder {

const QString TemplateProbe::kQuestion = QStringLiteral("probe question");
const QString TemplateProbe::kThought = QStringLiteral("probe thought");
const QString TemplateProbe::kAnswer = QStringLiteral("probe answer");
const QString TemplateProbe::kInstruction = QStringLiteral("probe instruction");

TemplateProbe::TemplateProbe(ChatTemplate& chatTemplate, const ModelCard& card)
    : m_template(chatTemplate), m_card(card) {
    const auto rendered =
        render({templateMessage("system", kInstruction), templateMessage("user", kQuestion)});
    m_takesSystemPrompt = rendered && rendered->contains(kInstruction);
}

std::optional<QString> TemplateProbe::render(const QJsonArray& messages, const QJsonObject& variables) {
    if (m_ranTooLong) return {};
    TemplateInput input;
    input.messages = messages;
    input.variables = variables;
    input.bosToken = m_card.bosToken;
    input.eosToken = m_card.eosToken;
    const Result<QString> rendered = m_template.render(input);
    if (rendered) return *rendered;
    m_ranTooLong = rendered.error().code == ErrorCode::TemplateTimeout;
    return {};
}

QJsonArray TemplateProbe::question() const {
    QJsonArray out;
    if (m_takesSystemPrompt) out << templateMessage("system", kInstruction);
    out << templateMessage("user", kQuestion);
    return out;
}

QJsonArray TemplateProbe::secondQuestion() const {
    QJsonArray out = question();
    QJsonObject answer = templateMessage("assistant", kAnswer);
    answer.insert(QStringLiteral("reasoning_content"), kThought);
    out << answer << templateMessage("user", kQuestion);
    return out;
}

} // namespace ponder
