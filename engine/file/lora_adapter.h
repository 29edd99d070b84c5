// A LoRA adapter on disk: pairs of small matrices that are added to weights of a model, W + scale · B A.
//
// Takes a GGUF adapter, or a PEFT folder (adapter_config.json, adapter_model.safetensors; any of the three
// paths); gives the pairs by the GGUF name of the weight they belong to. Everything in the files is hostile:
// sizes are checked here, but that a pair fits its weight is for the base to say (model/adapter_set.h).
// Nothing is decoded; a quantized factor stays as it is.
//
// Owner: whoever opened it; the bytes it hands out live as long as it does. Thread: any, read only. Errors:
// FileNotFound, FileUnreadable and those of ModelFile and SafetensorsFile; BadAdapter (it is none, or is
// damaged), UnsupportedAdapter (DoRA, trained biases, whole layers: what W + B A cannot say). Sources: Hu et
// al. 2021 (LoRA), Kalajdzievski 2023 (rsLoRA), the GGUF and PEFT file formats. Next station:
// model/adapter_set.h.
#pragma once

#include "engine/file/model_file.h"

namespace ponder {

struct LoraFactor {
    TensorType type = TensorType::F32;
    std::uint64_t rowLength = 0, rows = 0;
    std::span<const std::byte> bytes;
};

struct LoraPair {
    std::string weight;    // "blk.0.attn_q.weight"
    LoraFactor a;          // [rank x row length]; of a table that is looked up: [rows of the table x rank]
    LoraFactor b;          // [rows x rank]; of a table: [row length x rank]
    double scale = 1;      // alpha / rank, or what the file says instead
    bool table = false;    // the token embedding
    bool hubOrder = false; // rows of B are in the order of Hugging Face's files (model/adapter_set.h)

    std::uint64_t rank() const { return b.rowLength; }
};

inline constexpr std::uint64_t kMostLoraRank = 4096; // of one pair

class LoraAdapter {
public:
    // What stands for one on a screen: the GGUF file's name, or that of the folder.
    static Result<std::unique_ptr<LoraAdapter>> open(const std::filesystem::path& path);
    virtual ~LoraAdapter() = default;

    virtual const std::filesystem::path& path() const = 0;
    virtual const std::string& name() const = 0;
    virtual const std::string& architecture() const = 0; // "llama"; empty where the files do not say
    virtual const std::string& baseModel() const = 0;    // as the files call it, or empty
    virtual std::span<const LoraPair> pairs() const = 0;
    virtual std::uint64_t fileBytes() const = 0;
    // Tells one adapter from another by its size, settings and some bytes of every factor.
    virtual std::uint64_t fingerprint() const = 0;
};

} // namespace ponder
