#include "engine/quant/file_type.h"

#include <algorithm>

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

TensorType mixed(TensorType base, const TensorPlace& place) {
    if (place.kind == "output" || (place.tied && place.kind == "token_embd")) return TensorType::Q6_K;
    const bool sensitive = place.kind == "attn_v" || place.kind == "ffn_down";
    if (sensitive && mattersMore(place.layer, place.layers)) return TensorType::Q6_K;
    return isCheapToKeep(place) ? TensorType::Q5_K : base;
}

TensorType wanted(FileType type, const TensorPlace& place) {
    switch (type) {
    case FileType::F16:
        return TensorType::F16;
    case FileType::Q8_0:
        return TensorType::Q8_0;
    case FileType::Q6_K:
        return TensorType::Q6_K;
    case FileType::Q5_K_M:
        return mixed(TensorType::Q5_K, place);
    case FileType::Q4_K_M:
        break;
    }
    return mixed(TensorType::Q4_K, place);
}

// Of blocks of 32 values, the next larger one.
TensorType withShortBlocks(TensorType type) {
    if (type == TensorType::Q4_K) return TensorType::Q5_0;
    if (type == TensorType::Q5_K) return TensorType::Q5_1;
    return TensorType::Q8_0;
}

} // namespace

std::string_view nameOf(FileType type) {
    switch (type) {
    case FileType::F16:
        return "F16";
    case FileType::Q8_0:
        return "Q8_0";
    case FileType::Q6_K:
        return "Q6_K";
    case FileType::Q5_K_M:
        return "Q5_K_M";
    case FileType::Q4_K_M:
        break;
    }
    return "Q4_K_M";
}

std::optional<FileType> fileType(std::string_view name) {
    const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
    for (const FileType type : kFileTypes) {
        const std::string_view known = nameOf(type);
        if (std::equal(known.begin(), known.end(), name.begin(), name.end(),
                       [&](char a, char b) { return a == upper(b); }))
            return type;
    }
    return std::nullopt;
}

TensorType tensorType(FileType type, const TensorPlace& place) {
    const TensorType first = wanted(type, place);
    if (place.rowLength % typeTraits(first)->blockValues == 0) return first;
    return place.rowLength % 32 == 0 ? withShortBlocks(first) : TensorType::F16;
}

} // namespace ponder
