// How a folder's weights were quantized by AWQ: what config.json says under quantization_config.
//
// Takes that object; gives the length of the groups that share a scale and a zero. Four bits, the order of
// the GEMM kernels and zero points are what is published and what is known here; anything else is an error
// that names it. Errors: CannotConvert, BadJson (names the field). Source: the AutoAWQ library,
// engine-notes.md section 4. Next station: awq_matrix.h.
#pragma once

#include "engine/base/result.h"

#include <nlohmann/json_fwd.hpp>

namespace ponder {

struct AwqFormat {
    std::uint32_t groupSize = 128; // a multiple of 32

    static Result<AwqFormat> read(const nlohmann::json& quantization, const std::string& path);
};

} // namespace ponder
