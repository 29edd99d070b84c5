// A complete small model of the Qwen2 or Llama family as a GgufWriter: every key and tensor that a config and
// its weights need, all weights zero, a vocabulary of eight one-letter tokens.
//
// One layer, one head of 32 values, width and hidden length 32: about five kilobytes with Q4_0 matrices.
#pragma once

#include "tests/support/gguf_writer.h"

namespace ponder::test {

GgufWriter tinyModel(const std::string& architecture, TensorType matrices = TensorType::Q4_0);

} // namespace ponder::test
