// The manifest of one model in Ollama's store: which blobs it is made of.
//
// Takes the text of manifests/REGISTRY/NAMESPACE/NAME/TAG; gives the digests of its layers by what they hold.
// A digest becomes a file name, so it is taken only in the form "sha256:" and 64 hexadecimal digits: nothing
// in a manifest can name a file elsewhere. Sizes are what the manifest says and are not believed before the
// blob is looked at. Errors: BadJson, MissingFiles (no layer with a model). Source: the image manifest,
// version 2, with Ollama's media types. Next station: app/models/ollama_store.h.
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ponder {

struct OllamaLayer {
    std::string blob; // "sha256-0123...", the name of its file in blobs/
    std::uint64_t bytes = 0;
};

struct OllamaManifest {
    OllamaLayer model;                 // GGUF
    std::vector<OllamaLayer> adapters; // GGUF LoRAs
    std::optional<OllamaLayer> projector;
    std::optional<OllamaLayer> chatTemplate; // in Go's template language
    std::optional<OllamaLayer> system;       // the instruction, as text
    std::optional<OllamaLayer> parameters;   // JSON: "temperature", ...
    std::vector<OllamaLayer> licences;       // texts
};

// `name` stands for the path in errors.
Result<OllamaManifest> parseOllamaManifest(std::string_view text, const std::string& name);

} // namespace ponder
