// Any bytes as a manifest of Ollama: it is read or gives an error, and no blob it names can lie elsewhere.
#include "engine/file/ollama_manifest.h"

#include <cstdlib>

using namespace ponder;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check(const OllamaLayer& layer) {
    require(layer.blob.size() == 7 + 64 && layer.blob.starts_with("sha256-"));
    require(layer.blob.find_first_not_of("0123456789abcdef", 7) == std::string::npos);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto manifest = parseOllamaManifest({reinterpret_cast<const char*>(data), size}, "fuzz:7b");
    if (!manifest) {
        require(!manifest.error().message().empty() && manifest.error().subject == "fuzz:7b");
        return 0;
    }
    check(manifest->model);
    for (const auto* layers : {&manifest->adapters, &manifest->licences})
        for (const OllamaLayer& layer : *layers)
            check(layer);
    for (const auto* layer :
         {&manifest->projector, &manifest->chatTemplate, &manifest->system, &manifest->parameters})
        if (*layer) check(**layer);
    return 0;
}
