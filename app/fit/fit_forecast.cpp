#include "app/fit/fit_forecast.h"

#include "engine/plan/dry_run.h"
#include "engine/plan/expert_split.h"

#include <algorithm>

namespace ponder {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t kTightBytes = 1'000'000'000;
// As the loader has them.
constexpr std::uint32_t kContextStep = 256, kSmallestContext = 2048, kSmallestBeforeSplit = 8192;

// What this program itself takes of the memory in which a device keeps a model: the program, its libraries
// and the model's vocabulary; on a software device also its driver and compiled kernels. The first run of a
// model compiles them: Mesa's own cache of shaders decides whether, which no program can ask for, and 39 to
// 40 MB more are in use then (a model of 3 MB and SmolLM2, Mesa 22.3). The figure here lies between both: 20
// MB above later runs, 20 to 30 MB below the first. Measured by tests/bench/fit_accuracy.py, whose bar keeps
// it honest.
std::uint64_t programBytes(DeviceKind kind, const ModelConfig& config) {
    constexpr std::uint64_t kProgram = 10 * kMebibyte;
    constexpr std::uint64_t kTokenBytes = 175; // its text, its place in the tables, its share of the merges
    constexpr std::uint64_t kSoftwareDriver = 140 * kMebibyte;
    if (kind == DeviceKind::Discrete || kind == DeviceKind::Integrated) return 0;
    const std::uint64_t driver = kind == DeviceKind::Software ? kSoftwareDriver : 0;
    return kProgram + kTokenBytes * config.vocabulary + driver;
}

class Forecaster {
public:
    Forecaster(const FitModel& model, const FitDevice& device, const FitQuestion& question)
        : m_model(model), m_device(device), m_question(question),
          m_kvType(question.kvType.value_or(device.info.kind == DeviceKind::Reference ? KvType::F32
                                                                                      : KvType::F16)),
          m_dry(DryRun::of(device.info, request())) {
        const std::uint64_t margin = marginBytes(device.info);
        m_room = device.info.freeBytes > margin ? device.info.freeBytes - margin : 0;
        m_holds = m_dry && m_dry->memory(0);
    }

    FitForecast answer();

private:
    FitForecast judged() const;
    std::optional<FileType> finestThatFits() const;
    PlanRequest request() const {
        return {m_model.config(), m_model.weights(), m_model.fileBytes(), 0, m_kvType};
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
    void loadInParts(FitForecast& out, std::uint32_t context, const MemoryUse& here,
                     const MemoryUse& processor) const;
    void loadWith(FitForecast& out, std::uint32_t context) const;
    void judge(FitForecast& out) const;
    void addSpeed(FitForecast& out) const;
    void readFromDisk(FitForecast& out) const;

    const FitModel& m_model;
    const FitDevice& m_device;
    const FitQuestion& m_question;
    KvType m_kvType;
    std::uint64_t m_room = 0;
    Result<DryRun> m_dry; // on the device
    bool m_holds = false; // its buffers are large enough for all of the model
};

std::optional<MemoryForecast> Forecaster::memory(std::uint32_t context) const {
    if (!m_holds) return std::nullopt;
    const auto use = m_dry->memory(context);
    if (!use) return std::nullopt;
    return MemoryForecast{use->weights, use->kv, use->besideWeightsAndCache(),
                          programBytes(m_device.info.kind, m_model.config())};
}

// What a processor would take, for a device that has no buffer for the largest tensors.
MemoryForecast Forecaster::memoryElsewhere(std::uint32_t context) const {
    DeviceInfo processor;
    processor.kind = DeviceKind::Processor;
    processor.cores = 1;
    const auto dry = DryRun::of(processor, request());
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

// What a part takes, where it has room.
Result<MemoryUse> within(std::uint64_t room, const DryRun& dry, std::uint32_t context, const PlanPart& part) {
    auto use = dry.memory(context, part);
    if (use && use->total() > room) return Error{ErrorCode::DoesNotFit, {}, {}};
    return use;
}

// Halves the context as the loader does, until place() has room. What has none with the shortest context has
// none with a longer one, so that is tried first.
template<class Place>
bool longestThatFits(std::uint32_t wanted, std::uint32_t smallest, const Place& place) {
    std::uint32_t shortest = wanted;
    while (shortest / 2 >= smallest)
        shortest /= 2;
    if (!place(shortest)) return false;
    for (std::uint32_t context = wanted; context > shortest && !place(context);)
        context /= 2;
    return true;
}

// As many layers as fit on the GPU, the others on the processor.
bool Forecaster::split(FitForecast& out, std::uint32_t smallest) const {
    const auto beside = DryRun::of(m_device.processor, request());
    if (!m_dry || !beside) return false;
    return longestThatFits(out.contextTokens, smallest, [&](std::uint32_t context) {
        const auto on = [context](const DryRun& dry, std::uint64_t room) {
            return [&dry, room, context](const LayerRange& layers) {
                return within(room, dry, context, {layers});
            };
        };
        const auto parts =
            planSplit(out.layers, std::nullopt, on(*m_dry, m_room), on(*beside, processorRoom()));
        if (!parts || parts->gpu.first >= parts->gpu.end) return false;
        loadInParts(out, context, parts->gpuMemory, parts->processorMemory);
        out.gpuLayers = parts->gpu.end - parts->gpu.first;
        return true;
    });
}

// All layers on the GPU, but the experts of as few as needed.
bool Forecaster::lendExperts(FitForecast& out, std::uint32_t smallest) const {
    if (out.mixtures == 0) return false;
    const auto beside = DryRun::ofExperts(m_device.processor, request());
    if (!m_dry || !beside) return false;
    return longestThatFits(out.contextTokens, smallest, [&](std::uint32_t context) {
        const auto parts = planExpertSplit(
            m_model.config(), std::nullopt,
            [&](const LayerRange& lent) {
                return within(m_room, *m_dry, context, {{}, lent});
            },
            [&](const LayerRange& lent) { return within(processorRoom(), *beside, 0, {lent}); });
        if (!parts) return false;
        loadInParts(out, context, parts->gpuMemory, parts->processorMemory);
        out.gpuLayers = out.layers;
        out.expertLayers = mixturesOf(m_model.config(), parts->lent);
        return true;
    });
}

void Forecaster::loadInParts(FitForecast& out, std::uint32_t context, const MemoryUse& here,
                             const MemoryUse& processor) const {
    out.usedContext = context;
    out.used = {here.weights, here.kv, here.besideWeightsAndCache(), 0};
    out.processorBytes = processor.total();
}

void Forecaster::loadWith(FitForecast& out, std::uint32_t context) const {
    out.usedContext = context;
    out.gpuLayers = out.layers;
    if (const auto use = memory(context)) out.used = *use;
}

void Forecaster::judge(FitForecast& out) const {
    if (m_holds && out.spareBytes >= 0) {
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
    if (!beside && m_device.info.kind != DeviceKind::Processor) return;
    const std::uint64_t host = beside ? m_device.processor.freeBytes : m_device.info.freeBytes;
    const std::uint64_t room = roomBesideFile(host) + (beside ? m_room : 0), needed = out.memory.total();
    const std::uint64_t missing = needed > room ? needed - room : 0;
    if (missing == 0 || double(missing) > kMostOnDisk * double(out.memory.weights)) return;
    if (m_device.diskBandwidth() <= 0) return;
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

// From the smallest on, because of a model that does not fit most do not.
std::optional<FileType> Forecaster::finestThatFits() const {
    std::optional<FileType> finest;
    for (const FileType type : kRecommendedTypes) {
        const FitModel other(m_model.name(), m_model.config(), type);
        if (other.fileBytes() >= m_model.fileBytes() ||
            Forecaster(other, m_device, m_question).judged().verdict == FitVerdict::DoesNotFit)
            break;
        finest = type;
    }
    return finest;
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
