// Rows of one tensor of a new file, read from the folder: in the file's order and as the file has the values.
//
// Takes a tensor and where the folder has it, one place or one for each matrix of a stack. Rows that stand
// together there are read at once, and their memory is let go. Owner: borrows both. Thread: any. Errors:
// those of readFloats. Next station: tensor_quantizer.h.
#pragma once

#include "engine/convert/tensor_names.h"
#include "engine/file/safetensors_set.h"

#include <span>

namespace ponder {

class RowReader {
public:
    RowReader(const NamedTensor& tensor, std::span<const SafetensorsSet::Place> places)
        : m_tensor(tensor), m_places(places) {}

    // Fills whole rows from `firstRow` on.
    Result<void> operator()(std::uint64_t firstRow, std::span<float> values) const;

private:
    Result<void> readColumns(const SafetensorsSet::Place& place, std::uint64_t row,
                             std::span<float> values) const;
    void reorder(std::span<float> values) const;
    void change(std::span<float> values) const;

    const NamedTensor& m_tensor;
    std::span<const SafetensorsSet::Place> m_places;
};

} // namespace ponder
