// How a whole model is quantized, and which number format each of its tensors then has.
//
// Most file types are mixtures: what hurts most is kept finer than the type says. Source: the naming of GGUF
// files, and the mixtures that llama.cpp writes under these names without further knowledge of the weights.
// Next station: the writers of model files.
#pragma once

#include "engine/quant/tensor_type.h"

#include <array>

namespace ponder {

// As general.file_type says.
enum class FileType : std::uint32_t {
    F16 = 1,
    Q4_0 = 2,
    Q8_0 = 7,
    Q5_0 = 8,
    Q2_K = 10,
    Q3_K_M = 12,
    Q4_K_M = 15,
    Q5_K_M = 17,
    Q6_K = 18,
    IQ4_NL = 25,
    IQ4_XS = 30,
    MXFP4_MOE = 38, // stacks of experts in MXFP4, all else in Q8_0
};

// From the smallest to the largest; where MXFP4_MOE stands depends on how much of a model its experts are.
inline constexpr std::array kFileTypes{FileType::Q2_K,   FileType::Q3_K_M, FileType::IQ4_XS,
                                       FileType::IQ4_NL, FileType::Q4_0,   FileType::MXFP4_MOE,
                                       FileType::Q4_K_M, FileType::Q5_0,   FileType::Q5_K_M,
                                       FileType::Q6_K,   FileType::Q8_0,   FileType::F16};

// Of those of about the same size the best one.
inline constexpr std::array kRecommendedTypes{FileType::Q2_K,   FileType::Q3_K_M, FileType::IQ4_XS,
                                              FileType::Q4_K_M, FileType::Q5_K_M, FileType::Q6_K,
                                              FileType::Q8_0,   FileType::F16};

std::optional<FileType> fileType(std::string_view name); // "Q4_K_M", in any case; "MXFP4" too
std::string_view nameOf(FileType type);

// The tensor by its name without block number and ".weight": "attn_v", "output", "attn_norm".
struct TensorPlace {
    std::string_view kind;
    std::uint32_t layer = 0, layers = 1;
    std::uint64_t rowLength = 0;
    bool tied = false;         // the embedding is the output as well
    std::uint64_t rows = 0;    // 0 where it is not known
    std::uint32_t sharers = 1; // query heads that share a key and a value
    std::uint32_t experts = 0; // that the model has
};

// Whether a model of this kind has anything that the type is made for.
constexpr bool suits(FileType type, bool hasExperts) { return type != FileType::MXFP4_MOE || hasExperts; }

// Whether a tensor of this whole name holds one matrix for each expert.
bool isExpertStack(std::string_view tensor);

// Whether a file type changes this tensor, by its whole name: norms, biases, routers and small convolutions
// stay as they are.
bool takesFileType(std::string_view tensor);

// For matrices. A row that does not hold whole blocks of 256 takes the next larger format of 32.
TensorType tensorType(FileType type, const TensorPlace& place);

} // namespace ponder
