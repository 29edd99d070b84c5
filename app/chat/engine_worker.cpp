#include "app/chat/engine_worker.h"

#include "app/chat/error_text.h"
#include "app/models/byte_text.h"
#include "app/models/quantization_name.h"
#include "app/store/cache_folder.h"
#include "engine/base/translatable.h"
#include "engine/plan/expert_split.h"
#include "engine/plan/kv_type_name.h"

#include <QCoreApplication>

namespace ponder {
namespace {

QString templateNote(const TemplateChoice& choice) {
    using Origin = TemplateChoice::Origin;
    if (choice.ownReason)
        return QCoreApplication::translate(
            "EngineChat", "The chat template chosen for this model does not work; its own one is used.");
    switch (choice.origin) {
    case Origin::Own:
    case Origin::File:
        break;
    case Origin::BuiltinForMissing:
        return QCoreApplication::translate("EngineChat",
                                           "This file has no chat template; the built-in one for %1 is used.")
            .arg(choice.builtinName);
    case Origin::BuiltinForBroken:
        return QCoreApplication::translate(
                   "EngineChat",
                   "The chat template of this file does not work; the built-in one for %1 is used.")
            .arg(choice.builtinName);
    }
    return {};
}

// The device, and how the layers are shared where it has only some of them, or of some mixtures not the
// experts.
QString deviceText(const Model& model) {
    const std::vector<ModelPart> parts = model.parts();
    const QString name = QString::fromStdString(model.device().name);
    if (parts.size() < 2) return name;
    if (parts.front().expertsOnly)
        return QCoreApplication::translate("EngineChat", "%1 (the experts of %2 of %3 layers in memory)")
            .arg(name)
            .arg(mixturesOf(model.config(), parts.front().layers))
            .arg(mixturesOf(model.config()));
    const LayerRange& layers = parts.back().layers;
    return QCoreApplication::translate("EngineChat", "%1 (%2 of %3 layers, the rest on the processor)")
        .arg(name)
        .arg(layers.end - layers.first)
        .arg(layers.end);
}

LoadedModel describe(const LoadRequestInfo& request, const Model& model, const ReplyGenerator& generator) {
    LoadedModel loaded;
    loaded.path = request.path;
    loaded.name = QString::fromStdString(model.file().displayName());
    loaded.quantization = quantizationName(model.file());
    loaded.device = deviceText(model);
    loaded.contextTokens = static_cast<int>(model.contextTokens());
    loaded.contextExceedsTraining = model.contextExceedsTraining();
    // Of the device that is shown; the processor's part of a shared model is elsewhere.
    const std::vector<ModelPart> parts = model.parts();
    const MemoryUse& memory = parts.size() > 1 ? parts.back().memory : model.memory();
    loaded.memoryBytes = static_cast<qint64>(memory.total());
    const DeviceInfo& device = model.device();
    loaded.deviceMemoryBytes = static_cast<qint64>(device.memoryBytes);
    loaded.graphicsMemory =
        (device.kind == DeviceKind::Discrete || device.kind == DeviceKind::Integrated) && !device.unified;
    loaded.loadSeconds = model.loadSeconds();
    loaded.markers = generator.facts().markers;
    loaded.switches = generator.facts().switches;
    loaded.templateNote = templateNote(generator.templateChoice());
    for (const Detail& note : model.tokenizer().notes())
        loaded.fileNotes << detailText(note);
    if (const std::uint64_t mapped = model.memory().mapped; mapped > 0)
        loaded.fileNotes << QCoreApplication::translate(
                                "EngineChat",
                                "%1 of it do not fit into memory and are read from the disk as it "
                                "answers, which is slow")
                                .arg(byteText(qint64(mapped)));
    return loaded;
}

std::vector<AdapterUse> adapterUses(const QList<ModelAdapter>& adapters) {
    std::vector<AdapterUse> uses;
    for (const ModelAdapter& adapter : adapters)
        if (adapter.applied)
            uses.push_back({adapter.path.toStdU16String(), static_cast<float>(adapter.strength)});
    return uses;
}

std::optional<std::uint32_t> layersOf(std::optional<int> chosen) {
    if (!chosen) return {};
    return *chosen < 0 ? kAutoLayers : static_cast<std::uint32_t>(*chosen);
}

} // namespace

Result<LoadedModel> EngineWorker::load(const LoadRequestInfo& request, const Progress& progress,
                                       const TuningProgress& tuning, const std::stop_token& stop) {
    unload();
    LoadOptions options;
    options.path = request.path.toStdU16String();
    options.device = request.device.toStdString();
    options.cacheFolder = cacheFolder().toStdU16String();
    options.onTuning = tuning;
    options.contextTokens = static_cast<std::uint32_t>(std::max(request.contextTokens, 0));
    options.kvType = kvTypeNamed(request.kvType.toStdString());
    options.adapters = adapterUses(request.adapters);
    options.gpuLayers = layersOf(request.gpuLayers);
    options.expertLayers = layersOf(request.expertLayers);
    m_measure.beforeLoading();
    Result<std::unique_ptr<Model>> model = m_loader(options, progress, stop);
    if (!model) return model.error();
    m_model = std::move(*model);
    Result<std::unique_ptr<ReplyGenerator>> generator =
        ReplyGenerator::create(*m_model, request.chatTemplate);
    if (!generator || stop.stop_requested()) {
        const Error error = generator ? Error{ErrorCode::Cancelled, {}, {}} : generator.error();
        generator = error;
        unload();
        return error;
    }
    m_generator = std::move(*generator);
    if (m_shelf) m_generator->keepOn(&*m_shelf);
    m_measure.loaded(request.path);
    return describe(request, *m_model, *m_generator);
}

void EngineWorker::forgetChat(int chatId) {
    if (m_generator)
        m_generator->forget(chatId);
    else if (m_shelf)
        m_shelf->forget(chatId);
}

Result<void> EngineWorker::setAdapters(const QList<ModelAdapter>& adapters) {
    if (!m_model)
        return Error{ErrorCode::BadArgument, "adapters",
                     Detail{PONDER_TR_NOOP("ErrorDetail", "they need a model that is loaded"), {}}};
    const Result<void> changed = m_model->setAdapters(adapterUses(adapters));
    if (!changed && changed.error().code == ErrorCode::DeviceLost) unload();
    return changed;
}

void EngineWorker::unload() {
    if (m_generator) m_generator->putAway();
    m_generator.reset();
    m_measure.unloaded();
    m_model.reset();
}

Result<ReplySummary> EngineWorker::generate(const ReplyRequest& request, const ReplyCallbacks& callbacks,
                                            std::stop_token stop) {
    if (!m_generator)
        return Error{ErrorCode::Internal,
                     {},
                     Detail{PONDER_TR_NOOP("ErrorDetail", "a reply was asked for without a model"), {}}};
    m_measure.beforeReply();
    Result<ReplySummary> summary = m_generator->run(request, callbacks, std::move(stop));
    if (summary) m_measure.addTo(*summary, *m_model);
    if (!summary && summary.error().code == ErrorCode::DeviceLost) unload();
    return summary;
}

} // namespace ponder
