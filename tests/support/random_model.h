// A file of random weights for a config that no file has: norms near 1, matrices of a format that the test
// says.
#pragma once

#include "engine/model/config.h"
#include "engine/model/weights.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/random_matrix.h"

#include <functional>

namespace ponder::test {

// typeOf: the format of a matrix that is no vector; routers are f32.
inline GgufWriter randomModel(const ModelConfig& config,
                              const std::function<TensorType(const TensorRow&)>& typeOf) {
    GgufWriter writer;
    writer.set("general.architecture", std::string(config.architecture()));
    std::mt19937 random{7};
    std::uniform_real_distribution<float> value(-1.0F, 1.0F);
    forEachWeight(config.layers, [&](Weight weight) {
        const TensorRow* row = config.family->row(weight.slot);
        if (!row || !has(config, *row, weight.layer)) return;
        const Layer layer = config.layer(weight.layer);
        const std::uint64_t length = lengthOf(row->rowLength, config, layer);
        const std::uint64_t rows = lengthOf(row->rows, config, layer),
                            depth = lengthOf(row->depth(), config, layer);
        std::vector<std::uint64_t> shape{length};
        if (rows * depth > 1) shape.push_back(rows);
        if (depth > 1) shape.push_back(depth);
        const std::string name = config.family->nameOf(weight);
        if (row->kind == TensorKind::Vector || row->kind == TensorKind::Small) {
            std::vector<float> values(length * rows);
            for (float& one : values)
                one = 0.3F * value(random) + (name.ends_with("norm.weight") ? 1.0F : 0.0F);
            writer.tensor(name, shape, values);
            return;
        }
        const TensorType type = typeOf(*row);
        const RandomMatrix made(type, length, rows * depth, random);
        writer.tensor(name, shape, type);
        writer.at(name).data = made.bytes;
    });
    return writer;
}

} // namespace ponder::test
