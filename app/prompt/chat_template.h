// A model's chat template: Jinja source that turns messages into the text the model was trained on.
//
// Takes messages as JSON ({"role", "content"}, more where a template reads it) and gives the rendered text.
// The template sees messages, add_generation_prompt, bos_token, eos_token, what the caller adds, tools and
// documents as none, as the reference renderer gives them, and the functions strftime_now and
// raise_exception. A template is a program from a hostile file: it is stopped after a time limit, and what it
// writes is bounded. Owner: ReplyGenerator or a command. Thread: the one that made it. Errors: TemplateFailed
// with the template's own message, TemplateTimeout. Source: the Jinja dialect of the Hugging Face chat
// templates. Next station: prompt_builder.h.
#pragma once

#include "app/web/js_engine.h"
#include "engine/base/result.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QString>

#include <memory>
#include <optional>

namespace ponder {

struct TemplateInput {
    QJsonArray messages;
    bool addGenerationPrompt = true;
    QJsonObject variables; // more that the template sees, TemplateSwitches::variables()
    QString bosToken;
    QString eosToken;
    std::optional<qint64> now; // milliseconds since 1970 for strftime_now; nothing: the clock
};

// One of `messages`, with a role as templates know it.
QJsonObject templateMessage(const char* role, const QString& content);

class ChatTemplate {
public:
    // modelName is the subject of errors.
    ChatTemplate(QString source, QString modelName);

    Result<QString> render(const TemplateInput& input);
    const QString& source() const { return m_source; }

private:
    QString m_source;
    QString m_modelName;
    std::shared_ptr<JsEngine> m_engine; // one for all templates of a thread
};

} // namespace ponder
