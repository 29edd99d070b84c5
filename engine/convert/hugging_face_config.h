// The shape of a model as its folder's config.json gives it.
//
// Takes the parsed config.json; gives plain numbers within sane limits. The classes of model/family.h are
// known. What would change the computation and is not built in (other activations, YaRN, sliding windows,
// attention biases of Llama) is an error that names it, never passed over.
//
// Errors: BadJson (names the field), CannotConvert. Source: the configuration_qwen2 and configuration_llama
// classes of the transformers library; for the rope factors Meta's Llama 3.1 (engine-notes.md section 4).
// Next station: tensor_names.h, conversion.h.
#pragma once

#include "engine/base/result.h"
#include "engine/convert/awq_format.h"
#include "engine/model/config.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace ponder {

// Frequencies that llama3 scaling stretches: those slower than the original context allows.
struct Llama3Scaling {
    double factor = 8, lowFactor = 1, highFactor = 4;
    double originalContext = 8192;
};

struct HuggingFaceConfig {
    ModelConfig model;
    std::optional<Llama3Scaling> llama3;
    std::vector<std::uint64_t> bos, eos; // ids
    std::string nameOrPath;
    std::string numberFormat; // "bfloat16"
    std::string quantMethod;  // "awq", "gptq"; empty for plain weights
    std::optional<AwqFormat> awq;

    static Result<HuggingFaceConfig> read(const nlohmann::json& config, const std::string& path);

    std::vector<float> ropeFactors() const; // [rotary / 2], or none
};

} // namespace ponder
