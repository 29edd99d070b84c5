#include "app/fit/expert_forecast.h"

#include "engine/plan/dry_run.h"
#include "engine/plan/expert_split.h"

namespace ponder {

std::optional<ExpertForecast> forecastExperts(const FitModel& model, const FitDevice& device,
                                              const FitQuestion& question, std::uint32_t mixtures) {
    const ModelConfig& config = model.config();
    const LayerRange lent = firstMixtures(config, mixtures);
    const std::uint32_t context = wantedContext(config, question);
    const KvType kv = question.kvType.value_or(KvType::F16);
    const PlanRequest request{config, model.weights(), model.fileBytes(), 0, kv};
    const auto dry = DryRun::of(device.info, request);
    const auto card = dry ? dry->memory(context, {{}, lent}) : Result<MemoryUse>(dry.error());
    if (!card) return std::nullopt;
    ExpertForecast out{{card->weights, card->kv, card->besideWeightsAndCache(), 0}, 0, {}};
    if (lent.end > 0) {
        const auto experts = DryRun::ofExperts(device.processor, request);
        const auto there = experts ? experts->memory(0, {lent}) : Result<MemoryUse>(experts.error());
        if (!there) return std::nullopt;
        out.processorBytes = there->total();
    }
    SpeedQuestion speed;
    speed.modelPath = question.modelPath;
    speed.lentExperts = lent;
    speed.cacheBytes = cacheReadBytes(out.card.context);
    out.speed = forecastSpeed(model, device, speed, question.history);
    return out;
}

} // namespace ponder
