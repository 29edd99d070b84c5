#include "app/cli/run_model.h"
#include "app/cli/text.h"
#include "app/fit/fit_list.h"
#include "app/fit/fit_text.h"
#include "app/fit/processor_bandwidth.h"
#include "app/models/byte_text.h"
#include "app/store/cache_folder.h"
#include "app/store/store.h"
#include "engine/engine.h"

#include <QFileInfo>
#include <nlohmann/json.hpp>

namespace ponder {
namespace {

Json toJson(const MemoryForecast& memory) {
    return {{"weights", memory.weights},
            {"context", memory.context},
            {"work_space", memory.workSpace},
            {"program", memory.program}};
}

Json deviceJson(const FitDevice& device) {
    return {{"id", device.info.id},
            {"name", device.info.name},
            {"memory_bytes", device.info.memoryBytes},
            {"free_bytes", device.info.freeBytes},
            {"margin_bytes", marginBytes(device.info)},
            {"bandwidth_bytes_per_second", device.bandwidth}};
}

Json toJson(const FitForecast& fit) {
    return {{"context", fit.contextTokens},
            {"predicted_bytes", fit.memory.total()},
            {"parts", toJson(fit.memory)},
            {"spare_bytes", fit.spareBytes},
            {"verdict", verdictName(fit.verdict)},
            {"best_quantization", fit.better ? Json(std::string(nameOf(*fit.better))) : Json()},
            {"largest_context", fit.largestContext},
            {"loaded_context", fit.usedContext},
            {"layers", fit.layers},
            {"gpu_layers", fit.gpuLayers},
            {"processor_bytes", fit.processorBytes},
            {"predicted_decode_tokens_per_second", fit.speed.decodeTokensPerSecond},
            {"predicted_prefill_tokens_per_second", fit.speed.prefillTokensPerSecond},
            {"speed_error", fit.speed.errorShare},
            {"source", sourceName(fit.speed.source)}};
}

Result<FitDevice> chosenDevice(const Arguments& arguments) {
    const std::vector<DeviceInfo> devices = listDevices();
    const auto processor = std::find_if(devices.begin(), devices.end(), [](const DeviceInfo& device) {
        return device.kind == DeviceKind::Processor;
    });
    const DeviceInfo& beside = processor == devices.end() ? devices.back() : *processor;
    const double bandwidth = processorBandwidth(cacheFolder());
    if (const QString gpu = arguments.text(QStringLiteral("gpu")); !gpu.isEmpty()) {
        const Gpu* found = GpuCatalogue::builtIn().find(gpu);
        if (!found) return Error{ErrorCode::DeviceNotFound, gpu.toStdString(), {}};
        return FitDevice::of(*found, beside, bandwidth);
    }
    const auto device = findDevice(devices, arguments.has(QStringLiteral("device"))
                                                ? arguments.text(QStringLiteral("device")).toStdString()
                                                : "auto");
    if (!device) return device.error();
    return FitDevice::of(*device, beside, bandwidth);
}

void print(const Console& console, const QString& name, const QString& quantization, const FitForecast& fit) {
    console.line(
        QStringLiteral("%1  %2  %3").arg(name, quantization, memoryText(qint64(fit.memory.total()))));
    console.line(QStringLiteral("  %1 · %2").arg(verdictText(fit), verdictDetail(fit)));
    const QString speed = speedText(fit.speed);
    if (!speed.isEmpty())
        console.line(
            QStringLiteral("  %1 · %2 · %3").arg(speed, promptText(fit.speed), sourceText(fit.speed)));
    QString parts = Cli::tr("  weights %1, context %2, work space %3")
                        .arg(memoryText(qint64(fit.memory.weights)), memoryText(qint64(fit.memory.context)),
                             memoryText(qint64(fit.memory.workSpace)));
    if (fit.memory.program > 0) parts += Cli::tr(", program %1").arg(memoryText(qint64(fit.memory.program)));
    console.line(parts);
}

// Every model of the catalogue, each in every quantization.
int listAll(const Invocation& call, const FitDevice& device, const QList<MeasuredSpeed>& history) {
    FitListQuestion question;
    question.device = device;
    question.contextTokens = static_cast<std::uint32_t>(call.arguments.count(QStringLiteral("context")));
    question.history = history;
    FitModels models;
    const std::vector<FitRow> rows = fitList(ModelCatalogue::builtIn(), question, models);
    Json list = Json::array();
    for (const FitRow& row : rows)
        for (const FitChoice& choice : row.choices) {
            const bool suggested = &choice == &row.choices[row.suggested];
            if (!call.console.json()) {
                if (suggested && choice.known)
                    print(call.console, row.name, choice.quantization, choice.fit);
                else if (suggested)
                    call.console.line(
                        Cli::tr("%1  %2  %3, does not run here yet")
                            .arg(row.name, choice.quantization, byteText(qint64(choice.bytes))));
                continue;
            }
            Json json{{"id", row.id.toStdString()},
                      {"model", row.name.toStdString()},
                      {"quantization", choice.quantization.toStdString()},
                      {"suggested", suggested},
                      {"file_bytes", choice.bytes},
                      {"runnable", row.runnable}};
            if (choice.known) json.update(toJson(choice.fit));
            list.push_back(std::move(json));
        }
    if (call.console.json()) call.console.value({{"device", deviceJson(device)}, {"models", list}});
    return kDone;
}

FitQuestion questionOf(const Arguments& arguments) {
    FitQuestion question;
    question.contextTokens = static_cast<std::uint32_t>(arguments.count(QStringLiteral("context")));
    if (arguments.has(QStringLiteral("kv"))) question.kvType = kvTypeOf(arguments.text(QStringLiteral("kv")));
    return question;
}

int run(const Invocation& call) {
    const auto device = chosenDevice(call.arguments);
    if (!device) return call.console.fail(device.error());
    if (!call.console.json())
        call.console.line(Cli::tr("For %1, %2 of memory, %3 free")
                              .arg(QString::fromStdString(device->info.name),
                                   memoryText(qint64(device->info.memoryBytes)),
                                   memoryText(qint64(device->info.freeBytes))));
    const QList<MeasuredSpeed> history = Store().speeds();
    if (call.arguments.model().isEmpty()) return listAll(call, *device, history);
    FitQuestion question = questionOf(call.arguments);
    question.history = history;
    question.modelPath = QFileInfo(call.arguments.model()).absoluteFilePath();
    const auto model = FitModel::open(call.arguments.model().toStdString());
    if (!model) return call.console.fail(model.error());
    const FitForecast fit = forecastFit(*model, *device, question);
    if (call.console.json()) {
        Json json{{"model", model->name().toStdString()},
                  {"quantization", model->quantization().toStdString()},
                  {"device", deviceJson(*device)}};
        json.update(toJson(fit));
        call.console.value(json);
    } else {
        print(call.console, model->name(), model->quantization(), fit);
    }
    return kDone;
}

} // namespace

const Command kFitCommand{
    "fit",
    "[MODEL] [--device D | --gpu NAME] [--context N] [--kv TYPE] [--json]",
    QT_TRANSLATE_NOOP(
        "ponder::Cli",
        "Says whether a model, or each of the catalogue, fits, with which context, and how fast it will be."),
    "fit\nfit model.gguf\nfit model.gguf --gpu \"RTX 4070\" --context 8192",
    [](Arguments& arguments) {
        arguments.takesModel(Arguments::Presence::Optional);
        arguments.text(QStringLiteral("device"), QStringLiteral("D"),
                       Cli::tr("A device of this machine, as `devices` lists them."),
                       Arguments::Presence::Optional);
        arguments.text(QStringLiteral("gpu"), QStringLiteral("NAME"),
                       Cli::tr("Another graphics processor, as if it were in this machine."),
                       Arguments::Presence::Optional);
        arguments.count(QStringLiteral("context"), QStringLiteral("N"),
                        Cli::tr("Tokens of context. The default is what reasoning needs."), 0);
        arguments.choice(QStringLiteral("kv"),
                         {QStringLiteral("f16"), QStringLiteral("f32"), QStringLiteral("q8_0")},
                         Cli::tr("Number format of the attention cache."));
    },
    run};

} // namespace ponder
