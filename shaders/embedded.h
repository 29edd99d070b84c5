// The compiled kernels, as they lie in the program.
//
// Takes a kernel's name and its loads ("head_row", texels or addresses); gives SPIR-V words. Errors: an empty
// span for an unknown name. Next station: backend/vulkan/pipeline/pipeline_set.h.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace ponder {

std::span<const std::uint32_t> embeddedShader(std::string_view name, bool readsTexels);
std::vector<std::string_view> embeddedShaderNames();
// Changes with any kernel.
std::uint64_t embeddedShadersHash();

} // namespace ponder
