#include "engine/file/lora_adapter.h"

#include "engine/file/gguf_adapter.h"
#include "engine/file/peft_adapter.h"

namespace ponder {

Result<std::unique_ptr<LoraAdapter>> LoraAdapter::open(const std::filesystem::path& path) {
    if (const auto folder = peftFolder(path)) return openPeftAdapter(*folder);
    return openGgufAdapter(path);
}

} // namespace ponder
