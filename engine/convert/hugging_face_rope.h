// How a folder's config.json says that RoPE is stretched: rope_scaling, or rope_parameters in newer files.
//
// Takes config.json and the sizes that are known; fills in what of it the model's own config keeps, and gives
// the factors that a file has as tensors. Kinds of scaling that are not built in are named. Errors: BadJson,
// CannotConvert. Sources: modeling_rope_utils of the transformers library; for the factors of llama3 Meta's
// Llama 3.1; for alpha the modeling class of Hunyuan. Next station: hugging_face_config.h, conversion_plan.h.
#pragma once

#include "engine/convert/json_fields.h"
#include "engine/model/config.h"

#include <optional>
#include <vector>

namespace ponder {

// Frequencies that llama3 scaling stretches: those slower than the original context allows.
struct Llama3Scaling {
    double factor = 8, lowFactor = 1, highFactor = 4;
    double originalContext = 8192;
};

struct HuggingFaceRope {
    std::optional<Llama3Scaling> llama3;
    std::vector<float> longFactors, shortFactors; // of longrope

    // Sets what RoPE needs in `model`; its sizes are there. Problems stay in `config`.
    void read(JsonFields& config, ModelConfig& model);
    // [rotary / 2] of one of the tensors that are computed.
    std::vector<float> factors(Slot slot, const ModelConfig& model) const;

private:
    void readScaling(JsonFields& scaling, const JsonFields& config, ModelConfig& model);
    void readLlama3(JsonFields& scaling, ModelConfig& model);
    void readLongrope(JsonFields& scaling, const JsonFields& config, ModelConfig& model);
};

} // namespace ponder
