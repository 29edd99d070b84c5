// The model services of a real run: the engine checks files and lists devices.
//
// A file passes when its header, its architecture, its tensors and its vocabulary can all be used; nothing of
// it is copied. Owner: free functions. Thread: worker. Errors: those of engine/file, engine/model and
// engine/text. Next station: ModelLibrary, then ChatEngine::loadModel.
#pragma once

#include "app/models/model_services.h"

namespace ponder {

ModelServices engineModelServices(std::function<MemoryBandwidth()> processorBandwidth = {});

Result<ModelRecord> checkModelFile(const QString& path);
// An adapter passes when each of its pairs fits a weight of the model.
Result<void> checkAdapterFile(const QString& model, const QString& adapter);

} // namespace ponder
