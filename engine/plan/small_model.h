// Which models are so small that rounding their activations to eight bits shows in the answers.
//
// SmolLM2-135M's text is 0.06 nat a token off with all of them rounded, 0.022 where the few large ones keep
// 16 bits; Qwen 1.5B goes from 0.020 to 0.010 only, and would read prompts an eighth slower. Owner: constant.
// Thread: any. Next stations: cpu_plan.h, vulkan_plan.h.
#pragma once

#include <cstdint>

namespace ponder {

inline constexpr std::uint64_t kSmallModelBytes = std::uint64_t{512} << 20; // of the file

} // namespace ponder
