// Tensors that some files hold as one: rows of q, k and v after each other, rows of gate and then of up.
//
// Takes a file, a config and a layer; gives the parts as tensors of their own, so that nothing after the
// binding knows. Parts borrow the file's bytes; their owner is who holds the FusedParts. A tensor of another
// length than its parts together is none of these, and is left alone. Sources: the GGUF naming convention;
// the modeling class of Phi-3. Next station: weights.h.
#pragma once

#include "engine/model/config.h"

#include <deque>

namespace ponder {

class FusedParts {
public:
    struct Part {
        Weight weight;
        std::string name;
        TensorInfo tensor;
    };
    // Gives the tensors of the file that are parts together.
    std::vector<const TensorInfo*> split(const ModelFile& file, const ModelConfig& config,
                                         std::uint32_t layer);
    const TensorInfo* find(Weight weight) const; // null: no part of another

private:
    std::deque<Part> m_parts;
};

} // namespace ponder
