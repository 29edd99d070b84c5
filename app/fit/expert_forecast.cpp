#include "app/fit/expert_forecast.h"

#include "engine/plan/dry_run.h"

#include <algorithm>

namespace ponder {
namespace {

bool isStack(const ModelConfig& config, Weight weight) {
    const TensorRow* row = config.family->row(weight.slot);
    return row && row->kind == TensorKind::Stack;
}

// The layers up to the last of so many mixtures.
LayerRange throughMixtures(const ModelConfig& config, std::uint32_t count) {
    LayerRange range{0, 0};
    for (std::uint32_t i = 0; i < config.layers && count > 0; ++i) {
        if (!config.layer(i).mixture()) continue;
        range.end = i + 1;
        --count;
    }
    return range;
}

// The tensors that `stays` says yes to.
template<class Stays>
FileWeights only(const FileWeights& weights, Stays stays) {
    FileWeights out = weights;
    forEachWeight(weights.layers(), [&](Weight weight) {
        if (!stays(weight)) out[weight] = nullptr;
    });
    return out;
}

std::uint64_t roomOf(const DeviceInfo& device) {
    const std::uint64_t margin = marginBytes(device);
    return device.freeBytes > margin ? device.freeBytes - margin : 0;
}

} // namespace

std::uint32_t mixtureLayers(const ModelConfig& config) {
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < config.layers; ++i)
        count += config.layer(i).mixture() ? 1 : 0;
    return count;
}

std::optional<ExpertForecast> forecastExperts(const FitModel& model, const FitDevice& device,
                                              const FitQuestion& question, ExpertPlacement placement) {
    const ModelConfig& config = model.config();
    const LayerRange lent = throughMixtures(config, placement.layers);
    const auto isLent = [&](Weight weight) { return isStack(config, weight) && weight.layer < lent.end; };
    const std::uint32_t context = wantedContext(config, question);
    const KvType kv = question.kvType.value_or(KvType::F16);
    const FileWeights kept = only(model.weights(), [&](Weight weight) { return !isLent(weight); });
    const auto card = planMemory(device.info, {config, kept, model.fileBytes(), context, kv});
    if (!card) return std::nullopt;
    ExpertForecast out{placement, {card->weights, card->kv, card->scratch + card->staging, 0}, 0, {}};
    if (lent.end > 0) {
        const FileWeights moved = only(model.weights(), isLent);
        const auto there = planMemory(device.processor, {config, moved, model.fileBytes(), 0, kv, lent});
        if (!there) return std::nullopt;
        out.processorBytes = there->weights + there->scratch;
    }
    SpeedQuestion speed;
    speed.modelPath = question.modelPath;
    speed.lentExperts = lent;
    speed.cacheBytes = cacheReadBytes(out.card.context);
    out.speed = forecastSpeed(model, device, speed, question.history);
    return out;
}

std::optional<ExpertForecast> fewestExperts(const FitModel& model, const FitDevice& device,
                                            const FitQuestion& question) {
    const std::uint32_t all = mixtureLayers(model.config());
    if (all == 0 || !device.isGpu() || device.info.unified) return std::nullopt;
    // More on the processor never needs more of the card: halve the doubt.
    std::optional<ExpertForecast> best;
    std::uint32_t tooFew = 0, enough = all + 1;
    while (enough - tooFew > 1) {
        const std::uint32_t tried = tooFew + (enough - tooFew) / 2;
        const auto forecast = forecastExperts(model, device, question, {tried});
        const bool fits = forecast && forecast->card.total() <= roomOf(device.info);
        if (fits) best = forecast;
        (fits ? enough : tooFew) = tried;
    }
    if (!best || best->processorBytes > roomOf(device.processor)) return std::nullopt;
    return best;
}

} // namespace ponder
