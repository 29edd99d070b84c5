#include "app/cli/fit_report.h"
#include "app/cli/run_model.h"
#include "app/cli/text.h"
#include "app/fit/disk_bandwidth.h"
#include "app/fit/processor_bandwidth.h"
#include "app/models/closest_name.h"
#include "app/store/cache_folder.h"
#include "app/store/store.h"
#include "engine/base/translatable.h"
#include "engine/engine.h"
#include "engine/plan/kv_type_name.h"

#include <QFileInfo>
#include <nlohmann/json.hpp>

namespace ponder {
namespace {

// "RTX 3060" is sold with 8 and with 12 GB.
void sayOthers(const Console& console, const QString& typed, const Gpu& meant) {
    QStringList others;
    for (const Gpu* gpu : GpuCatalogue::builtIn().allCalled(typed))
        if (gpu != &meant) others << gpu->name;
    if (!others.isEmpty())
        console.note(Cli::tr("%1 may also mean %2; this is the answer for %3.")
                         .arg(typed, others.join(QStringLiteral(", ")), meant.name));
}

Result<FitDevice> chosenDevice(const Invocation& call) {
    const Arguments& arguments = call.arguments;
    const std::vector<DeviceInfo> devices = listDevices();
    const auto processor = std::find_if(devices.begin(), devices.end(), [](const DeviceInfo& device) {
        return device.kind == DeviceKind::Processor;
    });
    const DeviceInfo& beside = processor == devices.end() ? devices.back() : *processor;
    const MemoryBandwidth bandwidth = processorBandwidth(cacheFolder());
    if (const QString gpu = arguments.text(QStringLiteral("gpu")); !gpu.isEmpty()) {
        const Gpu* found = GpuCatalogue::builtIn().find(gpu);
        if (!found) return Error{ErrorCode::DeviceNotFound, gpu.toStdString(), {}};
        sayOthers(call.console, gpu, *found);
        return FitDevice::of(*found, beside, bandwidth.bytesPerSecond);
    }
    const auto device = findDevice(devices, arguments.has(QStringLiteral("device"))
                                                ? arguments.text(QStringLiteral("device")).toStdString()
                                                : "auto");
    if (!device) return device.error();
    return FitDevice::of(*device, beside, bandwidth);
}

// What is asked, of whatever model.
struct Question {
    const Invocation& call;
    FitDevice device;
    FitListQuestion list;

    Question(const Invocation& invocation, FitDevice chosen) : call(invocation), device(std::move(chosen)) {
        Store store;
        list.library = store.models();
        QList<ModelRecord> files = list.library;
        if (const QString model = call.arguments.model(); QFileInfo::exists(model))
            files.emplaceBack().path = model;
        device.timeDisk = calledOnce([files] { return diskBandwidth(files); });
        list.device = device;
        list.contextTokens = static_cast<std::uint32_t>(call.arguments.count(QStringLiteral("context")));
        list.kvType = kvTypeNamed(call.arguments.text(QStringLiteral("kv")).toStdString());
        list.history = store.speeds();
    }
};

// One model of the catalogue or the library, as NAME or NAME:QUANTIZATION.
struct Named {
    const FitRow* row = nullptr;
    const FitChoice* choice = nullptr; // null: every one was meant
};

Result<Named> findNamed(const std::vector<FitRow>& rows, const QString& text) {
    const auto rowOf = [&](const QString& name) -> const FitRow* {
        const auto found = std::find_if(rows.begin(), rows.end(), [&](const FitRow& row) {
            return plainName(row.name) == plainName(name) || row.id == name;
        });
        return found == rows.end() ? nullptr : &*found;
    };
    if (const FitRow* row = rowOf(text)) return Named{row, nullptr};
    const qsizetype colon = text.lastIndexOf(QLatin1Char(':'));
    const FitRow* row = colon > 0 ? rowOf(text.left(colon)) : nullptr;
    QStringList known;
    if (!row) {
        for (const FitRow& other : rows)
            known << other.name;
        return Error{ErrorCode::BadArgument, text.toStdString(), closestDetail(text, known)};
    }
    const QString quantization = text.mid(colon + 1);
    for (const FitChoice& choice : row->choices) {
        if (choice.quantization.compare(quantization, Qt::CaseInsensitive) == 0) return Named{row, &choice};
        known << choice.quantization;
    }
    return Error{ErrorCode::BadArgument, text.toStdString(), closestDetail(quantization, known)};
}

// Every model that is known: the suggested quantization as text, each of them as JSON.
int listAll(const Question& question) {
    const Console& console = question.call.console;
    FitModels models;
    Json list = Json::array();
    for (const FitRow& row : fitList(ModelCatalogue::builtIn(), question.list, models))
        for (const FitChoice& choice : row.choices) {
            if (console.json())
                list.push_back(toJson(row, choice));
            else if (&choice == &row.choices[row.suggested])
                print(console, row, choice);
        }
    if (console.json()) console.value({{"device", toJson(question.device)}, {"models", list}});
    return kDone;
}

// What would run a model that does not fit here.
std::vector<NeededMachine> machinesFor(const Question& question, const FitModel& model) {
    FitQuestion asked;
    asked.contextTokens = question.list.contextTokens;
    if (forecastFit(model, question.device, asked).verdict != FitVerdict::DoesNotFit) return {};
    return neededMachines(GpuCatalogue::builtIn(), model, question.device, asked.contextTokens);
}

// The graphics processors that hold the whole model; of one that none does, so many of them together.
int listGpus(const Question& question, const FitModel& model) {
    const Console& console = question.call.console;
    const QString vendor = question.call.arguments.text(QStringLiteral("vendor"));
    const GpuCatalogue& catalogue = GpuCatalogue::builtIn();
    const std::uint32_t context = question.list.contextTokens;
    std::vector<GpuRow> rows = gpuList(catalogue, model, context);
    if (needsSeveral(rows)) rows = gpusTogether(rows, model);
    Json list = Json::array();
    for (const GpuRow& row : rows) {
        if (!fitsWhole(row.fit.verdict)) continue;
        if (!vendor.isEmpty() && row.gpu->vendor.compare(vendor, Qt::CaseInsensitive) != 0) continue;
        if (console.json())
            list.push_back(toJson(row));
        else
            print(console, row);
    }
    Json others = Json::array();
    for (const NeededMachine& machine : machinesFor(question, model)) {
        if (console.json())
            others.push_back(toJson(machine));
        else
            print(console, machine);
    }
    if (console.json())
        console.value({{"model", model.name().toStdString()},
                       {"quantization", model.quantization().toStdString()},
                       {"gpus", list},
                       {"machines", others}});
    return kDone;
}

int reportFile(const Question& question, const QString& path) {
    const Console& console = question.call.console;
    const auto model = FitModel::open(path.toStdU16String());
    if (!model) return console.fail(model.error());
    if (question.call.arguments.has(QStringLiteral("gpus"))) return listGpus(question, *model);
    FitQuestion asked;
    asked.contextTokens = question.list.contextTokens;
    asked.kvType = question.list.kvType;
    asked.history = question.list.history;
    asked.modelPath = QFileInfo(path).absoluteFilePath();
    const FitForecast fit = forecastFit(*model, question.device, asked);
    if (console.json()) {
        Json json{{"model", model->name().toStdString()},
                  {"quantization", model->quantization().toStdString()},
                  {"device", toJson(question.device)}};
        json.update(toJson(fit));
        console.value(json);
    } else {
        print(console, model->name(), model->quantization(), fit);
    }
    return kDone;
}

// A name of the catalogue or the library: one quantization of it, or each.
int reportNamed(const Question& question, const QString& name) {
    const Console& console = question.call.console;
    FitModels models;
    const std::vector<FitRow> rows = fitList(ModelCatalogue::builtIn(), question.list, models);
    const auto named = findNamed(rows, name);
    if (!named) return console.fail(named.error());
    const FitRow& row = *named->row;
    const FitChoice& chosen = named->choice ? *named->choice : row.choices[row.suggested];
    if (question.call.arguments.has(QStringLiteral("gpus")) && chosen.model)
        return listGpus(question, *chosen.model);
    if (!console.json()) {
        for (const FitChoice& choice : row.choices)
            if (!named->choice || &choice == named->choice) print(console, row, choice);
        return kDone;
    }
    Json json{{"device", toJson(question.device)}};
    json.update(toJson(row, chosen));
    if (!named->choice) {
        Json list = Json::array();
        for (const FitChoice& choice : row.choices)
            list.push_back(toJson(row, choice));
        json["choices"] = std::move(list);
    }
    console.value(json);
    return kDone;
}

int runFit(const Invocation& call) {
    auto device = chosenDevice(call);
    if (!device) return call.console.fail(device.error());
    const Question question(call, std::move(*device));
    const QString model = call.arguments.model();
    if (model.isEmpty() && call.arguments.has(QStringLiteral("gpus")))
        return call.console.fail(
            Error{ErrorCode::BadArgument, "--gpus", {PONDER_TR_NOOP("ErrorDetail", "it needs a model"), {}}});
    if (!call.console.json() && !call.arguments.has(QStringLiteral("gpus")))
        print(call.console, question.device);
    if (model.isEmpty()) return listAll(question);
    const bool isFile =
        QFileInfo::exists(model) || model.endsWith(QStringLiteral(".gguf"), Qt::CaseInsensitive);
    return isFile ? reportFile(question, model) : reportNamed(question, model);
}

} // namespace

const Command kFitCommand{
    "fit",
    "[MODEL | NAME[:QUANTIZATION]] [--device D | --gpu NAME | --gpus [--vendor V]] [--context N] [--kv TYPE] "
    "[--json]",
    QT_TRANSLATE_NOOP(
        "ponder::Cli",
        "Says whether a model, or each of the catalogue, fits, with which context, and how fast it will be."),
    "fit\nfit model.gguf\nfit model.gguf --gpu \"RTX 4070\" --context 8192\n"
    "fit DeepSeek-R1-Distill-Qwen-14B:Q4_K_M --gpus --vendor AMD",
    [](Arguments& arguments) {
        arguments.takesModel(Arguments::Presence::Optional);
        arguments.text(QStringLiteral("device"), QStringLiteral("D"),
                       Cli::tr("A device of this machine, as `devices` lists them."),
                       Arguments::Presence::Optional);
        arguments.text(QStringLiteral("gpu"), QStringLiteral("NAME"),
                       Cli::tr("Another graphics processor, as if it were in this machine."),
                       Arguments::Presence::Optional);
        arguments.flag(QStringLiteral("gpus"), Cli::tr("The graphics processors that hold the whole model, "
                                                       "by memory, or so many of them together."));
        arguments.text(QStringLiteral("vendor"), QStringLiteral("V"),
                       Cli::tr("Only those of one vendor: NVIDIA, AMD, Intel or Apple."),
                       Arguments::Presence::Optional);
        arguments.count(QStringLiteral("context"), QStringLiteral("N"),
                        Cli::tr("Tokens of context. The default is what reasoning needs."), 0);
        arguments.choice(QStringLiteral("kv"),
                         {QStringLiteral("f16"), QStringLiteral("f32"), QStringLiteral("q8_0")},
                         Cli::tr("Number format of the attention cache."));
    },
    runFit};

} // namespace ponder
