#include "app/fit/fit_forecast.h"

#include "app/fit/program_memory.h"
#include "engine/plan/dry_run.h"
#include "engine/plan/expert_split.h"

#include <algorithm>

namespace ponder {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t kTightBytes = 1'000'000'000;
// As the loader has them.
constexpr std::uint32_t kContextStep = 256, kSmallestContext = 2048, kSmallestBeforeSplit = 8192;

class Forecaster {
public:
    Forecaster(const FitModel& model, const FitDevice& device, const FitQuestion& question)
        : m_model(model), m_device(device), m_question(question) {
        m_kvType =
            question.kvType.value_or(device.info.kind == DeviceKind::Reference ? KvType::F32 : KvType::F16);
        const std::uint64_t margin = marginBytes(device.info);
        m_room = device.info.freeBytes > margin ? device.info.freeBytes - margin : 0;
        if (auto whole = DryRun::of(device.info, request({}))) m_whole = std::move(*whole);
    }

    FitForecast answer();

private:
    FitForecast judged() const;
    std::optional<FileType> finestThatFits() const;
    PlanRequest request(const LayerRange& layers) const { return request(layers, m_model.weights()); }
    PlanRequest request(const LayerRange& layers, const FileWeights& weights) const {
        return {m_model.config(), weights, m_model.fileBytes(), 0, m_kvType, layers};
    }
    std::uint64_t processorRoom() const {
        const std::uint64_t margin = marginBytes(m_device.processor), free = m_device.processor.freeBytes;
        return free > margin ? free - margin : 0;
    }
    // Whether it is worth planning parts: a plan is never much smaller than the file.
    bool mayFitBoth() const {
        constexpr double kLeastOfFile = 0.8; // the table of embeddings may stay in it
        return double(m_model.fileBytes()) * kLeastOfFile <= double(m_room + processorRoom());
    }
    std::optional<MemoryForecast> memory(std::uint32_t context) const; // with all layers
    MemoryForecast memoryElsewhere(std::uint32_t context) const;
    std::uint32_t largestContext(std::uint32_t most) const;
    bool split(FitForecast& out, std::uint32_t smallest) const;
    bool lendExperts(FitForecast& out, std::uint32_t smallest) const;
    void loadWith(FitForecast& out, std::uint32_t context) const;
    void judge(FitForecast& out) const;
    void addSpeed(FitForecast& out) const;
    void readFromDisk(FitForecast& out) const;

    const FitModel& m_model;
    const FitDevice& m_device;
    const FitQuestion& m_question;
    KvType m_kvType = KvType::F16;
    std::uint64_t m_room = 0;
    std::optional<DryRun> m_whole; // nothing where no buffer of the device is large enough
};

std::optional<MemoryForecast> Forecaster::memory(std::uint32_t context) const {
    if (!m_whole) return std::nullopt;
    const auto use = m_whole->memory(context);
    if (!use) return std::nullopt;
    return MemoryForecast{use->weights, use->kv, use->scratch + use->staging,
                          programBytes(m_device.info, m_model.config())};
}

// What a processor would take, for a device that has no buffer for the largest tensors.
MemoryForecast Forecaster::memoryElsewhere(std::uint32_t context) const {
    DeviceInfo processor;
    processor.kind = DeviceKind::Processor;
    processor.cores = 1;
    const auto dry = DryRun::of(processor, request({}));
    if (!dry) return {};
    const auto use = dry->memory(context);
    return use ? MemoryForecast{use->weights, use->kv, use->scratch, 0} : MemoryForecast();
}

// Memory grows almost evenly with the context: a line gives the place, exact plans the last step.
std::uint32_t Forecaster::largestContext(std::uint32_t most) const {
    const auto fits = [&](std::uint32_t context) {
        const auto there = memory(context);
        return there && there->total() <= m_room;
    };
    if (fits(most)) return most;
    const auto low = memory(kContextStep);
    if (!low || low->total() > m_room) return 0;
    const auto high = memory(most);
    std::uint32_t guess = most;
    if (high && high->total() > low->total()) {
        const double share = double(m_room - low->total()) / double(high->total() - low->total());
        guess = kContextStep + std::uint32_t(share * double(most - kContextStep));
    }
    guess = std::max(std::min(guess, most) / kContextStep * kContextStep, kContextStep);
    while (guess > kContextStep && !fits(guess))
        guess -= kContextStep;
    while (guess + kContextStep <= most && fits(guess + kContextStep))
        guess += kContextStep;
    return guess;
}

// What a plan takes, where it has room.
Result<MemoryUse> within(std::uint64_t room, const Result<DryRun>& dry, std::uint32_t context) {
    if (!dry) return dry.error();
    auto use = dry->memory(context);
    if (use && use->total() > room) return Error{ErrorCode::DoesNotFit, {}, {}};
    return use;
}

// As many layers as fit on the GPU, the others on the processor, with halved contexts as the loader tries
// them.
bool Forecaster::split(FitForecast& out, std::uint32_t smallest) const {
    const auto on = [&](const DeviceInfo& device, std::uint64_t room, std::uint32_t context) {
        return [this, &device, room, context](const LayerRange& layers) {
            return within(room, DryRun::of(device, request(layers)), context);
        };
    };
    for (std::uint32_t context = out.contextTokens; context >= smallest; context /= 2) {
        const auto parts =
            planSplit(m_model.config().layers, std::nullopt, on(m_device.info, m_room, context),
                      on(m_device.processor, processorRoom(), context));
        if (!parts || parts->gpu.first >= parts->gpu.end) continue;
        out.usedContext = context;
        out.gpuLayers = parts->gpu.end - parts->gpu.first;
        out.processorBytes = parts->processorMemory.total();
        const MemoryUse& use = parts->gpuMemory;
        out.used = {use.weights, use.kv, use.scratch + use.staging, 0};
        return true;
    }
    return false;
}

// All layers on the GPU, but the experts of as few as needed.
bool Forecaster::lendExperts(FitForecast& out, std::uint32_t smallest) const {
    if (out.mixtures == 0) return false;
    const FileWeights& all = m_model.weights();
    for (std::uint32_t context = out.contextTokens; context >= smallest; context /= 2) {
        const auto parts = planExpertSplit(
            m_model.config(), std::nullopt,
            [&](const LayerRange& lent) {
                const FileWeights rest = withoutExperts(all, lent.first, lent.end);
                return within(m_room, DryRun::of(m_device.info, request({}, rest)), context);
            },
            [&](const LayerRange& lent) {
                return within(processorRoom(), DryRun::ofExperts(m_device.processor, request(lent)), 0);
            });
        if (!parts) continue;
        loadWith(out, context);
        out.expertLayers = mixturesOf(m_model.config(), parts->lent);
        out.processorBytes = parts->processorMemory.total();
        const MemoryUse& use = parts->gpuMemory;
        out.used = {use.weights, use.kv, use.scratch + use.staging, 0};
        return true;
    }
    return false;
}

void Forecaster::loadWith(FitForecast& out, std::uint32_t context) const {
    out.usedContext = context;
    out.gpuLayers = out.layers;
    if (const auto use = memory(context)) out.used = *use;
}

void Forecaster::judge(FitForecast& out) const {
    if (m_whole && out.spareBytes >= 0) {
        const bool tight = std::uint64_t(out.spareBytes) < kTightBytes ||
                           std::uint64_t(out.spareBytes) < m_device.info.memoryBytes / 10;
        out.verdict = tight ? FitVerdict::Tight : FitVerdict::Fits;
        return loadWith(out, out.contextTokens);
    }
    const bool canSplit = m_device.isGpu() && m_device.processor.freeBytes > 0 && !m_device.info.unified &&
                          !m_question.wholeOnly && mayFitBoth();
    const std::uint32_t before = canSplit ? kSmallestBeforeSplit : kSmallestContext;
    if (out.largestContext >= std::min(before, out.contextTokens)) {
        out.verdict = FitVerdict::ShorterContext;
        return loadWith(out, out.largestContext);
    }
    const std::uint32_t smallest = std::min(kSmallestContext, out.contextTokens);
    if (canSplit && lendExperts(out, smallest)) {
        out.verdict = FitVerdict::Experts;
    } else if (canSplit && split(out, smallest)) {
        out.verdict = FitVerdict::Split;
    } else if (out.largestContext >= kSmallestContext) {
        out.verdict = FitVerdict::ShorterContext;
        loadWith(out, out.largestContext);
    }
}

void Forecaster::addSpeed(FitForecast& out) const {
    if (out.usedContext == 0) return;
    SpeedQuestion question;
    question.modelPath = m_question.modelPath;
    question.gpuLayers = {out.layers - out.gpuLayers, out.layers};
    question.lentExperts = firstMixtures(m_model.config(), out.expertLayers);
    question.cacheBytes = std::uint64_t(double(cacheReadBytes(out.memory.context)) *
                                        (double(out.usedContext) / double(out.contextTokens)));
    out.speed = forecastSpeed(m_model, m_device, question, m_question.history);
}

// With what neither memory has room for left on the disk. Attention, norms and caches have to be in memory.
void Forecaster::readFromDisk(FitForecast& out) const {
    constexpr double kMostOnDisk = 0.95; // of the weights
    const bool beside = m_device.isGpu() && !m_device.info.unified;
    if (m_device.diskBandwidth <= 0 || (!beside && m_device.info.kind != DeviceKind::Processor)) return;
    const std::uint64_t host = beside ? m_device.processor.freeBytes : m_device.info.freeBytes;
    const std::uint64_t room = roomBesideFile(host) + (beside ? m_room : 0), needed = out.memory.total();
    const std::uint64_t missing = needed > room ? needed - room : 0;
    if (missing == 0 || double(missing) > kMostOnDisk * double(out.memory.weights)) return;
    SpeedQuestion question;
    question.modelPath = m_question.modelPath;
    question.cacheBytes = cacheReadBytes(out.memory.context);
    question.mappedBytes = missing;
    if (beside && out.mixtures > 0)
        question.lentExperts = firstMixtures(m_model.config(), out.mixtures);
    else if (beside)
        question.gpuLayers.first =
            out.layers - std::uint32_t(double(out.layers) * double(m_room) / double(needed));
    out.mappedBytes = missing;
    out.speed = forecastSpeed(m_model, m_device, question, m_question.history);
}

std::optional<FileType> Forecaster::finestThatFits() const {
    for (auto type = kRecommendedTypes.rbegin(); type != kRecommendedTypes.rend(); ++type) {
        const FitModel other(m_model.name(), m_model.config(), *type);
        if (other.fileBytes() < m_model.fileBytes() &&
            Forecaster(other, m_device, m_question).judged().verdict != FitVerdict::DoesNotFit)
            return *type;
    }
    return std::nullopt;
}

FitForecast Forecaster::answer() {
    FitForecast out = judged();
    const bool finds = m_question.findsBetter && !m_question.wholeOnly;
    if (out.verdict == FitVerdict::DoesNotFit && finds) out.better = finestThatFits();
    addSpeed(out);
    if (out.verdict == FitVerdict::DoesNotFit && !m_question.wholeOnly) readFromDisk(out);
    return out;
}

FitForecast Forecaster::judged() const {
    FitForecast out;
    out.layers = m_model.config().layers;
    out.mixtures = mixturesOf(m_model.config());
    out.contextTokens = wantedContext(m_model.config(), m_question);
    const auto whole = memory(out.contextTokens);
    out.memory = whole ? *whole : memoryElsewhere(out.contextTokens);
    out.spareBytes = std::int64_t(m_room) - std::int64_t(out.memory.total());
    const std::uint32_t trained = m_model.config().trainedContext;
    const std::uint32_t most =
        std::max(out.contextTokens, trained > 0 ? std::min(trained, kDefaultContext) : kDefaultContext);
    out.largestContext = largestContext(most);
    judge(out);
    return out;
}

} // namespace

FitForecast forecastFit(const FitModel& model, const FitDevice& device, const FitQuestion& question) {
    return Forecaster(model, device, question).answer();
}

std::uint32_t wantedContext(const ModelConfig& config, const FitQuestion& question) {
    if (question.contextTokens > 0) return question.contextTokens;
    return config.trainedContext > 0 ? std::min(config.trainedContext, kDefaultContext) : kDefaultContext;
}

std::uint64_t marginBytes(const DeviceInfo& device) {
    const bool gpu = device.kind == DeviceKind::Discrete || device.kind == DeviceKind::Integrated;
    if (!gpu) return 512 * kMebibyte;
    // Where the driver says what is in use, less has to be allowed for.
    return device.freeIsLive ? 256 * kMebibyte : std::max(512 * kMebibyte, device.memoryBytes / 20);
}

} // namespace ponder
