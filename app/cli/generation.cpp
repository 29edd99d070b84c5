#include "app/cli/generation.h"

#include "app/cli/text.h"

#include <nlohmann/json.hpp>

#include <random>

namespace ponder {

void takesSampling(Arguments& arguments, double temperature) {
    const QString n = QStringLiteral("N");
    arguments.number(QStringLiteral("temperature"), QStringLiteral("T"),
                     Cli::tr("0 takes the likeliest token."), temperature, 0, 100);
    arguments.count(QStringLiteral("top-k"), n, Cli::tr("Only the N likeliest tokens; 0 is off."), 0);
    arguments.number(QStringLiteral("top-p"), n,
                     Cli::tr("Only tokens that make up this probability; 1 is off."), 0.95, 0, 1);
    arguments.number(QStringLiteral("min-p"), n,
                     Cli::tr("Only tokens this likely beside the likeliest; 0 is off."), 0, 0, 1);
    arguments.number(QStringLiteral("repetition-penalty"), n,
                     Cli::tr("Above 1, seen tokens become less likely."), 1, 0.01, 100);
    arguments.number(QStringLiteral("frequency-penalty"), n,
                     Cli::tr("Above 0, tokens become less likely with every use."), 0, -100, 100);
    arguments.count(QStringLiteral("seed"), QStringLiteral("S"),
                    Cli::tr("The same seed on the same device gives the same reply; 0 is a random one."), 0,
                    0, std::numeric_limits<quint64>::max());
}

GenerateSettings generateSettings(const Arguments& arguments) {
    GenerateSettings settings;
    SamplingSettings& sampling = settings.sampling;
    sampling.temperature = static_cast<float>(arguments.number(QStringLiteral("temperature")));
    sampling.topK = static_cast<std::uint32_t>(arguments.count(QStringLiteral("top-k")));
    sampling.topP = static_cast<float>(arguments.number(QStringLiteral("top-p")));
    sampling.minP = static_cast<float>(arguments.number(QStringLiteral("min-p")));
    sampling.repetitionPenalty = static_cast<float>(arguments.number(QStringLiteral("repetition-penalty")));
    sampling.frequencyPenalty = static_cast<float>(arguments.number(QStringLiteral("frequency-penalty")));
    sampling.seed = arguments.count(QStringLiteral("seed"));
    if (sampling.seed == 0) sampling.seed = std::random_device{}();
    return settings;
}

const char* finishName(FinishReason reason) {
    switch (reason) {
    case FinishReason::EndOfText:
        return "end_of_text";
    case FinishReason::StopString:
        return "stop_string";
    case FinishReason::MaxTokens:
        return "max_tokens";
    case FinishReason::ContextFull:
        return "context_full";
    case FinishReason::Callback:
        return "callback";
    case FinishReason::Cancelled:
        break;
    }
    return "cancelled";
}

Json toJson(const GenerateResult& result) {
    return {{"finish", finishName(result.reason)},
            {"prompt_tokens", result.promptTokens},
            {"reused_tokens", result.reusedTokens},
            {"reply_tokens", result.replyTokens},
            {"proposed_tokens", result.proposedTokens},
            {"accepted_tokens", result.acceptedTokens},
            {"prefill_seconds", result.prefillSeconds},
            {"seconds_to_first_token", result.secondsToFirstToken},
            {"decode_tokens_per_second", result.decodeTokensPerSecond()}};
}

} // namespace ponder
