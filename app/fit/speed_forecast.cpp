#include "app/fit/speed_forecast.h"

#include "engine/plan/vulkan_plan.h"

#include <algorithm>
#include <cmath>

namespace ponder {
namespace {

constexpr double kEstimatedError = 0.4, kCalibratedError = 0.25, kMeasuredError = 0.15;

struct VendorShare {
    std::string_view vendor;
    double large = 0; // of models above 3 GB a token
    double small = 0; // below 1 GB, where the gaps between kernels count
    // Multiply-adds twice a byte of bandwidth, reading prompts.
    double prefillOperations = 0;
};

// Llama 2 7B and R1 8B files of four to six bits, as published for Vulkan: NVIDIA 3090 to 4090 68 to 84 %,
// TinyLlama on them 48 %; AMD 6700 XT to 9070 XT 71 to 86 %; Intel B580 36 to 64 %; Apple through a
// translation of Vulkan about half of what its own interface reaches (82 %). Prompts of 512 tokens: 3090 81,
// 9070 XT 119, 7900 XTX 54, Strix Halo 55, B580 62 operations for each byte a second.
constexpr VendorShare kVendors[] = {{"NVIDIA", 0.74, 0.48, 80},
                                    {"AMD", 0.76, 0.50, 60},
                                    {"Intel", 0.50, 0.30, 40},
                                    {"Apple", 0.41, 0.25, 40}};
constexpr VendorShare kOtherVendor{"", 0.45, 0.30, 30};
// Measured on a processor of two cores with AVX-512: SmolLM2 and Qwen 1.5B.
constexpr VendorShare kProcessor{"", 0.85, 0.80, 18};
// A software device is held up by its instructions: integer kernels, for larger models, need half as many.
constexpr VendorShare kSoftware{"", 0.33, 0.16, 2.2};
constexpr VendorShare kReference{"", 0.012, 0.012, 0.02};
// Above this, cards wait for their kernels more than for memory (RTX 5090: 46 to 61 %).
constexpr double kFastMemory = 1.5e12, kFastShare = 0.75;

VendorShare shareOf(const DeviceInfo& device) {
    switch (device.kind) {
    case DeviceKind::Processor:
        return kProcessor;
    case DeviceKind::Software:
        return kSoftware;
    case DeviceKind::Reference:
        return kReference;
    case DeviceKind::Discrete:
    case DeviceKind::Integrated:
        break;
    }
    for (const VendorShare& share : kVendors)
        if (QString::fromStdString(device.vendor)
                .compare(QLatin1String(share.vendor.data(), qsizetype(share.vendor.size())),
                         Qt::CaseInsensitive) == 0)
            return share;
    return kOtherVendor;
}

// How much better or worse than the table the device has shown itself, with the newest reply of each model.
struct Shown {
    std::optional<double> decode, prefill; // measured over table
    SpeedSource source = SpeedSource::Estimated;
};

double decodeRatio(const MeasuredSpeed& seen, const FitDevice& device) {
    const double bytes = double(seen.bytesPerToken + seen.cacheBytes);
    const double share = bytes * seen.decodeTokensPerSecond / device.bandwidth;
    return share / tableEfficiency(device.info, device.bandwidth, seen.bytesPerToken);
}

double prefillRatio(const MeasuredSpeed& seen, const FitDevice& device) {
    const double operations = 2.0 * double(seen.parameters) * seen.prefillTokensPerSecond;
    return operations / (device.bandwidth * shareOf(device.info).prefillOperations);
}

std::optional<double> median(std::vector<double> values) {
    if (values.empty()) return std::nullopt;
    const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

Shown learn(const FitDevice& device, const QString& modelPath, std::span<const MeasuredSpeed> history) {
    const bool known =
        !modelPath.isEmpty() && std::any_of(history.begin(), history.end(), [&](const MeasuredSpeed& seen) {
            return seen.device == device.key() && seen.model == modelPath && seen.decodeTokensPerSecond > 0;
        });
    std::vector<double> decode, prefill;
    for (const MeasuredSpeed& seen : history) {
        if (seen.device != device.key() || (known && seen.model != modelPath)) continue;
        if (seen.decodeTokensPerSecond > 0) decode.push_back(decodeRatio(seen, device));
        if (seen.prefillTokensPerSecond > 0) prefill.push_back(prefillRatio(seen, device));
    }
    Shown shown{median(std::move(decode)), median(std::move(prefill)), SpeedSource::Estimated};
    if (shown.decode) shown.source = known ? SpeedSource::Measured : SpeedSource::Calibrated;
    return shown;
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

} // namespace

double tableEfficiency(const DeviceInfo& device, double bandwidth, std::uint64_t bytesPerToken) {
    constexpr double kSmall = 1e9, kLarge = 3e9;
    const VendorShare share = shareOf(device);
    if (device.kind == DeviceKind::Software)
        return bytesPerToken < kSmallModelBytes ? share.small : share.large;
    const double place = (std::log(double(std::max<std::uint64_t>(bytesPerToken, 1))) - std::log(kSmall)) /
                         (std::log(kLarge) - std::log(kSmall));
    const double efficiency = share.small + (share.large - share.small) * std::clamp(place, 0.0, 1.0);
    return bandwidth > kFastMemory ? efficiency * kFastShare : efficiency;
}

SpeedForecast forecastSpeed(const FitModel& model, const FitDevice& device, const SpeedQuestion& question,
                            std::span<const MeasuredSpeed> history) {
    SpeedForecast out;
    if (device.bandwidth <= 0) return out;
    const Shown shown = learn(device, question.modelPath, history);
    out.source = shown.source;
    out.errorShare = errorOf(shown.source);
    const LayerRange onDevice = question.gpuLayers.of(model.config().layers);
    const double share = double(onDevice.end - onDevice.first) / double(model.config().layers);
    const std::uint64_t deviceBytes = model.bytesPerToken(onDevice);
    const double reached = device.bandwidth *
                           tableEfficiency(device.info, device.bandwidth, model.bytesPerToken()) *
                           shown.decode.value_or(1);
    double seconds = (double(deviceBytes) + double(question.cacheBytes) * share) / reached;
    double prefillSeconds =
        2.0 * double(model.parameters()) * share /
        (device.bandwidth * shareOf(device.info).prefillOperations * shown.prefill.value_or(1));
    if (const std::uint64_t rest = model.bytesPerToken() - deviceBytes; rest > 0) {
        if (device.processorBandwidth <= 0) return {};
        const double there =
            device.processorBandwidth * tableEfficiency(device.processor, device.processorBandwidth, rest);
        seconds += (double(rest) + double(question.cacheBytes) * (1 - share)) / there;
        prefillSeconds += 2.0 * double(model.parameters()) * (1 - share) /
                          (device.processorBandwidth * shareOf(device.processor).prefillOperations);
    }
    out.decodeTokensPerSecond = 1 / seconds;
    out.prefillTokensPerSecond = 1 / prefillSeconds;
    return out;
}

} // namespace ponder
