#include "app/cli/run_model.h"
#include "app/cli/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <random>

namespace ponder {
namespace {

struct Speed {
    double prefill = 0; // tokens a second
    double decode = 0;
};

struct Plan {
    std::uint32_t prompt, reply, rounds;
};

// Ordinary tokens at random: what they say does not matter for speed. The same round gives the same prompt.
std::vector<TokenId> randomPrompt(const Tokenizer& tokenizer, std::uint32_t length, std::uint32_t round) {
    std::mt19937 random(round);
    std::uniform_int_distribution<TokenId> any(0, static_cast<TokenId>(tokenizer.size() - 1));
    std::vector<TokenId> out;
    while (out.size() < length)
        if (const TokenId id = any(random); !tokenizer.isControl(id) && !tokenizer.isEndOfGeneration(id))
            out.push_back(id);
    return out;
}

Result<Speed> measure(const RunModel& loaded, const Plan& plan, std::uint32_t round, std::stop_token stop) {
    GenerateSettings settings;
    settings.sampling.temperature = 0;
    settings.maxTokens = plan.reply;
    settings.ignoreEndOfText = true;
    loaded.session->clear();
    const auto prompt = randomPrompt(loaded.model->tokenizer(), plan.prompt, round);
    const auto result = loaded.session->generate(prompt, settings, {}, stop);
    if (!result) return result.error();
    if (result->reason == FinishReason::Cancelled) return Error{ErrorCode::Cancelled, {}, {}};
    return Speed{plan.prompt / std::max(result->prefillSeconds, 1e-9), result->decodeTokensPerSecond()};
}

double median(std::vector<Speed> speeds, double Speed::*which) {
    const auto middle = speeds.begin() + static_cast<std::ptrdiff_t>(speeds.size() / 2);
    std::nth_element(speeds.begin(), middle, speeds.end(),
                     [&](const Speed& a, const Speed& b) { return a.*which < b.*which; });
    return *middle.*which;
}

Json report(const RunModel& loaded, const Plan& plan, const std::vector<Speed>& speeds) {
    const MemoryUse memory = loaded.model->memory();
    return {{"model", loaded.model->file().displayName()},
            {"device", loaded.model->device().id},
            {"device_name", loaded.model->device().name},
            {"context", loaded.model->contextTokens()},
            {"prompt_tokens", plan.prompt},
            {"reply_tokens", plan.reply},
            {"rounds", plan.rounds},
            {"prefill_tokens_per_second", median(speeds, &Speed::prefill)},
            {"decode_tokens_per_second", median(speeds, &Speed::decode)},
            {"load_seconds", loaded.model->loadSeconds()},
            {"peak_bytes", memory.total()},
            {"weights_bytes", memory.weights},
            {"kv_bytes", memory.kv},
            {"scratch_bytes", memory.scratch},
            {"staging_bytes", memory.staging}};
}

int run(const Invocation& call) {
    const auto count = [&](const char* name) {
        return static_cast<std::uint32_t>(call.arguments.count(QLatin1String(name)));
    };
    const Plan plan{count("p"), count("n"), count("r")};
    const Interrupt::Guard guard(call.interrupt);
    const auto loaded = RunModel::load(call, guard.token());
    if (!loaded) return call.console.fail(loaded.error());

    std::vector<Speed> speeds;
    for (std::uint32_t round = 0; round <= plan.rounds; ++round) {
        call.console.progress(Cli::tr("round %1 of %2").arg(round).arg(plan.rounds));
        const auto speed = measure(*loaded, plan, round, guard.token());
        if (!speed) return call.console.fail(speed.error());
        if (round > 0) speeds.push_back(*speed); // round 0 warms up
    }
    call.console.progress({});
    const Json json = report(*loaded, plan, speeds);
    if (call.console.json())
        call.console.value(json);
    else
        call.console.table(json);
    return kDone;
}

void declare(Arguments& arguments) {
    const QString n = QStringLiteral("N");
    arguments.takesModel();
    arguments.takesDevice();
    arguments.count(QStringLiteral("p"), n, Cli::tr("Tokens of the prompt."), 128, 1);
    arguments.count(QStringLiteral("n"), n, Cli::tr("Tokens of the reply."), 32, 2);
    arguments.count(QStringLiteral("r"), n, Cli::tr("Rounds; the result is their median."), 3, 1, 1000);
}

} // namespace

const Command kBenchCommand{
    "bench",
    "MODEL [--device D] [--context N] [-p 128] [-n 32] [-r 3] [--json]",
    QT_TRANSLATE_NOOP("ponder::Cli", "Measures reading and writing speed, loading time and memory."),
    "bench model.gguf\nbench model.gguf --device vulkan:1 -p 512 -n 128 -r 5 --json",
    declare,
    run};

} // namespace ponder
