#include "app/fit/speed_forecast.h"

#include "engine/base/processor.h"
#include "engine/plan/expert_split.h"
#include "engine/plan/small_model.h"

#include <algorithm>
#include <functional>

namespace ponder {
namespace {

constexpr double kEstimatedError = 0.4, kCalibratedError = 0.25, kMeasuredError = 0.15;

// What of a GPU's bandwidth its kernels reach, and what a layer costs whatever its size: starting kernels one
// after the other. Reading prompts: multiplications and additions for each byte a second.
struct VendorPace {
    std::string_view vendor;
    double share = 0;
    double layerSeconds = 0;
    double promptOperations = 0;
};

// From replies published for Vulkan, without keys and values. NVIDIA: 3090 and 4070 with 8B and 14B files,
// 4090 with TinyLlama, 5090 with 49B come out within 9 %; a 3060 beside a slow processor and a 5090 of August
// 2025 are 34 and 37 % slower than that. AMD: 6700 XT, 6900 XT, 7900 XTX, 9070 XT and Strix Halo within 9 %.
// Intel: B580 and B70 with 7B to 27B, 30 % quicker to 36 % slower; Apple: half of what its own interface
// reaches. Of these two and of other vendors no small model was published: a layer is assumed to cost what
// AMD's does. Prompts of 512 tokens: 3090 81, 9070 XT 119, 7900 XTX 54, Strix Halo 55, B580 62 operations.
constexpr double kAssumedLayer = 37e-6;
constexpr VendorPace kVendors[] = {{"NVIDIA", 0.80, 22e-6, 80},
                                   {"AMD", 0.91, 37e-6, 60},
                                   {"Intel", 0.50, kAssumedLayer, 40},
                                   {"Apple", 0.41, kAssumedLayer, 40}};
constexpr VendorPace kOtherVendor{"", 0.45, kAssumedLayer, 30};

// Measured on two cores of an AMD EPYC with AVX-512 VNNI at 49 GB/s and nothing beside: SmolLM2 writes 317
// tokens a second and reads 1,817, Qwen 1.5B 37.6 and 177. What a row of a prompt takes in a layer apart from
// matrices is from a model of 2.5 million values that reads 31,600.
constexpr double kProcessorShare = 0.72, kProcessorLayer = 15e-6;
constexpr double kCoreOperations = 245e9, kCoreRow = 9.2e-6; // a second and core; seconds of a core
// A software device is held up by its instructions, not by memory. The same machine: SmolLM2 writes 52.8
// tokens a second and reads 267, Qwen 1.5B with its integer kernels 9.5 and 31. A model of 2.5 million values
// reads 5,800 to 6,550 and writes 430 to 830: threads that wake up take more or less. A layer is eight
// dispatches of 15 to 20 microseconds.
constexpr double kSoftwareBytes = 4.9e9, kSmallSoftwareBytes = 3.3e9; // a second and core
constexpr double kSoftwareOperations = 35e9, kSoftwareRow = 30e-6;
constexpr double kSoftwareLayer = 140e-6;
// The reference does one plain operation after the other.
constexpr double kReferenceShare = 0.012, kReferenceOperations = 0.02; // of a byte of bandwidth

// Rows go to the processor and come back for each layer whose experts are there, and the card waits for them:
// two transfers and two beginnings of work. Assumed, not measured.
constexpr double kLentLayer = 100e-6;

// Weights that stay in the file are packed each time they are used; bytes a second and core. Measured on two
// cores of an AMD EPYC with AVX2: a gigabyte of Q4_K_M is packed in 0.65 s.
constexpr double kPackedBytes = 0.8e9;
constexpr double kEveryExpert = 1e9; // rows of which each expert is used by some

constexpr double kPromptRows = 512, kProcessorPromptRows = 256, kSoftwarePromptRows = 64; // in one pass

// The parts of a token's time on a device, as they are before anything was measured.
struct Pace {
    double bytesPerSecond = 0; // of weights and cache
    double operations = 0;     // a second, reading prompts
    double layerSeconds = 0;   // of each pass
    double promptRows = 1;     // tokens that one pass reads
    double rowSeconds = 0;     // of a prompt's token in a layer, beside its matrices

    double replySeconds(double bytes, double layers) const {
        return bytes / bytesPerSecond + layers * layerSeconds;
    }
    // Of one token; a pass takes as long as its products or its weights, whichever is slower.
    double promptSeconds(double parameters, double bytes, double layers) const {
        return std::max(2 * parameters / operations, bytes / bytesPerSecond / promptRows) +
               layers * (layerSeconds / promptRows + rowSeconds);
    }
};

const VendorPace& vendorPace(const std::string& vendor) {
    for (const VendorPace& pace : kVendors)
        if (QString::fromStdString(vendor).compare(
                QLatin1String(pace.vendor.data(), qsizetype(pace.vendor.size())), Qt::CaseInsensitive) == 0)
            return pace;
    return kOtherVendor;
}

// What narrower vectors and more instructions a product leave of AVX-512 VNNI's operations; by counting, not
// measured.
double shareOfOperations(const std::string& instructionSet) {
    if (instructionSet == "AVX-512 VNNI") return 1;
    if (instructionSet == "AVX-512") return 0.5;
    return instructionSet == "AVX2" ? 0.25 : 0.125;
}

Pace paceOf(const DeviceInfo& device, double bandwidth, std::uint64_t bytesPerToken) {
    const bool small = bytesPerToken < kSmallModelBytes;
    const bool counts = device.kind == DeviceKind::Processor || device.kind == DeviceKind::Software;
    const double cores = device.cores > 0 || !counts ? device.cores : processor().cores;
    switch (device.kind) {
    case DeviceKind::Processor:
        return {bandwidth * kProcessorShare,
                cores * shareOfOperations(device.instructionSet) * kCoreOperations, kProcessorLayer,
                kProcessorPromptRows, kCoreRow / cores};
    case DeviceKind::Software:
        return {cores * (small ? kSmallSoftwareBytes : kSoftwareBytes), cores * kSoftwareOperations,
                kSoftwareLayer, kSoftwarePromptRows, kSoftwareRow / cores};
    case DeviceKind::Reference:
        return {bandwidth * kReferenceShare, bandwidth * kReferenceOperations, 0, 1, 0};
    case DeviceKind::Discrete:
    case DeviceKind::Integrated:
        break;
    }
    const VendorPace& vendor = vendorPace(device.vendor);
    return {bandwidth * vendor.share, bandwidth * vendor.promptOperations, vendor.layerSeconds, kPromptRows,
            0};
}

// How much better or worse than the table the device has shown itself, with the newest reply of each model.
struct Shown {
    std::optional<double> decode, prefill; // measured over table
    SpeedSource source = SpeedSource::Estimated;
};

// Models teach others only about their own size: what holds up a small one is not what holds up a large one.
constexpr double kLikeSize = 4;
// What a device is believed to fall short of the table: less was a busy hour, which older versions kept.
constexpr double kLeastRatio = 1.0 / 3;

bool isLike(std::uint64_t bytes, std::uint64_t others) {
    return double(bytes) <= kLikeSize * double(others) && double(others) <= kLikeSize * double(bytes);
}

// Of a model that is not at hand the layers are not kept: this many, as most models have 24 to 48 of them.
constexpr double kUsualLayers = 32;

Pace paceOf(const FitDevice& device, std::uint64_t bytesPerToken) {
    return paceOf(device.info, device.bandwidth, bytesPerToken);
}

// Nothing where a model is so small that its time says little about larger ones.
std::optional<double> decodeRatio(const MeasuredSpeed& seen, const FitDevice& device, const FitModel* own) {
    const Pace pace = paceOf(device, seen.bytesPerToken);
    const double layers = own ? own->config().layers : kUsualLayers;
    const double predicted = pace.replySeconds(double(seen.bytesPerToken + seen.cacheBytes), layers);
    if (!own && predicted < 2 * pace.replySeconds(0, kUsualLayers)) return std::nullopt;
    return predicted * seen.decodeTokensPerSecond;
}

std::optional<double> prefillRatio(const MeasuredSpeed& seen, const FitDevice& device, const FitModel* own) {
    const Pace pace = paceOf(device, seen.bytesPerToken);
    const double layers = own ? own->config().layers : kUsualLayers;
    const double bytes = own ? double(own->bytesRead(pace.promptRows)) : double(seen.bytesPerToken);
    const double predicted = pace.promptSeconds(double(seen.parameters), bytes, layers);
    if (!own && predicted < 2 * pace.promptSeconds(0, 0, kUsualLayers)) return std::nullopt;
    return predicted * seen.prefillTokensPerSecond;
}

std::optional<double> median(std::vector<double> values) {
    if (values.empty()) return std::nullopt;
    const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// What replies have shown of one figure: those of a quiet machine, or else the older ones.
class Ratios {
public:
    void add(bool quiet, std::optional<double> ratio) {
        if (ratio) (quiet ? m_quiet : m_older).push_back(*ratio);
    }
    std::optional<double> middle() const { return median(m_quiet.empty() ? m_older : m_quiet); }

private:
    std::vector<double> m_quiet, m_older;
};

// By the replies of one model on the device, whose shape is known, or by those of all that are like it.
Shown learnFrom(std::span<const MeasuredSpeed> history, const FitDevice& device, const FitModel* own,
                const std::function<bool(const MeasuredSpeed&)>& counts) {
    Ratios decode, prefill;
    for (const MeasuredSpeed& seen : history) {
        if (seen.device != device.key() || !counts(seen)) continue;
        std::optional<double> reply;
        if (seen.decodeTokensPerSecond > 0) reply = decodeRatio(seen, device, own);
        // A busy hour that an older version kept, with the prompt's figure of that hour.
        if (!seen.quiet && reply && *reply < kLeastRatio) continue;
        decode.add(seen.quiet, reply);
        if (seen.prefillTokensPerSecond > 0) prefill.add(seen.quiet, prefillRatio(seen, device, own));
    }
    return {decode.middle(), prefill.middle(), SpeedSource::Estimated};
}

Shown learn(const FitModel& model, const FitDevice& device, const QString& modelPath,
            std::span<const MeasuredSpeed> history) {
    if (!modelPath.isEmpty()) {
        Shown own = learnFrom(history, device, &model,
                              [&](const MeasuredSpeed& seen) { return seen.model == modelPath; });
        own.source = SpeedSource::Measured;
        if (own.decode) return own;
    }
    Shown others = learnFrom(history, device, nullptr, [&](const MeasuredSpeed& seen) {
        return isLike(seen.bytesPerToken, model.bytesPerToken());
    });
    if (others.decode) {
        others.decode = std::max(*others.decode, kLeastRatio);
        others.source = SpeedSource::Calibrated;
    }
    return others;
}

double errorOf(SpeedSource source) {
    switch (source) {
    case SpeedSource::Measured:
        return kMeasuredError;
    case SpeedSource::Calibrated:
        return kCalibratedError;
    case SpeedSource::Estimated:
        break;
    }
    return kEstimatedError;
}

// Of weights on the disk, what so many rows of one pass read: experts first, as the loader leaves them there.
double readFromDisk(const FitModel& model, std::uint64_t mapped, double rows) {
    const LayerRange all = LayerRange{}.of(model.config().layers);
    const double experts = double(model.experts(kEveryExpert, all).bytes);
    const double share = experts > 0 ? double(model.experts(rows, all).bytes) / experts : 1;
    const double ofExperts = std::min(double(mapped), experts);
    return ofExperts * share + double(mapped) - ofExperts;
}

// Of one pass: what comes from the disk is packed for the kernels while the next comes, on all cores.
double diskSeconds(const FitModel& model, const FitDevice& device, std::uint64_t mapped, double rows) {
    const double cores = device.processor.cores > 0 ? device.processor.cores : processor().cores;
    return readFromDisk(model, mapped, rows) / std::min(device.diskBandwidth(), cores * kPackedBytes);
}

} // namespace

SpeedForecast forecastSpeed(const FitModel& model, const FitDevice& device, const SpeedQuestion& question,
                            std::span<const MeasuredSpeed> history) {
    SpeedForecast out;
    if (device.bandwidth <= 0) return out;
    const Shown shown = learn(model, device, question.modelPath, history);
    out.source = shown.source;
    out.errorShare = errorOf(shown.source);
    const double layers = model.config().layers;
    const LayerRange onDevice = question.gpuLayers.of(model.config().layers);
    const double share = double(onDevice.end - onDevice.first) / layers;
    const double parameters = double(model.promptParameters()), cache = double(question.cacheBytes);
    const std::uint64_t all = model.bytesPerToken();
    const Pace pace = paceOf(device, all);
    const ExpertCosts lent = model.experts(1, question.lentExperts);
    const std::uint64_t here = model.bytesRead(1, onDevice) - lent.bytes;
    const auto promptBytes = [&](double rows) {
        return double(model.bytesRead(rows, onDevice) - model.experts(rows, question.lentExperts).bytes);
    };
    double seconds =
        pace.replySeconds(double(here) + cache * share, layers * share) / shown.decode.value_or(1);
    double promptSeconds = pace.promptSeconds(parameters * share - double(lent.parameters),
                                              promptBytes(pace.promptRows), layers * share) /
                           shown.prefill.value_or(1);
    if (here < all) {
        if (device.processorBandwidth <= 0) return {};
        const Pace there = paceOf(device.processor, device.processorBandwidth, all);
        const double part = 1 - share, rows = there.promptRows;
        const double lentLayers = mixturesOf(model.config(), question.lentExperts);
        seconds += there.replySeconds(double(all - here) + cache * part, layers * part + lentLayers) +
                   lentLayers * kLentLayer;
        promptSeconds += there.promptSeconds(parameters * part + double(lent.parameters),
                                             double(model.bytesRead(rows)) - promptBytes(rows),
                                             layers * part + lentLayers) +
                         lentLayers * kLentLayer / rows;
    }
    if (question.mappedBytes > 0) {
        if (device.diskBandwidth() <= 0) return {};
        seconds += diskSeconds(model, device, question.mappedBytes, 1);
        promptSeconds +=
            diskSeconds(model, device, question.mappedBytes, kProcessorPromptRows) / kProcessorPromptRows;
    }
    out.decodeTokensPerSecond = 1 / seconds;
    out.prefillTokensPerSecond = 1 / promptSeconds;
    return out;
}

} // namespace ponder
