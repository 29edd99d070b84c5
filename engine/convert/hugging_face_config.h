// The shape of a model as its folder's config.json gives it.
//
// Takes the parsed config.json; gives plain numbers within sane limits. The classes of model/family.h are
// known. What would change the computation and is not built in (other activations, windows and biases that
// the family lacks) is an error that names it, never passed over.
//
// Errors: BadJson (names the field), CannotConvert. Source: the configuration classes of the transformers
// library, for EXAONE those that come with the models.
// Next station: tensor_names.h, conversion.h.
#pragma once

#include "engine/base/result.h"
#include "engine/convert/awq_format.h"
#include "engine/convert/hugging_face_rope.h"
#include "engine/model/config.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace ponder {

struct HuggingFaceConfig {
    ModelConfig model;
    HuggingFaceRope rope;
    bool turnsHalves = false; // RoPE does, where it turns adjacent pairs in other folders of the family
    std::vector<std::uint64_t> bos, eos; // ids
    std::string nameOrPath;
    std::string numberFormat; // "bfloat16"
    std::string quantMethod;  // "awq", "gptq"; empty for plain weights
    std::optional<AwqFormat> awq;

    static Result<HuggingFaceConfig> read(const nlohmann::json& config, const std::string& path);
};

} // namespace ponder
