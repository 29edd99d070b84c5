#include "app/models/quantization_name.h"

#include <array>
#include <map>
#include <string_view>
#include <utility>

namespace ponder {
namespace {

using namespace std::string_view_literals;

constexpr std::array kFileTypes{
    std::pair{0u, "F32"sv},     std::pair{1u, "F16"sv},      std::pair{2u, "Q4_0"sv},
    std::pair{3u, "Q4_1"sv},    std::pair{7u, "Q8_0"sv},     std::pair{8u, "Q5_0"sv},
    std::pair{9u, "Q5_1"sv},    std::pair{10u, "Q2_K"sv},    std::pair{11u, "Q3_K_S"sv},
    std::pair{12u, "Q3_K_M"sv}, std::pair{13u, "Q3_K_L"sv},  std::pair{14u, "Q4_K_S"sv},
    std::pair{15u, "Q4_K_M"sv}, std::pair{16u, "Q5_K_S"sv},  std::pair{17u, "Q5_K_M"sv},
    std::pair{18u, "Q6_K"sv},   std::pair{19u, "IQ2_XXS"sv}, std::pair{20u, "IQ2_XS"sv},
    std::pair{21u, "Q2_K_S"sv}, std::pair{22u, "IQ3_XS"sv},  std::pair{23u, "IQ3_XXS"sv},
    std::pair{24u, "IQ1_S"sv},  std::pair{25u, "IQ4_NL"sv},  std::pair{26u, "IQ3_S"sv},
    std::pair{27u, "IQ3_M"sv},  std::pair{28u, "IQ2_S"sv},   std::pair{29u, "IQ2_M"sv},
    std::pair{30u, "IQ4_XS"sv}, std::pair{31u, "IQ1_M"sv},   std::pair{32u, "BF16"sv},
    std::pair{36u, "TQ1_0"sv},  std::pair{37u, "TQ2_0"sv},   std::pair{38u, "MXFP4_MOE"sv}};

QString fromView(std::string_view text) { return QString::fromUtf8(text.data(), qsizetype(text.size())); }

} // namespace

QString quantizationName(const ModelFile& file) {
    const std::optional<std::uint64_t> declared = file.metadata().integer("general.file_type");
    for (const auto& [number, name] : kFileTypes)
        if (declared == number) return fromView(name);
    std::map<TensorType, std::uint64_t> bytes;
    for (const TensorInfo& tensor : file.tensors())
        bytes[tensor.type] += tensor.bytes.size();
    std::pair<TensorType, std::uint64_t> most{TensorType::F32, 0};
    for (const auto& [type, count] : bytes)
        if (count > most.second) most = {type, count};
    const std::optional<TypeTraits> traits = typeTraits(most.first);
    return traits ? fromView(traits->name) : QString();
}

} // namespace ponder
