#include "engine/quant/file_type.h"

#include <algorithm>
#include <string>

namespace ponder {
namespace {

// The first and last eighth of the layers, and every third one between them.
bool mattersMore(std::uint32_t layer, std::uint32_t layers) {
    const std::uint32_t eighth = layers / 8;
    return layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2;
}

// Where several heads share the values of a model of 80 layers (70B, 72B), the values are an eighth as large
// as the queries: a finer format costs next to nothing.
bool isCheapToKeep(const TensorPlace& place) {
    return place.kind == "attn_v" && place.layers == 80 && place.rows > 0 && place.rows < place.rowLength;
}

// The format of most matrices.
TensorType baseOf(FileType type) {
    switch (type) {
    case FileType::F16:
        return TensorType::F16;
    case FileType::Q4_0:
        return TensorType::Q4_0;
    case FileType::Q8_0:
    case FileType::MXFP4_MOE:
        return TensorType::Q8_0;
    case FileType::Q5_0:
        return TensorType::Q5_0;
    case FileType::Q2_K:
        return TensorType::Q2_K;
    case FileType::Q3_K_M:
        return TensorType::Q3_K;
    case FileType::Q4_K_M:
        return TensorType::Q4_K;
    case FileType::Q5_K_M:
        return TensorType::Q5_K;
    case FileType::Q6_K:
        return TensorType::Q6_K;
    case FileType::IQ4_NL:
        return TensorType::IQ4_NL;
    case FileType::IQ4_XS:
        return TensorType::IQ4_XS;
    }
    return TensorType::F16;
}

TensorType ofValues(FileType type, const TensorPlace& place) {
    if (place.experts == 8) return TensorType::Q8_0; // small beside the experts
    const bool shared = place.sharers >= 4;
    switch (type) {
    case FileType::Q2_K:
        return shared ? TensorType::Q4_K : TensorType::Q3_K;
    case FileType::Q3_K_M:
        return place.layer < 2 ? TensorType::Q5_K : TensorType::Q4_K;
    case FileType::IQ4_NL:
    case FileType::IQ4_XS:
        return shared ? TensorType::Q5_K : baseOf(type);
    case FileType::Q4_K_M:
    case FileType::Q5_K_M:
        return mattersMore(place.layer, place.layers) ? TensorType::Q6_K : baseOf(type);
    default:
        return baseOf(type);
    }
}

TensorType ofDown(FileType type, const TensorPlace& place) {
    switch (type) {
    case FileType::Q2_K:
        return TensorType::Q3_K;
    case FileType::Q3_K_M:
        return place.layer < place.layers / 16 ? TensorType::Q5_K : TensorType::Q4_K;
    case FileType::IQ4_NL:
    case FileType::IQ4_XS:
        return place.layer < place.layers / 8 ? TensorType::Q5_K : baseOf(type);
    case FileType::Q4_K_M:
    case FileType::Q5_K_M:
        return mattersMore(place.layer, place.layers) ? TensorType::Q6_K : baseOf(type);
    default:
        return baseOf(type);
    }
}

TensorType ofAttentionOutput(FileType type, const TensorPlace& place) {
    switch (type) {
    case FileType::Q2_K:
        return place.experts == 8 ? TensorType::Q5_K : TensorType::Q3_K;
    case FileType::Q3_K_M:
        return place.experts == 8 ? TensorType::Q5_K : TensorType::Q4_K;
    case FileType::IQ4_NL:
    case FileType::IQ4_XS:
    case FileType::Q4_K_M:
        return place.experts == 8 ? TensorType::Q5_K : baseOf(type);
    default:
        return baseOf(type);
    }
}

TensorType wanted(FileType type, const TensorPlace& place) {
    const TensorType base = baseOf(type);
    if (type == FileType::F16) return base;
    if (type == FileType::MXFP4_MOE) return place.kind.ends_with("_exps") ? TensorType::MXFP4 : base;
    if (place.kind == "output" || (place.tied && place.kind == "token_embd"))
        return type == FileType::Q8_0 ? base : TensorType::Q6_K;
    if (place.kind == "attn_v" || place.kind == "attn_qkv" || place.kind == "attn_kv_b") {
        const TensorType values = ofValues(type, place);
        const bool coarse = values == TensorType::Q3_K || values == TensorType::Q4_K;
        return coarse && isCheapToKeep(place) ? TensorType::Q5_K : values;
    }
    if (place.kind == "attn_k" && place.experts == 8) return TensorType::Q8_0;
    if (place.kind.starts_with("ffn_down")) return ofDown(type, place);
    return place.kind == "attn_output" ? ofAttentionOutput(type, place) : base;
}

// Of blocks of 32 values, the next larger one.
TensorType withShortBlocks(TensorType type) {
    switch (type) {
    case TensorType::Q2_K:
    case TensorType::Q3_K:
        return TensorType::Q4_0;
    case TensorType::IQ4_XS:
        return TensorType::IQ4_NL;
    case TensorType::Q4_K:
        return TensorType::Q5_0;
    case TensorType::Q5_K:
        return TensorType::Q5_1;
    default:
        return TensorType::Q8_0;
    }
}

} // namespace

std::string_view nameOf(FileType type) {
    switch (type) {
    case FileType::Q3_K_M:
        return "Q3_K_M";
    case FileType::Q4_K_M:
        return "Q4_K_M";
    case FileType::Q5_K_M:
        return "Q5_K_M";
    case FileType::MXFP4_MOE:
        return "MXFP4_MOE";
    default:
        return typeTraits(baseOf(type))->name;
    }
}

std::optional<FileType> fileType(std::string_view name) {
    std::string upper(name);
    for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (upper == "MXFP4") return FileType::MXFP4_MOE;
    const auto* found = std::find_if(kFileTypes.begin(), kFileTypes.end(),
                                     [&](FileType type) { return nameOf(type) == upper; });
    if (found == kFileTypes.end()) return std::nullopt;
    return *found;
}

bool isExpertStack(std::string_view tensor) { return tensor.find("_exps.") != std::string_view::npos; }

bool takesFileType(std::string_view tensor) {
    constexpr std::array kTooSmall{"_norm.weight", "ffn_gate_inp.weight", "ssm_conv1d", "shortconv.conv.",
                                   "per_layer_model_proj"};
    return tensor.ends_with(".weight") &&
           std::none_of(kTooSmall.begin(), kTooSmall.end(),
                        [&](const char* part) { return tensor.find(part) != std::string_view::npos; });
}

TensorType tensorType(FileType type, const TensorPlace& place) {
    const TensorType first = wanted(type, place);
    if (place.rowLength % typeTraits(first)->blockValues == 0) return first;
    return place.rowLength % 32 == 0 ? withShortBlocks(first) : TensorType::F16;
}

} // namespace ponder
