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
    const FileWeights kept = withoutExperts(model.weights(), lent.first, lent.end);
    const auto card = planMemory(device.info, {config, kept, model.fileBytes(), context, kv});
    if (!card) return std::nullopt;
    ExpertForecast out{{card->weights, card->kv, card->scratch + card->staging, 0}, 0, {}};
    if (lent.end > 0) {
        const PlanRequest experts{config, model.weights(), model.fileBytes(), 0, kv, lent};
        const auto dry = DryRun::ofExperts(device.processor, experts);
        const auto there = dry ? dry->memory(0) : Result<MemoryUse>(dry.error());
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
