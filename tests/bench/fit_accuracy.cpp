// How close the fit hint comes: memory predicted against the most that this process ever had, and speed
// predicted against measured, before and after the first reply has been learned from.
//
//     fit_accuracy MODEL DEVICE CONTEXT [--speed | --prompt]     prints one line of JSON
//
// The cache is filled to its end, as a conversation that uses all of the context fills it; with --prompt by
// reading a prompt of that length, whose tokens come from all over the vocabulary. Run by fit_accuracy.py, a
// process for each case, because a peak never falls.
#include "app/fit/fit_forecast.h"
#include "app/fit/processor_bandwidth.h"
#include "app/store/cache_folder.h"
#include "engine/base/host_memory.h"
#include "engine/devices.h"

#include <QCoreApplication>
#include <QTemporaryDir>

#include <chrono>
#include <cstdio>
#include <cstring>

#include <nlohmann/json.hpp>

using namespace ponder;

namespace {

using Json = nlohmann::ordered_json;

constexpr int kUnsupported = 77; // the device cannot run such a model

int fail(const Error& error) {
    std::fprintf(stderr, "%s: %s\n", error.subject.c_str(), error.detail.english().c_str());
    return error.code == ErrorCode::UnsupportedModel ? kUnsupported : 1;
}

struct Loaded {
    std::unique_ptr<ModelFile> file;
    ModelConfig config;
    FileWeights weights;
    std::unique_ptr<Tokenizer> tokenizer; // takes memory, as in every real run
    std::unique_ptr<Device> device;
    std::unique_ptr<Executor> executor;
    std::unique_ptr<KvCache> cache;
};

// With `tuned` on the kernels that this machine's search has found, as a person's replies are.
Result<Loaded> load(const char* path, const char* deviceName, std::uint32_t context, bool tuned) {
    Loaded out;
    auto file = ModelFile::open(path);
    if (!file) return file.error();
    out.file = std::move(*file);
    auto config = ModelConfig::read(*out.file);
    if (!config) return config.error();
    out.config = *config;
    auto weights = bindWeights(*out.file, out.config);
    if (!weights) return weights.error();
    out.weights = std::move(*weights);
    auto tokenizer = Tokenizer::fromModel(*out.file);
    if (!tokenizer) return tokenizer.error();
    out.tokenizer = std::move(*tokenizer);
    auto device = openDevice(deviceName);
    if (!device) return device.error();
    out.device = std::move(*device);
    const KvType type = out.device->defaultKvType();
    PlanRequest plan{out.config, out.weights, out.file->fileBytes(), context, type};
    if (tuned) plan.cacheFolder = cacheFolder().toStdU16String();
    auto executor = out.device->load({*out.file, plan, {}}, {}, {});
    if (!executor) return executor.error();
    out.executor = std::move(*executor);
    auto cache = out.executor->createCache(context, type);
    if (!cache) return cache.error();
    out.cache = std::move(*cache);
    return out;
}

// A prompt at the end of a cache that is full of earlier tokens.
Result<void> useAllOfIt(Loaded& model, std::uint32_t context) {
    const auto zeros = [](std::span<std::byte> bytes) -> Result<void> {
        std::memset(bytes.data(), 0, bytes.size());
        return {};
    };
    if (const auto filled = model.cache->restore(context, zeros); !filled) return filled;
    const std::vector<TokenId> prompt(std::min({context, model.executor->maxBatch(), 64U}), 1);
    const auto rows = static_cast<std::uint32_t>(prompt.size());
    std::vector<float> logits;
    return model.executor->run({prompt, context - rows, rows - 1}, *model.cache, {}, logits);
}

// A prompt as long as the context, in passes as a session makes them.
Result<void> readAll(Loaded& model, std::uint32_t context) {
    std::vector<TokenId> prompt(context);
    for (std::size_t i = 0; i < prompt.size(); ++i)
        prompt[i] = static_cast<TokenId>(i * 7919 % model.config.vocabulary);
    std::vector<float> logits;
    for (std::uint32_t at = 0; at < context;) {
        const std::uint32_t rows = std::min(context - at, model.executor->maxBatch());
        const std::span<const TokenId> part(prompt.data() + at, rows);
        if (auto run = model.executor->run({part, at, rows - 1}, *model.cache, {}, logits); !run) return run;
        at += rows;
    }
    return {};
}

struct Rates {
    double prefill = 0, decode = 0; // tokens a second
};

Result<Rates> measure(Loaded& model, std::uint32_t promptTokens, std::uint32_t replyTokens) {
    using Clock = std::chrono::steady_clock;
    const auto seconds = [](Clock::time_point since) {
        return std::chrono::duration<double>(Clock::now() - since).count();
    };
    std::vector<TokenId> prompt(promptTokens);
    for (std::size_t i = 0; i < prompt.size(); ++i)
        prompt[i] = static_cast<TokenId>(1 + i * 7919 % (model.config.vocabulary - 1));
    std::vector<float> logits;
    auto started = Clock::now();
    for (std::uint32_t at = 0; at < promptTokens;) {
        const std::uint32_t rows = std::min(promptTokens - at, model.executor->maxBatch());
        const std::span<const TokenId> part(prompt.data() + at, rows);
        if (auto run = model.executor->run({part, at, rows - 1}, *model.cache, {}, logits); !run)
            return run.error();
        at += rows;
    }
    Rates rates;
    rates.prefill = promptTokens / seconds(started);
    started = Clock::now();
    for (std::uint32_t i = 0; i < replyTokens; ++i)
        if (auto run = model.executor->run({std::span(prompt).first(1), promptTokens + i, 0}, *model.cache,
                                           {}, logits);
            !run)
            return run.error();
    rates.decode = replyTokens / seconds(started);
    return rates;
}

Result<Json> compareSpeed(Loaded& model, const FitModel& fit, const FitDevice& device, const char* path) {
    constexpr std::uint32_t kPrompt = 64, kReply = 96;
    SpeedQuestion question;
    question.modelPath = path;
    question.cacheBytes =
        std::uint64_t{2} * 2 * model.config.keyLength() * model.config.layers * (kPrompt + kReply / 2);
    const SpeedForecast before = forecastSpeed(fit, device, question, {});
    if (auto warm = measure(model, kPrompt, 16); !warm) return warm.error();
    const auto first = measure(model, kPrompt, kReply);
    if (!first) return first.error();
    MeasuredSpeed seen{device.key(),
                       path,
                       fit.bytesPerToken(),
                       question.cacheBytes,
                       fit.promptParameters(),
                       first->decode,
                       first->prefill,
                       0,
                       true};
    const SpeedForecast after = forecastSpeed(fit, device, question, {&seen, 1});
    const auto second = measure(model, kPrompt, kReply);
    if (!second) return second.error();
    return Json{{"bandwidth", device.bandwidth},
                {"estimated_decode", before.decodeTokensPerSecond},
                {"estimated_prefill", before.prefillTokensPerSecond},
                {"calibrated_decode", after.decodeTokensPerSecond},
                {"calibrated_prefill", after.prefillTokensPerSecond},
                {"decode", second->decode},
                {"prefill", second->prefill}};
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    const QCoreApplication application(argc, argv);
    const auto context = static_cast<std::uint32_t>(std::stoul(argv[3]));
    const std::string_view how = argc > 4 ? argv[4] : "";
    const bool speed = how == "--speed";
    const QTemporaryDir folder;
    // Asking for the processor does not wake graphics drivers, which take memory of their own.
    const auto opened = openDevice(argv[2]);
    if (!opened) return fail(opened.error());
    const DeviceInfo info = (*opened)->info();
    const FitDevice device =
        FitDevice::of(info, info, speed ? processorBandwidth(folder.path()) : MemoryBandwidth());
    const auto fit = FitModel::open(argv[1]);
    if (!fit) return fail(fit.error());
    FitQuestion question;
    question.contextTokens = context;
    const FitForecast forecast = forecastFit(*fit, device, question);
    auto model = load(argv[1], argv[2], context, speed);
    if (!model) return fail(model.error());
    Json out{{"predicted_bytes", forecast.memory.total()},
             {"weights", forecast.memory.weights},
             {"context", forecast.memory.context},
             {"work_space", forecast.memory.workSpace},
             {"program", forecast.memory.program}};
    if (speed) {
        const auto compared = compareSpeed(*model, *fit, device, argv[1]);
        if (!compared) return fail(compared.error());
        out.update(*compared);
    } else {
        const auto used = how == "--prompt" ? readAll(*model, context) : useAllOfIt(*model, context);
        if (!used) return fail(used.error());
        out["peak_bytes"] = peakProcessBytes();
    }
    std::printf("%s\n", out.dump().c_str());
    return 0;
}
