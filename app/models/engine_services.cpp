#include "app/models/engine_services.h"

#include "app/models/quantization_name.h"
#include "engine/engine.h"
#include "engine/file/model_file.h"
#include "engine/model/config.h"
#include "engine/model/weights.h"
#include "engine/text/tokenizer.h"

#include <filesystem>

namespace ponder {
namespace {

QString fromPath(const std::filesystem::path& path) { return QString::fromStdU16String(path.u16string()); }

} // namespace

Result<CheckedModel> checkModelFile(const QString& path) {
    auto file = ModelFile::open(std::filesystem::path(path.toStdU16String()));
    if (!file) return file.error();
    auto config = ModelConfig::read(**file);
    if (!config) return config.error();
    if (auto weights = bindWeights(**file, *config); !weights) return weights.error();
    if (auto tokenizer = Tokenizer::fromModel(**file); !tokenizer) return tokenizer.error();
    CheckedModel model;
    model.path = fromPath((*file)->parts().front());
    model.name = QString::fromStdString((*file)->displayName());
    model.quantization = quantizationName(**file);
    model.bytes = qint64((*file)->fileBytes());
    return model;
}

ModelServices engineModelServices() { return {checkModelFile, listDevices}; }

} // namespace ponder
