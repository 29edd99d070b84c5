// From a conversation to the text a model continues.
//
// Takes the turns, the user's instruction and what is wanted of the thoughts; gives the rendered text, where
// in it a person typed something that spells a special token, and whether the reply starts inside a thought.
// What the model wants (system prompt or not, thoughts of earlier turns) comes from TemplateFacts. Owner:
// ReplyGenerator. Thread: the template's. Errors: TemplateFailed, TemplateTimeout.
// Next station: Tokenizer::encode(text, SpecialTokens::Parse, literal).
#pragma once

#include "app/prompt/template_doctor.h"

#include "app/prompt/literal_guard.h"

namespace ponder {

struct Prompt {
    std::string text;                 // UTF-8
    std::vector<std::size_t> literal; // see Tokenizer::encode
    ThinkMarkers markers;             // of this reply
};

class PromptBuilder {
public:
    // The template outlives the builder.
    PromptBuilder(ChatTemplate& chatTemplate, ModelCard card, TemplateFacts facts);

    Result<Prompt> build(const QList<ChatTurn>& turns, const QString& instruction,
                         const ThinkingChoice& thinking) const;

private:
    QJsonArray messages(const QList<ChatTurn>& turns, const QString& instruction) const;
    QJsonObject answer(const ChatTurn& turn) const;

    ChatTemplate& m_template;
    ModelCard m_card;
    TemplateFacts m_facts;
    LiteralGuard m_guard;
};

} // namespace ponder
