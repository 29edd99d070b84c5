// A small file of any family, made from its table of tensors: every key that its config writes, every tensor
// that the table has for it, all zeros, without a vocabulary.
#pragma once

#include "engine/model/config.h"

#include <cstddef>
#include <vector>

namespace ponder::test {

// Three layers with every part that the family can have, as small as they can be.
ModelConfig smallConfig(const Family& family);
std::vector<std::byte> fileOf(const ModelConfig& config);

} // namespace ponder::test
