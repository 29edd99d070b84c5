#include "app/cli/generation.h"
#include "app/cli/input_file.h"
#include "app/cli/speculation_options.h"
#include "app/cli/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>

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

GenerateSettings settingsOf(const Arguments& arguments) {
    GenerateSettings settings = generateSettings(arguments);
    settings.maxTokens = static_cast<std::uint32_t>(arguments.count(QStringLiteral("n")));
    settings.ignoreEndOfText = arguments.has(QStringLiteral("ignore-eos"));
    return settings;
}

struct Written {
    std::string text;
    std::vector<TokenId> ids;

    void add(const ReplyToken& token) {
        text += token.text;
        ids.push_back(token.id);
    }
    Json json(const GenerateResult& result) const {
        Json json{{"text", text}, {"ids", ids}};
        json.update(toJson(result));
        return json;
    }
};

int completeOne(const Invocation& call, const RunModel& loaded, std::span<const TokenId> prompt,
                std::stop_token stop) {
    const auto speculation = SpeculationOptions::load(call, *loaded.model, stop);
    if (!speculation) return call.console.fail(speculation.error());
    GenerateSettings settings = settingsOf(call.arguments);
    settings.speculation = speculation->settings();
    Written reply;
    const auto onToken = [&](const ReplyToken& token) {
        reply.add(token);
        if (!call.console.json()) call.console.writeUtf8(token.text);
        return true;
    };
    const auto result = loaded.session->generate(prompt, settings, onToken, std::move(stop));
    if (!result) return call.console.fail(result.error());
    if (call.console.json())
        call.console.value(reply.json(*result));
    else
        call.console.line({});
    return result->reason == FinishReason::Cancelled ? kInterrupted : kDone;
}

// The replies come side by side, so they are shown when all have ended.
void show(const Console& console, const std::vector<Written>& replies,
          const std::vector<GenerateResult>& results) {
    Json list = Json::array();
    std::uint64_t tokens = 0;
    double seconds = 0;
    for (std::size_t i = 0; i < replies.size(); ++i) {
        list.push_back(replies[i].json(results[i]));
        tokens += results[i].replyTokens > 0 ? results[i].replyTokens - 1 : 0;
        seconds = std::max(seconds, results[i].decodeSeconds);
    }
    if (console.json())
        return console.value(
            {{"replies", list},
             {"decode_tokens_per_second", seconds > 0 ? static_cast<double>(tokens) / seconds : 0.0}});
    for (std::size_t i = 0; i < replies.size(); ++i) {
        console.line((i > 0 ? QStringLiteral("\n") : QString()) + Cli::tr("Reply %1:").arg(i + 1));
        console.line(QString::fromStdString(replies[i].text));
    }
}

// Several replies, with seeds that follow each other.
int completeMany(const Invocation& call, const RunModel& loaded, std::span<const TokenId> prompt,
                 std::stop_token stop) {
    std::vector<GenerateSettings> settings(call.arguments.count(QStringLiteral("sequences")),
                                           settingsOf(call.arguments));
    for (std::size_t i = 0; i < settings.size(); ++i)
        settings[i].sampling.seed += i;
    std::vector<Written> replies(settings.size());
    const auto onToken = [&](std::size_t reply, const ReplyToken& token) {
        replies[reply].add(token);
        return true;
    };
    const auto results = loaded.session->generateMany(prompt, settings, onToken, stop);
    if (!results) return call.console.fail(results.error());
    show(call.console, replies, *results);
    return stop.stop_requested() ? kInterrupted : kDone;
}

int runComplete(const Invocation& call) {
    if (call.arguments.has(QStringLiteral("ids")) == call.arguments.has(QStringLiteral("prompt-file")))
        return call.console.fail({ErrorCode::BadArgument, "--prompt-file",
                                  Cli::tr("give either it or --ids, and not both").toStdString()});
    const Interrupt::Guard guard(call.interrupt);
    const auto loaded = RunModel::load(call, guard.token());
    if (!loaded) return call.console.fail(loaded.error());
    const auto prompt = promptOf(call, loaded->model->tokenizer());
    if (!prompt) return call.console.fail(prompt.error());
    const bool many = call.arguments.has(QStringLiteral("sequences"));
    return (many ? completeMany : completeOne)(call, *loaded, *prompt, guard.token());
}

void declareComplete(Arguments& arguments) {
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
    arguments.count(QStringLiteral("sequences"), QStringLiteral("N"),
                    Cli::tr("Replies to make side by side, each with a seed of its own."), 1, 1,
                    kMostReplies);
    SpeculationOptions::declare(arguments);
    takesSampling(arguments, 0.6);
}

} // namespace

const Command kCompleteCommand{
    "complete",
    "MODEL (--prompt-file F | --ids 1,2,3) [-n N] [--sequences N] [--ignore-eos] [--temperature T] [--seed "
    "S] "
    "[--device D] [--json]",
    QT_TRANSLATE_NOOP("ponder::Cli", "Continues a text without a chat template."),
    "complete model.gguf --prompt-file prompt.txt -n 64\ncomplete model.gguf --ids 1,2,3 -n 8 --temperature "
    "0 --json",
    declareComplete,
    runComplete};

} // namespace ponder
