// Any text as an adapter_config.json: it is read or gives an error, and its scales are asked for without
// harm.
#include "engine/file/peft_config.h"

#include <cmath>
#include <cstdlib>

using namespace ponder;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

bool isAdapterError(ErrorCode code) {
    return code == ErrorCode::BadJson || code == ErrorCode::BadAdapter ||
           code == ErrorCode::UnsupportedAdapter;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto config = PeftConfig::parse({reinterpret_cast<const char*>(data), size}, "fuzz");
    if (!config) {
        require(isAdapterError(config.error().code));
        require(!config.error().message().empty());
        return 0;
    }
    for (const char* module :
         {"model.layers.0.self_attn.q_proj", "model.layers.11.mlp.down_proj", "lm_head", ""})
        for (const double rank : {1.0, 8.0, 16.0}) {
            const auto scale = config->scale(module, rank);
            require(scale ? !std::isnan(*scale) : isAdapterError(scale.error().code));
        }
    return 0;
}
