#include "app/cli/fit_report.h"

#include "app/cli/text.h"
#include "app/fit/fit_text.h"
#include "app/models/byte_text.h"

#include <QLocale>
#include <nlohmann/json.hpp>

namespace ponder {
namespace {

Json toJson(const MemoryForecast& memory) {
    return {{"weights", memory.weights},
            {"context", memory.context},
            {"work_space", memory.workSpace},
            {"program", memory.program}};
}

} // namespace

Json toJson(const FitDevice& device) {
    return {{"id", device.info.id},
            {"name", device.info.name},
            {"memory_bytes", device.info.memoryBytes},
            {"free_bytes", device.info.freeBytes},
            {"margin_bytes", marginBytes(device.info)},
            {"bandwidth_bytes_per_second", device.bandwidth},
            {"bandwidth_measured_busy", device.measuredBusy},
            {"disk_bytes_per_second", device.diskBandwidth()}};
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
            {"expert_layers", fit.expertLayers},
            {"processor_bytes", fit.processorBytes},
            {"mapped_bytes", fit.mappedBytes},
            {"predicted_decode_tokens_per_second", fit.speed.decodeTokensPerSecond},
            {"predicted_prefill_tokens_per_second", fit.speed.prefillTokensPerSecond},
            {"speed_error", fit.speed.errorShare},
            {"source", sourceName(fit.speed.source)}};
}

Json toJson(const FitRow& row, const FitChoice& choice) {
    Json json{{"id", row.id.toStdString()},
              {"model", row.name.toStdString()},
              {"quantization", choice.quantization.toStdString()},
              {"suggested", &choice == &row.choices[row.suggested]},
              {"path", choice.path.isEmpty() ? Json() : Json(choice.path.toStdString())},
              {"file_bytes", choice.bytes}};
    if (choice.known) json.update(toJson(choice.fit));
    return json;
}

Json toJson(const GpuRow& row) {
    Json json{{"gpu", row.gpu->name.toStdString()},
              {"vendor", row.gpu->vendor.toStdString()},
              {"memory_gb", row.gpu->memoryGb},
              {"bandwidth_gb_per_second", row.gpu->bandwidthGbS},
              {"year", row.gpu->year > 0 ? Json(row.gpu->year) : Json()},
              {"price_usd", row.gpu->priceUsd ? Json(*row.gpu->priceUsd) : Json()},
              {"together", row.together}};
    json.update(toJson(row.fit));
    return json;
}

Json toJson(const NeededMachine& machine) {
    return {{"kind", kindName(machine.kind)},
            {"memory_bytes", machine.memoryBytes},
            {"memory_bytes_per_second", machine.memoryRate},
            {"disk_bytes_per_second", machine.diskRate},
            {"gpu", machine.card ? Json(machine.card->name.toStdString()) : Json()},
            {"predicted_decode_tokens_per_second", machine.speed.decodeTokensPerSecond}};
}

void print(const Console& console, const FitDevice& device) {
    console.line(Cli::tr("For %1, %2 of memory, %3 free")
                     .arg(QString::fromStdString(device.info.name),
                          memoryText(qint64(device.info.memoryBytes)),
                          memoryText(qint64(device.info.freeBytes))));
    if (device.measuredBusy)
        console.line(
            Cli::tr("Its memory was read at %1 GB/s while the computer was busy: models may be quicker "
                    "than said here.")
                .arg(QLocale().toString(device.bandwidth / 1e9, 'f', 1)));
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

void print(const Console& console, const FitRow& row, const FitChoice& choice) {
    if (choice.known)
        print(console, row.name, choice.quantization, choice.fit);
    else
        console.line(Cli::tr("%1  %2  %3, its file cannot be read")
                         .arg(row.name, choice.quantization, byteText(qint64(choice.bytes))));
    if (!choice.path.isEmpty()) console.line(Cli::tr("  on this computer: %1").arg(choice.path));
}

void print(const Console& console, const GpuRow& row) {
    QStringList about{Cli::tr("%1 GB").arg(QLocale().toString(row.gpu->memoryGb))};
    if (row.gpu->year > 0) about << QString::number(row.gpu->year);
    if (row.gpu->priceUsd) about << Cli::tr("about $%1").arg(QLocale().toString(*row.gpu->priceUsd));
    const QString name =
        row.together > 1 ? QStringLiteral("%1 × %2").arg(row.together).arg(row.gpu->name) : row.gpu->name;
    console.line(QStringLiteral("%1  %2").arg(name, about.join(QStringLiteral(", "))));
    console.line(QStringLiteral("  %1 · %2 · %3")
                     .arg(verdictText(row.fit), verdictDetail(row.fit), speedText(row.fit.speed)));
}

void print(const Console& console, const NeededMachine& machine) { console.line(machineText(machine)); }

} // namespace ponder
