#include "app/prompt/prompt_builder.h"

#include <QJsonObject>

namespace ponder {
namespace {

// Special tokens, and the tags by which templates cut their messages.
QStringList guardedTexts(const ModelCard& card, const ThinkMarkers& markers) {
    return card.specialTexts + QStringList{card.bosToken,
                                           card.eosToken,
                                           markers.open,
                                           markers.close,
                                           QStringLiteral("<think>"),
                                           QStringLiteral("</think>"),
                                           QStringLiteral("<tool_response>"),
                                           QStringLiteral("</tool_response>")};
}

const QString kParagraph = QStringLiteral("\n\n");

// Without answers that never came; questions that follow each other become one, because many templates insist
// on turns that alternate.
QList<ChatTurn> alternating(const QList<ChatTurn>& turns) {
    QList<ChatTurn> out;
    for (const ChatTurn& turn : turns) {
        const bool user = turn.role == ChatTurn::Role::User;
        if (!user && turn.text.isEmpty() && turn.thoughts.isEmpty()) continue;
        if (user && !out.isEmpty() && out.back().role == ChatTurn::Role::User)
            out.back().text += kParagraph + turn.text;
        else
            out << turn;
    }
    return out;
}

} // namespace

PromptBuilder::PromptBuilder(ChatTemplate& chatTemplate, ModelCard card, TemplateFacts facts)
    : m_template(chatTemplate), m_card(std::move(card)), m_facts(std::move(facts)),
      m_guard(guardedTexts(m_card, m_facts.markers)) {}

// A template that takes thoughts out gets them, so that what is left is what it leaves; any other gets the
// answer alone, and the thoughts beside it for a template that asks for them by name. One that can be told to
// keep them was seen to ask so.
QJsonObject PromptBuilder::answer(const ChatTurn& turn) const {
    const QString text = m_guard.protect(turn.text);
    if (turn.thoughts.isEmpty()) return templateMessage("assistant", text);
    const QString thoughts = m_guard.protect(turn.thoughts);
    if (m_facts.stripsThoughts && m_facts.switches.earlier.isEmpty())
        return templateMessage("assistant", m_facts.markers.open + QLatin1Char('\n') + thoughts.trimmed() +
                                                QLatin1Char('\n') + m_facts.markers.close + kParagraph +
                                                text);
    QJsonObject out = templateMessage("assistant", text);
    out.insert(QStringLiteral("reasoning_content"), thoughts);
    return out;
}

QJsonArray PromptBuilder::messages(const QList<ChatTurn>& turns, const QString& instruction) const {
    QJsonArray out;
    QString inFront;
    if (!instruction.trimmed().isEmpty()) {
        if (m_facts.systemPrompt)
            out << templateMessage("system", m_guard.protect(instruction));
        else
            inFront = m_guard.protect(instruction) + kParagraph;
    }
    for (const ChatTurn& turn : alternating(turns)) {
        if (turn.role == ChatTurn::Role::Assistant) {
            out << answer(turn);
            continue;
        }
        out << templateMessage("user", inFront + m_guard.protect(turn.text));
        inFront.clear();
    }
    return out;
}

Result<Prompt> PromptBuilder::build(const QList<ChatTurn>& turns, const QString& instruction,
                                    const ThinkingChoice& thinking) const {
    TemplateInput input;
    input.messages = messages(turns, instruction);
    input.variables = m_facts.switches.variables(thinking);
    input.bosToken = m_card.bosToken;
    input.eosToken = m_card.eosToken;
    Result<QString> rendered = m_template.render(input);
    if (!rendered) return rendered.error();
    const bool thinks = thinking.on || m_facts.switches.thinking.isEmpty();
    if (m_facts.forcesThought && thinks && !endsInsideThought(*rendered, m_facts.markers))
        *rendered += m_facts.markers.open + QLatin1Char('\n');

    Prompt prompt;
    prompt.markers = m_facts.markers;
    prompt.markers.startsInside = m_facts.markers.reasons && endsInsideThought(*rendered, m_facts.markers);
    GuardedText released = LiteralGuard::release(*rendered);
    prompt.text = std::move(released.text);
    prompt.literal = std::move(released.literal);
    return prompt;
}

} // namespace ponder
