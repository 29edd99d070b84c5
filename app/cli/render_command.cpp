#include "app/cli/command.h"
#include "app/cli/input_file.h"
#include "app/cli/text.h"
#include "app/cli/thinking_options.h"
#include "app/prompt/template_choice.h"
#include "app/prompt/template_probe.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <nlohmann/json.hpp>

namespace ponder {
namespace {

struct Source {
    std::unique_ptr<ChatTemplate> chatTemplate;
    ModelCard card; // without a model nothing is in it
};

Result<Source> fromModel(const QString& path) {
    const auto file = ModelFile::open(path.toStdString());
    if (!file) return file.error();
    const auto tokenizer = Tokenizer::fromModel(**file);
    if (!tokenizer) return tokenizer.error();
    const ModelCard card = ModelCard::read(**file, **tokenizer);
    return Source{TemplateChoice::forModel(card).chatTemplate, card};
}

Result<Source> fromTemplate(const QString& path) {
    const auto text = readInput(path);
    if (!text) return text.error();
    return Source{std::make_unique<ChatTemplate>(QString::fromStdString(*text), path), {}};
}

// An array of messages, or an object that has one under "messages".
Result<QJsonArray> readMessages(const QString& path) {
    const auto text = readInput(path);
    if (!text) return text.error();
    QJsonParseError wrong;
    const auto json = QJsonDocument::fromJson(QByteArray::fromStdString(*text), &wrong);
    const QJsonValue found = json.isObject() ? json.object().value(u"messages") : QJsonValue(json.array());
    if (wrong.error != QJsonParseError::NoError || !found.isArray() || found.toArray().isEmpty())
        return Error{ErrorCode::BadArgument, path.toStdString(),
                     Cli::tr("give a JSON array of messages, each with a role and a content").toStdString()};
    return found.toArray();
}

int runRender(const Invocation& call) {
    const Arguments& arguments = call.arguments;
    const QString templateFile = arguments.text(QStringLiteral("template-file"));
    if (arguments.model().isEmpty() == templateFile.isEmpty())
        return call.console.fail({ErrorCode::BadArgument, "MODEL",
                                  Cli::tr("give either a model or --template-file").toStdString()});
    const auto messages = readMessages(arguments.text(QStringLiteral("messages-file")));
    if (!messages) return call.console.fail(messages.error());
    const auto source = templateFile.isEmpty() ? fromModel(arguments.model()) : fromTemplate(templateFile);
    if (!source) return call.console.fail(source.error());

    TemplateProbe probe(*source->chatTemplate, source->card);
    const TemplateSwitches switches = TemplateSwitches::find(probe);
    const auto thinking = thinking_options::read(arguments, switches);
    if (!thinking) return call.console.fail(thinking.error());

    TemplateInput input;
    input.messages = *messages;
    input.addGenerationPrompt = !arguments.has(QStringLiteral("no-generation-prompt"));
    input.variables = switches.variables(*thinking);
    const auto token = [&](const char* option, const QString& ofModel) {
        return arguments.has(QLatin1String(option)) ? arguments.text(QLatin1String(option)) : ofModel;
    };
    input.bosToken = token("bos-token", source->card.bosToken);
    input.eosToken = token("eos-token", source->card.eosToken);
    const auto text = source->chatTemplate->render(input);
    if (!text) return call.console.fail(text.error());
    if (call.console.json())
        call.console.value({{"text", text->toStdString()}});
    else
        call.console.write(*text);
    return kDone;
}

void declareRender(Arguments& arguments) {
    using Presence = Arguments::Presence;
    arguments.takesModel(Presence::Optional);
    arguments.text(QStringLiteral("template-file"), QStringLiteral("T"),
                   Cli::tr("A chat template (Jinja) in place of a model's."), Presence::Optional);
    arguments.text(QStringLiteral("messages-file"), QStringLiteral("F"),
                   Cli::tr("The conversation, a JSON array of messages; - is standard input."),
                   Presence::Required);
    arguments.flag(QStringLiteral("no-generation-prompt"), Cli::tr("Do not open the reply."));
    thinking_options::declare(arguments);
    arguments.text(QStringLiteral("bos-token"), QStringLiteral("TEXT"),
                   Cli::tr("What bos_token is; the default is the model's."), Presence::Optional);
    arguments.text(QStringLiteral("eos-token"), QStringLiteral("TEXT"),
                   Cli::tr("What eos_token is; the default is the model's."), Presence::Optional);
}

} // namespace

const Command kRenderCommand{
    "render",
    "(MODEL | --template-file T) --messages-file F [--effort LEVEL] [--no-generation-prompt] [--json]",
    QT_TRANSLATE_NOOP("ponder::Cli", "Shows the prompt that a chat template makes of a conversation."),
    "render model.gguf --messages-file messages.json\n"
    "render --template-file template.jinja --messages-file messages.json --no-generation-prompt",
    declareRender,
    runRender};

} // namespace ponder
