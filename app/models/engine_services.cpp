#include "app/models/engine_services.h"

#include "app/models/model_description.h"
#include "engine/engine.h"
#include "engine/file/fingerprint.h"
#include "engine/model/adapter_set.h"
#include "engine/model/config.h"
#include "engine/model/weights.h"
#include "engine/text/tokenizer.h"

#include <filesystem>

namespace ponder {

Result<ModelRecord> checkModelFile(const QString& path) {
    auto file = ModelFile::open(std::filesystem::path(path.toStdU16String()));
    if (!file) return file.error();
    auto config = ModelConfig::read(**file);
    if (!config) return config.error();
    if (auto weights = bindWeights(**file, *config); !weights) return weights.error();
    if (auto tokenizer = Tokenizer::fromModel(**file); !tokenizer) return tokenizer.error();
    ModelRecord model = describeModel(**file);
    model.layers = static_cast<int>(config->layers);
    model.trainedContext = static_cast<int>(config->trainedContext);
    model.fingerprint = fingerprint(**file);
    return model;
}

Result<void> checkAdapterFile(const QString& model, const QString& adapter) {
    const auto file = ModelFile::open(model.toStdU16String());
    if (!file) return file.error();
    const auto config = ModelConfig::read(**file);
    if (!config) return config.error();
    const auto weights = bindWeights(**file, *config);
    if (!weights) return weights.error();
    const auto opened = LoraAdapter::open(adapter.toStdU16String());
    if (!opened) return opened.error();
    return checkAdapter(**opened, *config, *weights);
}

ModelServices engineModelServices(std::function<MemoryBandwidth()> processorBandwidth) {
    return {checkModelFile, listDevices, std::move(processorBandwidth), checkAdapterFile};
}

} // namespace ponder
