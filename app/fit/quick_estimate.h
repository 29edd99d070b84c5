// The size of a model of which only the number of parameters is known.
//
// Parameters times the nominal bits of the quantization, and half a gigabyte for what is kept finer: the rule
// of thumb that model pages use. Where the shape is known, FitModel counts real tensors. Owner: plain
// function. Thread: any.
#pragma once

#include "engine/quant/file_type.h"

namespace ponder {

constexpr double nominalBits(FileType type) {
    switch (type) {
    case FileType::F16:
        return 16;
    case FileType::Q8_0:
        return 8;
    case FileType::Q6_K:
        return 6.5;
    case FileType::Q5_K_M:
    case FileType::Q5_0:
        return 5.5;
    case FileType::IQ4_XS:
    case FileType::MXFP4_MOE:
        return 4.25;
    case FileType::Q3_K_M:
        return 3.5;
    case FileType::Q2_K:
        return 2.625;
    case FileType::Q4_0:
    case FileType::IQ4_NL:
    case FileType::Q4_K_M:
        break;
    }
    return 4.5;
}

constexpr std::uint64_t quickEstimate(std::uint64_t parameters, FileType type) {
    return static_cast<std::uint64_t>(static_cast<double>(parameters) * nominalBits(type) / 8 + 0.5e9);
}

} // namespace ponder
