// Reads a PEFT folder: adapter_config.json and adapter_model.safetensors.
//
// Takes the folder or either of the files; names become those of GGUF files. Rows of q and k stay in the
// hub's order. Owner: the caller. Thread: any. Errors: as LoraAdapter::open. Next station: lora_adapter.h.
#pragma once

#include "engine/file/lora_adapter.h"

#include <optional>

namespace ponder {

// The folder of which this is a part, where it has an adapter_config.json.
std::optional<std::filesystem::path> peftFolder(const std::filesystem::path& path);

Result<std::unique_ptr<LoraAdapter>> openPeftAdapter(const std::filesystem::path& folder);

} // namespace ponder
