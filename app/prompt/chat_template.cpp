#include "app/prompt/chat_template.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace ponder {
namespace {

// The script stops by itself at the time limit; interrupting the engine is the last resort.
constexpr std::chrono::seconds kGrace{10};
const QString kRanTooLong = QStringLiteral("ran too long"); // as jinja.entry.js says it

// A template that loops is stopped within a second; a long conversation gets more in proportion.
std::chrono::milliseconds timeLimit(const QJsonArray& messages) {
    qint64 characters = 0;
    for (const QJsonValue message : messages)
        characters += message[QStringLiteral("content")].toString().size() + 100;
    return std::chrono::milliseconds(700 + characters / 1000);
}

// Loading the script takes longer than rendering a template, so the templates of a thread share it.
std::shared_ptr<JsEngine> threadEngine() {
    thread_local std::weak_ptr<JsEngine> shared;
    std::shared_ptr<JsEngine> engine = shared.lock();
    if (!engine) {
        engine = std::make_shared<JsEngine>(QStringLiteral(":/web/jinja.js"));
        shared = engine;
    }
    return engine;
}

QString contextJson(const TemplateInput& input, std::chrono::milliseconds limit) {
    QJsonObject context = input.variables;
    context.insert(QStringLiteral("messages"), input.messages);
    context.insert(QStringLiteral("add_generation_prompt"), input.addGenerationPrompt);
    context.insert(QStringLiteral("tools"), QJsonValue::Null);
    context.insert(QStringLiteral("documents"), QJsonValue::Null);
    context.insert(QStringLiteral("bos_token"), input.bosToken);
    context.insert(QStringLiteral("eos_token"), input.eosToken);
    context.insert(QStringLiteral("time_limit"), static_cast<qint64>(limit.count()));
    if (input.now) context.insert(QStringLiteral("now"), *input.now);
    return QString::fromUtf8(QJsonDocument(context).toJson(QJsonDocument::Compact));
}

} // namespace

QJsonObject templateMessage(const char* role, const QString& content) {
    return {{QStringLiteral("role"), QString::fromLatin1(role)}, {QStringLiteral("content"), content}};
}

ChatTemplate::ChatTemplate(QString source, QString modelName)
    : m_source(std::move(source)), m_modelName(std::move(modelName)), m_engine(threadEngine()) {}

Result<QString> ChatTemplate::render(const TemplateInput& input) {
    const std::chrono::milliseconds limit = timeLimit(input.messages);
    const JsOutcome outcome = m_engine->call(QStringLiteral("renderTemplate"),
                                             {m_source, contextJson(input, limit)}, limit + kGrace);
    if (outcome.kind == JsOutcome::Kind::Value) return outcome.text;
    if (outcome.kind == JsOutcome::Kind::TimedOut || outcome.text == kRanTooLong)
        return Error{ErrorCode::TemplateTimeout, m_modelName.toStdString(), {}};
    return Error{ErrorCode::TemplateFailed, m_modelName.toStdString(), outcome.text.toStdString()};
}

} // namespace ponder
