// Reads a GGUF adapter: general.type "adapter", adapter.type "lora", adapter.lora.alpha.
//
// Owner: the caller. Thread: any. Errors: as LoraAdapter::open. Next station: lora_adapter.h.
#pragma once

#include "engine/file/lora_adapter.h"

namespace ponder {

Result<std::unique_ptr<LoraAdapter>> openGgufAdapter(const std::filesystem::path& path);

} // namespace ponder
