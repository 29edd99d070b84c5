// Asks a chat template what it makes of small conversations.
//
// Takes a template and a ModelCard; gives rendered texts. The words in its conversations are such as no
// template writes by itself. A template that ran too long once is not asked again. Owner: who examines.
// Thread: the template's. Errors: none; nothing where the template refuses. Next station:
// template_switches.h, template_doctor.h.
#pragma once

#include "app/prompt/chat_template.h"
#include "app/prompt/model_card.h"

namespace ponder {

class TemplateProbe {
public:
    static const QString kQuestion, kThought, kAnswer, kInstruction;

    // Both outlive the probe.
    TemplateProbe(ChatTemplate& chatTemplate, const ModelCard& card);

    std::optional<QString> render(const QJsonArray& messages, const QJsonObject& variables = {});
    const QString& source() const { return m_template.source(); }
    bool takesSystemPrompt() const { return m_takesSystemPrompt; }
    // One question, and one behind an answer with thoughts; both below an instruction where the template
    // takes one.
    QJsonArray question() const;
    QJsonArray secondQuestion() const;

private:
    ChatTemplate& m_template;
    const ModelCard& m_card;
    bool m_ranTooLong = false;
    bool m_takesSystemPrompt = false;
};

} // namespace ponder
