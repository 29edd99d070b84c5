// Where a model goes: which devices take which layers, and how long a context they have room for.
//
// Decided from plans alone, before anything is loaded. As a rule everything goes to the device that was asked
// for; a context that nobody asked for is halved until it fits. Where a model is too large for a graphics
// processor even with 8,192 tokens, a mixture leaves experts to the processor (plan/expert_split.h); where
// that is not enough, or it is none, its last layers go there and the others to the processor. What even the
// computer's memory has no room for stays in the file and is read as it is used. Owner: LocalModel; it owns
// the devices and outlives the executor. Thread: one at a time. Errors: those of
// openDevice() and Device::load(); BadArgument for layers on a device that has none to share. Previous
// station: plan/split_plan.h.
#pragma once

#include "engine/engine.h"

namespace ponder {

class ModelPlacement {
public:
    // All but the options must outlive the placement.
    static Result<ModelPlacement> choose(const LoadOptions& options, const ModelFile& file,
                                         const ModelConfig& config, const FileWeights& weights,
                                         const AdapterSet& adapters);

    Result<std::unique_ptr<Executor>> load(const Progress& progress, const std::stop_token& stop) const;

    std::uint32_t contextTokens() const { return m_contextTokens; }
    KvType kvType() const { return m_kvType; }
    std::vector<ModelPart> parts() const; // in the order of the layers
    const DeviceInfo& device() const { return m_parts.back().device->info(); }
    std::optional<std::uint64_t> deviceBytesInUse() const { return m_parts.back().device->bytesInUse(); }

private:
    struct Part {
        Device* device;
        LayerRange layers;
        MemoryUse memory;
        bool expertsOnly = false;
    };

    ModelPlacement(const LoadOptions& options, const ModelFile& file, const ModelConfig& config,
                   const FileWeights& weights, const AdapterSet& adapters);
    Result<void> place(const LoadOptions& options);
    Result<void> placeInMemory(const LoadOptions& options);
    // Tries with shorter contexts as long as place() says that it does not fit, where nobody asked for one.
    Result<void> shrink(std::uint32_t smallest, const std::function<Result<void>()>& place);
    Result<void> placeWhole(Device& device);
    Result<void> placeOnProcessor(const LoadOptions& options);
    Result<void> placeSplit(std::optional<std::uint32_t> gpuLayers);
    Result<void> placeExperts(std::optional<std::uint32_t> mixtures);
    Result<void> placeWhatFits();
    Result<void> checkOptions(DeviceKind kind) const;
    Result<void> needProcessor();
    PlanRequest request(const LayerRange& layers) const { return request(layers, *m_weights); }
    PlanRequest request(const LayerRange& layers, const FileWeights& weights) const;

    const ModelFile* m_file;
    const ModelConfig* m_config;
    const FileWeights* m_weights;
    const AdapterSet* m_adapters;
    std::uint32_t m_wantedContext; // before it is shrunk
    LoadOptions m_options;
    std::unique_ptr<Device> m_device, m_processor; // the latter where it has a part
    std::uint32_t m_contextTokens = 0;
    std::uint64_t m_room = 0; // of PlanRequest
    KvType m_kvType = KvType::F16;
    std::vector<Part> m_parts; // one or two
};

} // namespace ponder
