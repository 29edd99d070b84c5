// A model loaded onto a device of this machine: the file, its vocabulary and the executor that runs it.
//
// Owner: the caller of Model::load. Thread: one at a time.
#pragma once

#include "engine/model_placement.h"

namespace ponder {

class LocalModel final : public Model {
public:
    static Result<std::unique_ptr<Model>> load(const LoadOptions& options, const Progress& progress,
                                               std::stop_token stop);

    const ModelFile& file() const override { return *m_file; }
    const ModelConfig& config() const override { return m_config; }
    const Tokenizer& tokenizer() const override { return *m_tokenizer; }
    const DeviceInfo& device() const override { return m_placement->device(); }
    std::uint32_t contextTokens() const override { return m_placement->contextTokens(); }
    bool contextExceedsTraining() const override {
        return m_config.trainedContext > 0 && contextTokens() > m_config.trainedContext;
    }
    double loadSeconds() const override { return m_loadSeconds; }
    MemoryUse memory() const override { return m_executor->memory(); }
    std::vector<ModelPart> parts() const override { return m_placement->parts(); }
    std::optional<std::uint64_t> deviceBytesInUse() const override { return m_placement->deviceBytesInUse(); }
    Result<std::unique_ptr<Session>> createSession() override;
    Result<void> setAdapters(std::span<const AdapterUse> adapters) override;
    std::span<const AdapterUse> adapters() const override { return m_adapters.uses(); }

    static Result<LoadPlan> plan(const LoadOptions& options);
    void profile(bool on) override { m_executor->profile(on); }
    std::vector<KernelTime> kernelTimes() const override { return m_executor->kernelTimes(); }

private:
    LocalModel() = default;
    // The file is read and its devices are opened; the weights are not loaded.
    static Result<std::unique_ptr<LocalModel>> open(const LoadOptions& options);
    Result<void> readFile(const std::filesystem::path& path);

    // In the order in which they need each other; destroyed in reverse.
    std::unique_ptr<ModelFile> m_file;
    ModelConfig m_config;
    FileWeights m_weights;
    std::unique_ptr<Tokenizer> m_tokenizer;
    AdapterSet m_adapters;
    std::string m_adapterName; // of these
    std::optional<ModelPlacement> m_placement;
    std::unique_ptr<Executor> m_executor;
    double m_loadSeconds = 0;
};

} // namespace ponder
