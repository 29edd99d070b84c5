#include "engine/file/ollama_manifest.h"

#include "engine/base/translatable.h"
#include "engine/file/json_document.h"

#include <algorithm>

namespace ponder {
namespace {

constexpr std::size_t kMostLayers = 256;
constexpr std::string_view kMediaType = "application/vnd.ollama.image.";

Error bad(const std::string& name, Detail detail) { return {ErrorCode::BadJson, name, std::move(detail)}; }

// The value of a key as text, or nothing.
std::string textAt(const nlohmann::json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<OllamaLayer> layerFrom(const nlohmann::json& entry) {
    constexpr std::string_view kScheme = "sha256:";
    const std::string digest = textAt(entry, "digest");
    if (!digest.starts_with(kScheme) || digest.size() != kScheme.size() + 64) return std::nullopt;
    const std::string hash = digest.substr(kScheme.size());
    const bool hexadecimal = std::all_of(
        hash.begin(), hash.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (!hexadecimal) return std::nullopt;
    OllamaLayer layer{"sha256-" + hash, 0};
    if (const auto size = entry.find("size"); size != entry.end() && size->is_number_unsigned())
        layer.bytes = size->get<std::uint64_t>();
    return layer;
}

void put(OllamaManifest& manifest, std::string_view kind, OllamaLayer layer) {
    if (kind == "model" && manifest.model.blob.empty())
        manifest.model = std::move(layer);
    else if (kind == "adapter")
        manifest.adapters.push_back(std::move(layer));
    else if (kind == "license")
        manifest.licences.push_back(std::move(layer));
    else if (kind == "projector")
        manifest.projector = std::move(layer);
    else if (kind == "template")
        manifest.chatTemplate = std::move(layer);
    else if (kind == "system")
        manifest.system = std::move(layer);
    else if (kind == "params")
        manifest.parameters = std::move(layer);
}

} // namespace

Result<OllamaManifest> parseOllamaManifest(std::string_view text, const std::string& name) {
    const auto json = parseJson(text, name);
    if (!json) return json.error();
    const auto layers = json->is_object() ? json->find("layers") : json->end();
    if (!json->is_object() || layers == json->end() || !layers->is_array() || layers->size() > kMostLayers)
        return bad(name, Detail{PONDER_TR_NOOP("ErrorDetail", "it has no list of layers"), {}});
    OllamaManifest manifest;
    for (const nlohmann::json& entry : *layers) {
        if (!entry.is_object())
            return bad(name, Detail{PONDER_TR_NOOP("ErrorDetail", "a layer is no object"), {}});
        const std::string type = textAt(entry, "mediaType");
        if (!type.starts_with(kMediaType)) continue;
        auto layer = layerFrom(entry);
        if (!layer)
            return bad(name, Detail{PONDER_TR_NOOP("ErrorDetail", "a layer has no usable digest"), {}});
        put(manifest, std::string_view(type).substr(kMediaType.size()), std::move(*layer));
    }
    if (manifest.model.blob.empty())
        return Error{ErrorCode::MissingFiles, name,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "a layer with the model"), {}}};
    return manifest;
}

} // namespace ponder
