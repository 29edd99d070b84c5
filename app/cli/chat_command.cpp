#include "app/chat/reply_generator.h"
#include "app/cli/reply_printer.h"
#include "app/cli/speculation_options.h"
#include "app/cli/text.h"
#include "app/cli/thinking_options.h"

#include <nlohmann/json.hpp>

#include <iostream>
#include <unistd.h>

namespace ponder {
namespace {

const char* finishName(ReplySummary::Finish finish) {
    switch (finish) {
    case ReplySummary::Finish::EndOfText:
        return "end_of_text";
    case ReplySummary::Finish::MaxTokens:
        return "max_tokens";
    case ReplySummary::Finish::ContextFull:
        return "context_full";
    case ReplySummary::Finish::Stopped:
        break;
    }
    return "stopped";
}

Json toJson(const ReplyPrinter& reply, const ReplySummary& summary) {
    return {{"thinking", reply.thoughts().toStdString()},
            {"answer", reply.answer().toStdString()},
            {"finish", finishName(summary.finish)},
            {"prompt_tokens", summary.promptTokens},
            {"reused_tokens", summary.reusedTokens},
            {"thinking_tokens", reply.thoughtTokens()},
            {"answer_tokens", reply.answerTokens()},
            {"proposed_tokens", summary.proposedTokens},
            {"accepted_tokens", summary.acceptedTokens},
            {"seconds_to_first_token", summary.secondsToFirstToken},
            {"decode_tokens_per_second", summary.tokensPerSecond}};
}

// Asks the question at the end of the request and adds the reply to its turns. Returns an exit code.
int ask(const Invocation& call, ReplyGenerator& generator, ReplyRequest& request) {
    const Interrupt::Guard guard(call.interrupt);
    ReplyPrinter reply(call.console);
    ReplyCallbacks callbacks;
    callbacks.started = [&](const ThinkMarkers& markers) { reply.start(markers); };
    callbacks.arrived = [&](const QString& piece) {
        reply.push(piece);
        return true;
    };
    const auto summary = generator.run(request, callbacks, guard.token());
    if (!summary) return call.console.fail(summary.error());
    reply.finish(summary->finish == ReplySummary::Finish::Stopped);
    if (call.console.json()) call.console.value(toJson(reply, *summary));
    if (summary->finish == ReplySummary::Finish::ContextFull)
        call.console.note(
            Cli::tr("The context is full; the reply ends here. Use --context for a longer one."));
    request.turns.append({ChatTurn::Role::Assistant, reply.answer(), reply.thoughts()});
    return summary->finish == ReplySummary::Finish::Stopped ? kInterrupted : kDone;
}

// Questions line by line until the end of the input. A question that fails is taken back.
int converse(const Invocation& call, ReplyGenerator& generator, ReplyRequest& request) {
    const bool terminal = isatty(STDIN_FILENO) == 1;
    if (terminal) call.console.note(Cli::tr("Ask a question; Ctrl-C stops a reply, Ctrl-D ends."));
    for (std::string line;;) {
        if (terminal) call.console.write(QStringLiteral("> "));
        if (!std::getline(std::cin, line)) break;
        const QString question = QString::fromStdString(line).trimmed();
        if (question.isEmpty()) continue;
        const QList<ChatTurn> before = request.turns;
        request.turns.append({ChatTurn::Role::User, question, {}});
        const int code = ask(call, generator, request);
        if (code == kDevice) return code;
        if (code != kDone && code != kInterrupted) request.turns = before;
    }
    return kDone;
}

Result<ReplyRequest> requestOf(const Arguments& arguments, const TemplateSwitches& switches) {
    const auto thinking = thinking_options::read(arguments, switches);
    if (!thinking) return thinking.error();
    ReplyRequest request;
    request.thinking = *thinking;
    request.instruction = arguments.text(QStringLiteral("instruction"));
    if (arguments.has(QStringLiteral("temperature")))
        request.temperature = arguments.number(QStringLiteral("temperature"));
    if (arguments.has(QStringLiteral("top-p"))) request.topP = arguments.number(QStringLiteral("top-p"));
    request.seed = arguments.count(QStringLiteral("seed"));
    request.maxTokens = static_cast<int>(arguments.count(QStringLiteral("max-tokens")));
    return request;
}

int runChat(const Invocation& call) {
    std::unique_ptr<Model> model;
    SpeculationOptions speculation;
    {
        const Interrupt::Guard guard(call.interrupt);
        auto loaded = loadModel(call, guard.token());
        if (!loaded) return call.console.fail(loaded.error());
        model = std::move(*loaded);
        auto guessing = SpeculationOptions::load(call, *model, guard.token());
        if (!guessing) return call.console.fail(guessing.error());
        speculation = std::move(*guessing);
    }
    auto generator = ReplyGenerator::create(*model);
    if (!generator) return call.console.fail(generator.error());
    (*generator)->setSpeculation(speculation.settings());
    auto request = requestOf(call.arguments, (*generator)->facts().switches);
    if (!request) return call.console.fail(request.error());
    if (!call.arguments.has(QStringLiteral("message"))) return converse(call, **generator, *request);
    request->turns.append({ChatTurn::Role::User, call.arguments.text(QStringLiteral("message")), {}});
    return ask(call, **generator, *request);
}

void declareChat(Arguments& arguments) {
    using Presence = Arguments::Presence;
    const QString text = QStringLiteral("TEXT"), n = QStringLiteral("N");
    arguments.takesModel();
    arguments.takesDevice();
    SpeculationOptions::declare(arguments);
    arguments.text(QStringLiteral("message"), text,
                   Cli::tr("One question; without it, questions are read line by line."), Presence::Optional);
    arguments.text(QStringLiteral("instruction"), text, Cli::tr("What the model should always heed."),
                   Presence::Optional);
    thinking_options::declare(arguments);
    arguments.number(QStringLiteral("temperature"), QStringLiteral("T"),
                     Cli::tr("0 takes the likeliest token; the default is the model's recommendation."), 0.6,
                     0, 100);
    arguments.number(
        QStringLiteral("top-p"), n,
        Cli::tr("Only tokens that make up this probability; the default is the model's recommendation."),
        0.95, 0, 1);
    arguments.count(QStringLiteral("max-tokens"), n,
                    Cli::tr("Tokens of a reply at most; 0 is the model's recommendation."), 0, 0,
                    std::numeric_limits<int>::max());
    arguments.count(QStringLiteral("seed"), QStringLiteral("S"),
                    Cli::tr("The same seed on the same device gives the same reply; 0 is a random one."), 0,
                    0, std::numeric_limits<quint64>::max());
}

} // namespace

const Command kChatCommand{
    "chat",
    "MODEL [--message M] [--device D] [--temperature T] [--effort LEVEL] [--json]",
    QT_TRANSLATE_NOOP("ponder::Cli", "Talks with a model; its thoughts are dimmed."),
    "chat model.gguf\nchat model.gguf --message \"What is 27 + 15?\"\n"
    "chat model.gguf --message \"What is 27 + 15?\" --temperature 0 --device vulkan --json",
    declareChat,
    runChat};

} // namespace ponder
