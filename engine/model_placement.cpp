#include "engine/model_placement.h"

#include "engine/base/host_memory.h"
#include "engine/base/translatable.h"
#include "engine/devices.h"
#include "engine/plan/expert_split.h"
#include "engine/split_executor.h"

#include <algorithm>

namespace ponder {
namespace {

// A context that was not asked for may shrink to this before the model is said not to fit,
constexpr std::uint32_t kSmallestContext = 2048;
// and to this before layers leave the graphics processor, which costs more than a shorter context.
constexpr std::uint32_t kSmallestBeforeSplit = 8192;

bool isVulkan(DeviceKind kind) {
    return kind == DeviceKind::Discrete || kind == DeviceKind::Integrated || kind == DeviceKind::Software;
}

std::uint32_t wantedContext(const LoadOptions& options, const ModelConfig& config) {
    if (options.contextTokens > 0) return options.contextTokens;
    return config.trainedContext > 0 ? std::min(config.trainedContext, kDefaultContext) : kDefaultContext;
}

} // namespace

ModelPlacement::ModelPlacement(const LoadOptions& options, const ModelFile& file, const ModelConfig& config,
                               const FileWeights& weights, const AdapterSet& adapters)
    : m_file(&file), m_config(&config), m_weights(&weights), m_adapters(&adapters),
      m_wantedContext(wantedContext(options, config)), m_options(options) {}

Result<ModelPlacement> ModelPlacement::choose(const LoadOptions& options, const ModelFile& file,
                                              const ModelConfig& config, const FileWeights& weights,
                                              const AdapterSet& adapters) {
    ModelPlacement placement(options, file, config, weights, adapters);
    Result<std::unique_ptr<Device>> device = openDevice(options.device);
    if (!device) return device.error();
    placement.m_device = std::move(*device);
    placement.m_kvType = options.kvType.value_or(placement.m_device->defaultKvType());
    if (const Result<void> placed = placement.place(options); !placed) return placed.error();
    return placement;
}

// Which options do not go with this device, or with each other.
Result<void> ModelPlacement::checkOptions(DeviceKind kind) const {
    const auto asks = [](std::optional<std::uint32_t> layers) {
        return layers && *layers != kAutoLayers && *layers > 0;
    };
    if (!isVulkan(kind) && (asks(m_options.gpuLayers) || asks(m_options.expertLayers)))
        return Error{ErrorCode::BadArgument, m_device->info().name,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "only a Vulkan device can share the layers with "
                                                          "the processor"),
                            {}}};
    if (m_options.gpuLayers && m_options.expertLayers)
        return Error{ErrorCode::BadArgument, m_device->info().name,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "either layers or experts are shared with the "
                                                          "processor, not both"),
                            {}}};
    if (asks(m_options.expertLayers) && m_config->mixture.experts == 0)
        return Error{ErrorCode::BadArgument, m_file->displayName(),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "this model has no experts that the processor "
                                                          "could take"),
                            {}}};
    return {};
}

Result<void> ModelPlacement::place(const LoadOptions& options) {
    m_room = options.memoryRoom;
    const Result<void> placed = placeInMemory(options);
    if (placed || placed.error().code != ErrorCode::DoesNotFit || m_room > 0) return placed;
    m_room = roomBesideFile(hostMemory().available);
    if (m_room == 0 || !placeInMemory(options)) return placed;
    return {};
}

Result<void> ModelPlacement::placeInMemory(const LoadOptions& options) {
    const DeviceKind kind = m_device->info().kind;
    if (const Result<void> good = checkOptions(kind); !good) return good;
    const auto chosen = [](std::uint32_t layers) {
        return layers == kAutoLayers ? std::optional<std::uint32_t>() : layers;
    };
    if (options.gpuLayers && isVulkan(kind))
        return shrink(kSmallestContext, [&] { return placeSplit(chosen(*options.gpuLayers)); });
    if (options.expertLayers && isVulkan(kind) && m_config->mixture.experts > 0)
        return shrink(kSmallestContext, [&] { return placeExperts(chosen(*options.expertLayers)); });
    const bool real = kind == DeviceKind::Discrete || kind == DeviceKind::Integrated;
    if (!real) return shrink(kSmallestContext, [&] { return placeWhole(*m_device); });
    const Result<void> alone = shrink(kSmallestBeforeSplit, [&] { return placeWhole(*m_device); });
    if (!alone && alone.error().code == ErrorCode::UnsupportedModel && options.device == "auto")
        return placeOnProcessor(options);
    if (alone || alone.error().code != ErrorCode::DoesNotFit) return alone;
    return placeWhatFits();
}

// A mixture's experts leave a graphics processor before any layer does: a token needs few of them.
Result<void> ModelPlacement::placeWhatFits() {
    if (m_config->mixture.experts > 0) {
        const Result<void> placed = shrink(kSmallestContext, [&] { return placeExperts(std::nullopt); });
        if (placed) return placed;
        const ErrorCode code = placed.error().code;
        if (code != ErrorCode::DoesNotFit && code != ErrorCode::UnsupportedModel) return placed;
    }
    return shrink(kSmallestContext, [&] { return placeSplit(std::nullopt); });
}

// Nobody has asked for the device that cannot compute the model.
Result<void> ModelPlacement::placeOnProcessor(const LoadOptions& options) {
    if (const Result<void> opened = needProcessor(); !opened) return opened;
    m_device = std::move(m_processor);
    m_kvType = options.kvType.value_or(m_device->defaultKvType());
    return shrink(kSmallestContext, [&] { return placeWhole(*m_device); });
}

Result<void> ModelPlacement::shrink(std::uint32_t smallest, const std::function<Result<void>()>& place) {
    for (m_contextTokens = m_wantedContext;; m_contextTokens /= 2) {
        const Result<void> placed = place();
        if (placed || placed.error().code != ErrorCode::DoesNotFit) return placed;
        if (m_options.contextTokens > 0 || m_contextTokens / 2 < smallest) return placed;
    }
}

Result<void> ModelPlacement::placeWhole(Device& device) {
    const LayerRange all = LayerRange{}.of(m_config->layers);
    const Result<MemoryUse> memory = device.plan(request(all));
    if (!memory) return memory.error();
    m_parts = {{&device, all, *memory}};
    return {};
}

Result<void> ModelPlacement::placeSplit(std::optional<std::uint32_t> gpuLayers) {
    if (const Result<void> opened = needProcessor(); !opened) return opened;
    const auto planOn = [&](Device& device) {
        return [this, where = &device](const LayerRange& layers) { return where->plan(request(layers)); };
    };
    const auto split = planSplit(m_config->layers, gpuLayers, planOn(*m_device), planOn(*m_processor));
    if (!split) return split.error();
    m_parts.clear();
    if (split->processor.first < split->processor.end)
        m_parts.push_back({m_processor.get(), split->processor, split->processorMemory});
    if (split->gpu.first < split->gpu.end) m_parts.push_back({m_device.get(), split->gpu, split->gpuMemory});
    return {};
}

Result<void> ModelPlacement::placeExperts(std::optional<std::uint32_t> mixtures) {
    if (const Result<void> opened = needProcessor(); !opened) return opened;
    const auto split = planExpertSplit(
        *m_config, mixtures,
        [&](const LayerRange& lent) {
            const FileWeights rest = withoutExperts(*m_weights, lent.first, lent.end);
            return m_device->plan(request(LayerRange{}.of(m_config->layers), rest));
        },
        [&](const LayerRange& lent) { return m_processor->planExperts(request(lent)); });
    if (!split) return split.error();
    m_parts.clear();
    if (split->lent.first < split->lent.end)
        m_parts.push_back({m_processor.get(), split->lent, split->processorMemory, true});
    m_parts.push_back({m_device.get(), LayerRange{}.of(m_config->layers), split->gpuMemory});
    return {};
}

// The fast one, or the plain one where there is no other.
Result<void> ModelPlacement::needProcessor() {
    if (m_processor) return {};
    Result<std::unique_ptr<Device>> device = openDevice("cpu");
    if (!device || (*device)->info().kind != DeviceKind::Processor) device = openDevice("reference");
    if (!device) return device.error();
    m_processor = std::move(*device);
    return {};
}

PlanRequest ModelPlacement::request(const LayerRange& layers, const FileWeights& weights) const {
    return {*m_config, weights,           m_file->fileBytes(), m_contextTokens,       m_kvType,
            layers,    m_options.threads, m_options.precision, m_options.cacheFolder, m_adapters,
            m_room};
}

std::vector<ModelPart> ModelPlacement::parts() const {
    std::vector<ModelPart> parts;
    for (const Part& part : m_parts)
        parts.push_back({part.device->info(), part.layers, part.memory, part.expertsOnly});
    return parts;
}

Result<std::unique_ptr<Executor>> ModelPlacement::load(const Progress& progress,
                                                       const std::stop_token& stop) const {
    std::uint64_t all = 0, before = 0;
    for (const Part& part : m_parts)
        all += part.memory.weights;
    std::vector<std::unique_ptr<Executor>> executors;
    std::shared_ptr<ExpertWorker> experts;
    FileWeights rest = *m_weights;
    for (const Part& part : m_parts) {
        // Each device counts its own bytes; together they are shares of the weights.
        const Progress shared = [&](std::uint64_t done, std::uint64_t of) {
            if (progress && of > 0)
                progress(before +
                             static_cast<std::uint64_t>(static_cast<double>(part.memory.weights) *
                                                        static_cast<double>(done) / static_cast<double>(of)),
                         all);
        };
        const bool alone = m_parts.size() == 1;
        if (part.expertsOnly) {
            auto worker = part.device->loadExperts({*m_file, request(part.layers)}, shared, stop);
            if (!worker) return worker.error();
            experts = std::move(*worker);
            rest = withoutExperts(rest, part.layers.first, part.layers.end);
        } else {
            auto executor =
                part.device->load({*m_file, request(part.layers, rest), m_options.onTuning, experts},
                                  alone ? progress : shared, stop);
            if (!executor) return executor.error();
            executors.push_back(std::move(*executor));
        }
        before += part.memory.weights;
    }
    if (executors.size() == 1) return std::move(executors.front());
    return std::unique_ptr<Executor>(
        std::make_unique<SplitExecutor>(std::move(executors[0]), std::move(executors[1])));
}

} // namespace ponder
