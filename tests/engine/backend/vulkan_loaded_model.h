// A model file loaded onto the first Vulkan device under the validation layers, for tests. Those of one
// program share a device, and with it what its driver has compiled.
#pragma once

#include "engine/backend/vulkan/vulkan_executor.h"
#include "tests/support/logits_check.h"
#include "tests/support/shared_vulkan_device.h"

namespace ponder::test {

// Members are destroyed in the order that the contract asks for.
struct LoadedModel {
    VulkanOptions options;
    std::uint32_t context = 64;
    KvType type = KvType::F16;
    Precision precision = Precision::Float;
    std::filesystem::path cacheFolder;
    LayerRange layers;

    std::unique_ptr<ModelFile> file;
    ModelConfig config;
    FileWeights weights;
    bool ownDevice = false;
    std::shared_ptr<Device> device;
    std::unique_ptr<Executor> executor;
    std::unique_ptr<KvCache> cache;

    // Each gives what went wrong, or nothing.
    std::string open(const std::filesystem::path& path) {
        auto opened = ModelFile::open(path);
        if (!opened) return opened.error().message();
        file = std::move(*opened);
        auto read = ModelConfig::read(*file);
        if (!read) return read.error().message();
        config = *read;
        auto bound = bindWeights(*file, config);
        if (!bound) return bound.error().message();
        weights = *bound;
        return openDevice();
    }
    std::string openDevice() {
        if (!ownDevice) {
            auto shared = sharedVulkanDevice(options);
            if (!shared) return shared.error().message();
            device = shared->device;
            options.validation = shared->log;
            return {};
        }
        options.validation = std::make_shared<ValidationLog>();
        auto made = openVulkanDevice("vulkan:0", options);
        if (!made) return made.error().message();
        device = std::move(*made);
        return {};
    }
    std::string load() {
        auto loaded = tryLoad({}, {});
        if (!loaded) return loaded.error().message();
        executor = std::move(*loaded);
        auto created = executor->createCache(context, type);
        if (!created) return created.error().message();
        cache = std::move(*created);
        return {};
    }
    std::string openAndLoad(const std::filesystem::path& path) {
        std::string failure = open(path);
        return failure.empty() ? load() : failure;
    }
    Result<std::unique_ptr<Executor>> tryLoad(const Progress& progress, std::stop_token stop) {
        return device->load(
            {*file,
             {config, weights, file->fileBytes(), context, type, layers, 0, precision, cacheFolder},
             {}},
            progress, std::move(stop));
    }
    VulkanExecutor& vulkan() { return static_cast<VulkanExecutor&>(*executor); }
    std::string messages() const {
        std::string out;
        for (const std::string& message : options.validation->messages())
            out += message + "\n";
        return out;
    }
};

// For what a device keeps, loses or uses.
struct ModelOnItsOwnDevice : LoadedModel {
    ModelOnItsOwnDevice() { ownDevice = true; }
};

inline bool hasVulkan() {
    const auto devices = listVulkanDevices();
    return !devices.empty() && devices.front().unusable.empty();
}

} // namespace ponder::test
