#include "app/cli/speed_bench.h"
#include "app/cli/text.h"
#include "engine/base/host_memory.h"
#include "engine/base/memory_bandwidth.h"
#include "engine/base/processor.h"

#include <nlohmann/json.hpp>

namespace ponder {
namespace {

struct Plan {
    std::vector<std::uint32_t> prompts, depths;
    std::uint32_t reply = 0, rounds = 0, sequences = 0;
    unsigned threads = 1;
    bool bandwidth = false, profile = false;

    // What the longest of them needs.
    std::uint32_t contextTokens() const {
        const std::uint64_t prompt = *std::max_element(prompts.begin(), prompts.end()) + std::uint64_t{1};
        const std::uint64_t depth = std::max(*std::max_element(depths.begin(), depths.end()), 1U);
        return static_cast<std::uint32_t>(std::min<std::uint64_t>(
            std::max(prompt, depth + std::uint64_t{reply} * std::max(sequences, 1U)), UINT32_MAX));
    }
};

struct Report {
    std::vector<Figure> figures;
    Profile prefillProfile, decodeProfile, manyProfile;
    std::uint64_t peakBytes = 0;
    double bandwidth = 0; // of the host's memory, bytes a second; 0: not measured
};

const char* name(Figure::What what) {
    switch (what) {
    case Figure::What::Prefill:
        return "prefill";
    case Figure::What::FirstToken:
        return "first";
    case Figure::What::Decode:
        break;
    }
    return "decode";
}

const Figure& find(const Report& report, Figure::What what) {
    return *std::find_if(report.figures.begin(), report.figures.end(),
                         [&](const Figure& figure) { return figure.what == what; });
}

Result<Report> measure(const Invocation& call, const RunModel& loaded, const Plan& plan,
                       std::stop_token stop) {
    SpeedBench bench(loaded, call.arguments.ids(QStringLiteral("ids")), plan.rounds, std::move(stop));
    const auto onRound = [&](const Figure& figure) {
        call.console.progress(
            QStringLiteral("%1 %2: ").arg(QLatin1String(name(figure.what))).arg(figure.tokens) +
            Cli::tr("round %1 of %2").arg(figure.values.size()).arg(plan.rounds));
    };
    Report out;
    if (const auto warm = bench.warmUp(); !warm) return warm.error();
    for (const std::uint32_t tokens : plan.prompts) {
        const auto figures = bench.prefill(tokens, onRound);
        if (!figures) return figures.error();
        out.figures.insert(out.figures.end(), figures->begin(), figures->end());
    }
    for (const std::uint32_t depth : plan.depths) {
        const auto figure = bench.decode(plan.reply, depth, onRound);
        if (!figure) return figure.error();
        out.figures.push_back(*figure);
        if (plan.sequences == 0) continue;
        const auto many = bench.decodeMany(plan.reply, depth, plan.sequences, onRound);
        if (!many) return many.error();
        out.figures.push_back(*many);
    }
    if (plan.profile) {
        auto decode = bench.profileDecode(plan.reply, plan.depths.front());
        if (!decode) return decode.error();
        auto prefill = bench.profilePrefill(plan.prompts.front());
        if (!prefill) return prefill.error();
        if (plan.sequences > 0) {
            auto many = bench.profileDecodeMany(plan.reply, plan.depths.front(), plan.sequences);
            if (!many) return many.error();
            out.manyProfile = std::move(*many);
        }
        out.decodeProfile = std::move(*decode);
        out.prefillProfile = std::move(*prefill);
    }
    out.peakBytes = peakProcessBytes();
    if (plan.bandwidth) { // last, as it takes a gigabyte
        const auto reads = measureMemoryBandwidth({plan.threads});
        if (!reads) return reads.error();
        out.bandwidth = reads->best();
    }
    return out;
}

// What the weights of a token are read with; a card has memory of its own, which was not measured.
bool usesHostMemory(const DeviceInfo& device) { return device.kind != DeviceKind::Discrete; }

Json toJson(const Figure& figure, const Report& report, const RunModel& loaded) {
    const bool seconds = figure.what == Figure::What::FirstToken;
    Json out{{"what", name(figure.what)},     {"tokens", figure.tokens},           {"depth", figure.depth},
             {"sequences", figure.sequences}, {"median", figure.median()},         {"min", figure.smallest()},
             {"max", figure.largest()},       {"unit", seconds ? "s" : "tokens/s"}};
    // Several sequences share the weights that a step reads.
    if (figure.what != Figure::What::Decode || figure.sequences > 1) return out;
    const double read = figure.median() * static_cast<double>(bytesReadPerToken(loaded.model->file()));
    out["bytes_per_second"] = read;
    if (report.bandwidth > 0 && usesHostMemory(loaded.model->device()))
        out["bandwidth_share"] = read / report.bandwidth;
    return out;
}

Json toJson(const std::vector<KernelTime>& kernels) {
    Json out = Json::array();
    for (const KernelTime& kernel : kernels)
        out.push_back({{"kernel", kernel.kernel},
                       {"calls", kernel.calls},
                       {"seconds", kernel.seconds},
                       {"bytes", kernel.bytes},
                       {"bytes_per_second",
                        kernel.seconds > 0 ? static_cast<double>(kernel.bytes) / kernel.seconds : 0.0}});
    return out;
}

// Without the lists of figures and kernels.
Json particulars(const RunModel& loaded, const Plan& plan, const Report& report) {
    const MemoryUse memory = loaded.model->memory();
    Json out{{"model", loaded.model->file().displayName()},
             {"device", loaded.model->device().id},
             {"device_name", loaded.model->device().name},
             {"context", loaded.model->contextTokens()},
             {"prompt_tokens", plan.prompts.front()},
             {"reply_tokens", plan.reply},
             {"rounds", plan.rounds},
             {"prefill_tokens_per_second", find(report, Figure::What::Prefill).median()},
             {"decode_tokens_per_second", find(report, Figure::What::Decode).median()},
             {"load_seconds", loaded.model->loadSeconds()},
             {"peak_bytes", report.peakBytes},
             {"weights_bytes", memory.weights},
             {"kv_bytes", memory.kv},
             {"scratch_bytes", memory.scratch},
             {"staging_bytes", memory.staging},
             {"bytes_per_token", bytesReadPerToken(loaded.model->file())}};
    if (report.bandwidth > 0) out["memory_bytes_per_second"] = report.bandwidth;
    return out;
}

void printFigures(const Console& console, const Report& report) {
    console.line({});
    for (const Figure& figure : report.figures) {
        QString label = QStringLiteral("%1 %2").arg(QLatin1String(name(figure.what))).arg(figure.tokens);
        if (figure.depth > 0) label += QStringLiteral(" @ %1").arg(figure.depth);
        if (figure.sequences > 1) label += QStringLiteral(" x %1").arg(figure.sequences);
        const bool seconds = figure.what == Figure::What::FirstToken;
        const int digits = seconds ? 3 : 1;
        console.line(QStringLiteral("%1 %2 %3  (%4 - %5)")
                         .arg(label, -20)
                         .arg(figure.median(), 10, 'f', digits)
                         .arg(seconds ? QStringLiteral("s       ") : QStringLiteral("tokens/s"))
                         .arg(figure.smallest(), 0, 'f', digits)
                         .arg(figure.largest(), 0, 'f', digits));
    }
}

void printProfile(const Console& console, const QString& title, const Profile& profile) {
    console.line(u'\n' + title);
    if (profile.kernels.empty()) return console.line(Cli::tr("  this device does not time its kernels"));
    for (const KernelTime& kernel : profile.kernels)
        console.line(
            QStringLiteral("  %1 %2 x %3 ms %4 MB %5 GB/s")
                .arg(QString::fromStdString(kernel.kernel), -36)
                .arg(kernel.calls, 7)
                .arg(kernel.seconds * 1e3, 10, 'f', 3)
                .arg(static_cast<double>(kernel.bytes) / 1e6, 10, 'f', 1)
                .arg(kernel.seconds > 0 ? static_cast<double>(kernel.bytes) / kernel.seconds / 1e9 : 0.0, 7,
                     'f', 2));
    const double outside = profile.outsideKernels();
    console.line(Cli::tr("  outside the kernels: %1 ms of %2 ms, %3 %")
                     .arg(outside * 1e3, 0, 'f', 3)
                     .arg(profile.seconds * 1e3, 0, 'f', 3)
                     .arg(100 * outside / profile.seconds, 0, 'f', 1));
}

void print(const Invocation& call, const RunModel& loaded, const Plan& plan, const Report& report) {
    Json json = particulars(loaded, plan, report);
    if (!call.console.json()) {
        call.console.table(json);
        printFigures(call.console, report);
        if (!plan.profile) return;
        printProfile(call.console, Cli::tr("Kernels of a prompt:"), report.prefillProfile);
        printProfile(call.console, Cli::tr("Kernels of a reply:"), report.decodeProfile);
        if (plan.sequences > 0)
            printProfile(call.console, Cli::tr("Kernels of %1 replies at once:").arg(plan.sequences),
                         report.manyProfile);
        return;
    }
    json["results"] = Json::array();
    for (const Figure& figure : report.figures)
        json["results"].push_back(toJson(figure, report, loaded));
    if (plan.profile)
        json["profile"] = {{"prefill", toJson(report.prefillProfile.kernels)},
                           {"prefill_seconds", report.prefillProfile.seconds},
                           {"decode", toJson(report.decodeProfile.kernels)},
                           {"decode_seconds", report.decodeProfile.seconds}};
    if (plan.profile && plan.sequences > 0) {
        json["profile"]["decode_many"] = toJson(report.manyProfile.kernels);
        json["profile"]["decode_many_seconds"] = report.manyProfile.seconds;
    }
    call.console.value(json);
}

Plan readPlan(const Arguments& arguments) {
    const auto count = [&](const char* name) {
        return static_cast<std::uint32_t>(arguments.count(QLatin1String(name)));
    };
    Plan plan{arguments.counts(QStringLiteral("p")), arguments.counts(QStringLiteral("d"))};
    plan.reply = count("n");
    plan.rounds = count("r");
    plan.sequences = count("sequences");
    plan.threads = count("threads");
    if (plan.threads == 0) plan.threads = processor().cores;
    plan.bandwidth = arguments.has(QStringLiteral("bandwidth"));
    plan.profile = arguments.has(QStringLiteral("profile"));
    return plan;
}

int runBench(const Invocation& call) {
    const Plan plan = readPlan(call.arguments);
    const Interrupt::Guard guard(call.interrupt);
    const auto loaded = RunModel::load(call, guard.token(), plan.contextTokens());
    if (!loaded) return call.console.fail(loaded.error());
    const auto report = measure(call, *loaded, plan, guard.token());
    if (!report) return call.console.fail(report.error());
    call.console.progress({});
    print(call, *loaded, plan, *report);
    return kDone;
}

void declareBench(Arguments& arguments) {
    const QString n = QStringLiteral("N");
    arguments.takesModel();
    arguments.takesDevice();
    arguments.counts(QStringLiteral("p"), Cli::tr("Tokens of the prompt; several as in 128,512."),
                     QStringLiteral("128"), 1);
    arguments.count(QStringLiteral("n"), n, Cli::tr("Tokens of the reply."), 32, 2);
    arguments.counts(QStringLiteral("d"), Cli::tr("Tokens before the reply; several as in 0,2048."),
                     QStringLiteral("0"), 0);
    arguments.count(QStringLiteral("sequences"), n,
                    Cli::tr("Also measure N replies that share what stands before them; 0 does not."), 0, 0,
                    kMostReplies);
    arguments.count(QStringLiteral("r"), n, Cli::tr("Rounds; the result is their median."), 3, 1, 1000);
    arguments.ids(QStringLiteral("ids"),
                  Cli::tr("Tokens of the prompts, repeated as needed; otherwise ordinary ones at random."),
                  Arguments::Presence::Optional);
    arguments.flag(QStringLiteral("bandwidth"),
                   Cli::tr("Also measure how quickly memory can be read, and the share that replies reach."));
    arguments.flag(QStringLiteral("profile"),
                   Cli::tr("Also print what each kernel cost, in a round of its own."));
}

} // namespace

const Command kBenchCommand{
    "bench",
    "MODEL [--device D] [--context N] [-p 128,...] [-n 32] [-d 0,...] [-r 3] [--sequences N] [--bandwidth] "
    "[--profile] "
    "[--json]",
    QT_TRANSLATE_NOOP("ponder::Cli", "Measures reading and writing speed, loading time and memory."),
    "bench model.gguf\nbench model.gguf --device vulkan:1 -p 128,512 -n 64 -d 0,2048 -r 5 --json",
    declareBench,
    runBench,
    QT_TRANSLATE_NOOP(
        "ponder::Cli",
        "JSON: \"results\" lists what was measured, each with \"what\" (prefill, first: the time to the "
        "first\n"
        "token, decode), \"tokens\", \"depth\", \"sequences\", \"median\", \"min\", \"max\" and \"unit\"; "
        "decode also has\n"
        "\"bytes_per_second\" read and, with --bandwidth, its share of \"memory_bytes_per_second\".\n"
        "\"bytes_per_token\" counts the tensors that one step reads, \"peak_bytes\" is the most memory that "
        "the\n"
        "process had, as the system says; the other *_bytes are what the engine holds. \"profile\" lists\n"
        "\"kernel\", \"calls\", \"seconds\", \"bytes\" and \"bytes_per_second\" for \"prefill\" and "
        "\"decode\";\n"
        "\"prefill_seconds\" and \"decode_seconds\" are what the whole of these rounds took.")};

} // namespace ponder
