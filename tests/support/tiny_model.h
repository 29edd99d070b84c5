// A complete small model of the Qwen2 or Llama family as a GgufWriter: every key and tensor that a config and
// its weights need, all weights zero, a vocabulary of eight one-letter tokens.
//
// One layer, one head of `width` values, which is the hidden length too: about five kilobytes with Q4_0
// matrices of 32.
#pragma once

#include "tests/support/gguf_writer.h"

namespace ponder::test {

GgufWriter tinyModel(const std::string& architecture, TensorType matrices = TensorType::Q4_0,
                     std::uint32_t width = 32);

} // namespace ponder::test
