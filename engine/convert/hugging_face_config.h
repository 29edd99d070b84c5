// The shape of a model as its folder's config.json gives it, and the GGUF keys that say the same.
//
// Takes the parsed config.json; gives plain numbers within sane limits. Qwen2ForCausalLM and LlamaForCausalLM
// are known. What would change the computation and is not built in (other activations, YaRN, sliding windows,
// attention biases of Llama) is an error that names it, never passed over.
//
// Owner: plain value. Thread: any. Errors: BadJson (names the field), CannotConvert. Source: the
// configuration_qwen2 and configuration_llama classes of the transformers library; for the rope factors
// Meta's Llama 3.1 (engine-notes.md section 4). Next station: tensor_names.h, conversion.h.
#pragma once

#include "engine/base/result.h"
#include "engine/convert/awq_format.h"
#include "engine/file/gguf_output.h"
#include "engine/model/model_shape.h"

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
    std::string architecture; // "qwen2" or "llama", as GGUF says it
    std::uint32_t layers = 0, width = 0, hidden = 0;
    std::uint32_t heads = 0, kvHeads = 0, headSize = 0;
    std::uint32_t context = 0;
    std::uint32_t vocabulary = 0; // rows of the embedding
    double normEpsilon = 1e-6;
    double ropeBase = 10000;
    std::optional<double> linearFactor;
    std::optional<Llama3Scaling> llama3;
    bool tied = false;
    std::vector<std::uint64_t> bos, eos; // ids
    std::string nameOrPath;
    std::string numberFormat; // "bfloat16"
    std::string quantMethod;  // "awq", "gptq"; empty for plain weights
    std::optional<AwqFormat> awq;

    static Result<HuggingFaceConfig> read(const nlohmann::json& config, const std::string& path);

    bool llama() const { return architecture == "llama"; }
    std::vector<float> ropeFactors() const; // [headSize / 2], or none
    std::uint64_t parameters() const;       // a tied output counted once
    ModelShape shape() const;               // for plans
    void setKeys(GgufOutput& output) const;
};

} // namespace ponder
