// Random weights in the blocks of a number format, spread so that a forward pass stays finite.
//
// Owner: plain value; the same seed gives the same bytes. Thread: one. Errors: none; the caller asks only for
// formats that file_type.h gives. Next station: synth_command.cpp.
#pragma once

#include "engine/file/gguf_output.h"

#include <span>

namespace ponder {

class RandomWeights {
public:
    explicit RandomWeights(std::uint64_t seed) : m_state(seed) {}

    // Whole blocks of this tensor. Matrices have mean 0 and, with rows of n values, a standard deviation of
    // about 1/sqrt(n), so that a product is as large as what went in; norms are near 1, biases small, and
    // what divides the angles of RoPE is 1.
    void fill(const GgufOutputTensor& tensor, std::span<std::byte> blocks);

private:
    std::uint64_t next();
    float uniform(); // -1 to 1
    void fillBlock(TensorType type, float deviation, std::span<std::byte> block);

    std::uint64_t m_state;
};

} // namespace ponder
