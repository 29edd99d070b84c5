#include "app/cli/generation.h"
#include "app/cli/input_file.h"
#include "app/cli/text.h"

#include <nlohmann/json.hpp>

namespace ponder {
namespace {

Result<std::vector<TokenId>> promptOf(const Invocation& call, const Tokenizer& tokenizer) {
    if (call.arguments.has(QStringLiteral("ids"))) return call.arguments.ids(QStringLiteral("ids"));
    const auto text = readInput(call.arguments.text(QStringLiteral("prompt-file")));
    if (!text) return text.error();
    const bool special = call.arguments.has(QStringLiteral("special"));
    std::vector<TokenId> ids =
        tokenizer.encode(*text, special ? SpecialTokens::Parse : SpecialTokens::Ignore);
    if (tokenizer.addBos() && tokenizer.bos() && (ids.empty() || ids.front() != *tokenizer.bos()))
        ids.insert(ids.begin(), *tokenizer.bos());
    return ids;
}

int run(const Invocation& call) {
    if (call.arguments.has(QStringLiteral("ids")) == call.arguments.has(QStringLiteral("prompt-file")))
        return call.console.fail({ErrorCode::BadArgument, "--prompt-file",
                                  Cli::tr("give either it or --ids, and not both").toStdString()});
    const Interrupt::Guard guard(call.interrupt);
    const auto loaded = RunModel::load(call, guard.token());
    if (!loaded) return call.console.fail(loaded.error());
    const auto prompt = promptOf(call, loaded->model->tokenizer());
    if (!prompt) return call.console.fail(prompt.error());

    std::string text;
    std::vector<TokenId> ids;
    const auto onToken = [&](const ReplyToken& token) {
        ids.push_back(token.id);
        text += token.text;
        if (!call.console.json()) call.console.writeUtf8(token.text);
        return true;
    };
    GenerateSettings settings = generateSettings(call.arguments);
    settings.maxTokens = static_cast<std::uint32_t>(call.arguments.count(QStringLiteral("n")));
    settings.ignoreEndOfText = call.arguments.has(QStringLiteral("ignore-eos"));
    const auto result = loaded->session->generate(*prompt, settings, onToken, guard.token());
    if (!result) return call.console.fail(result.error());
    if (call.console.json()) {
        Json json{{"text", text}, {"ids", ids}};
        json.update(toJson(*result));
        call.console.value(json);
    } else {
        call.console.line({});
    }
    return result->reason == FinishReason::Cancelled ? kInterrupted : kDone;
}

void declare(Arguments& arguments) {
    arguments.takesModel();
    arguments.takesDevice();
    arguments.text(QStringLiteral("prompt-file"), QStringLiteral("F"),
                   Cli::tr("The text to continue, UTF-8; - is standard input."),
                   Arguments::Presence::Optional);
    arguments.ids(QStringLiteral("ids"), Cli::tr("The tokens to continue, in place of a text."),
                  Arguments::Presence::Optional);
    arguments.flag(QStringLiteral("special"),
                   Cli::tr("Text that spells a special token becomes that token."));
    arguments.flag(QStringLiteral("ignore-eos"), Cli::tr("Goes on to N tokens where the model would end."));
    arguments.count(QStringLiteral("n"), QStringLiteral("N"), Cli::tr("Tokens to generate at most."), 128, 1);
    takesSampling(arguments, 0.6);
}

} // namespace

const Command kCompleteCommand{
    "complete",
    "MODEL (--prompt-file F | --ids 1,2,3) [-n N] [--ignore-eos] [--temperature T] [--seed S] [--device D] "
    "[--json]",
    QT_TRANSLATE_NOOP("ponder::Cli", "Continues a text without a chat template."),
    "complete model.gguf --prompt-file prompt.txt -n 64\ncomplete model.gguf --ids 1,2,3 -n 8 --temperature "
    "0 --json",
    declare,
    run};

} // namespace ponder
