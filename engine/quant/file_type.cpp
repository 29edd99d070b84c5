#include "engine/quant/file_type.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ponder {
namespace {

// The first and last eighth of the layers, and every third one between them.
bool mattersMore(std::uint32_t layer, std::uint32_t layers) {
    const std::uint32_t eighth = layers / 8;
    return layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2;
}

TensorType mixed(const TensorPlace& place) {
    if (place.kind == "output" || (place.tied && place.kind == "token_embd")) return TensorType::Q6_K;
    const bool sensitive = place.kind == "attn_v" || place.kind == "ffn_down";
    return sensitive && mattersMore(place.layer, place.layers) ? TensorType::Q6_K : TensorType::Q4_K;
}

TensorType wanted(FileType type, const TensorPlace& place) {
    switch (type) {
    case FileType::F16:
        return TensorType::F16;
    case FileType::Q8_0:
        return TensorType::Q8_0;
    case FileType::Q6_K:
        return TensorType::Q6_K;
    case FileType::Q4_K_M:
        break;
    }
    return mixed(place);
}

} // namespace

std::optional<FileType> fileType(std::string_view name) {
    constexpr std::array kNames{std::pair{std::string_view("f16"), FileType::F16},
                                std::pair{std::string_view("q8_0"), FileType::Q8_0},
                                std::pair{std::string_view("q6_k"), FileType::Q6_K},
                                std::pair{std::string_view("q4_k_m"), FileType::Q4_K_M}};
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    for (const auto& [known, type] : kNames)
        if (std::equal(known.begin(), known.end(), name.begin(), name.end(),
                       [&](char a, char b) { return a == lower(b); }))
            return type;
    return std::nullopt;
}

TensorType tensorType(FileType type, const TensorPlace& place) {
    const TensorType first = wanted(type, place);
    if (place.rowLength % typeTraits(first)->blockValues == 0) return first;
    if (place.rowLength % 32 != 0) return TensorType::F16;
    return first == TensorType::Q4_K ? TensorType::Q5_0 : TensorType::Q8_0;
}

} // namespace ponder
