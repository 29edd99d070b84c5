// One matrix that AWQ quantized, as blocks of Q4_1 with the very same four-bit numbers.
//
// A folder holds it transposed and in three tensors: qweight, int32 [in, out / 8], eight numbers in a word;
// qzeros, int32 [in / group, out / 8]; scales, f16 [in / group, out]. A weight is (q - z) s. Q4_1 says d q +
// m: d is s, exactly, and m is -z s, rounded to a half; nothing else is lost.
//
// Owner: plain value; borrows the folder's files and the name. Thread: any, read only. Errors: MissingTensor,
// BadTensor (a shape), UnknownTensorType, BadWeights (a scale that is not finite or too large). Source: the
// AutoAWQ library's GEMM packing, engine-notes.md section 4. Next station: tensor_quantizer.h.
#pragma once

#include "engine/convert/awq_format.h"
#include "engine/convert/tensor_names.h"
#include "engine/file/safetensors_set.h"

#include <optional>

namespace ponder {

class AwqMatrix {
public:
    // Whether the folder holds this matrix so, not in plain form.
    static bool isThere(const SafetensorsSet& folder, const NamedTensor& tensor);
    static Result<AwqMatrix> open(const SafetensorsSet& folder, const NamedTensor& tensor,
                                  const AwqFormat& format);

    static std::vector<std::string> partNames(const NamedTensor& tensor); // as the folder calls them

    // Whole rows of the new file from the first on, as Q4_1. With the last one the mapped memory is let go.
    Result<void> read(std::uint64_t firstRow, std::span<std::byte> blocks) const;

private:
    struct Column; // of the folder, a row of the new file
    AwqMatrix(const NamedTensor& tensor, std::uint32_t group) : m_tensor(&tensor), m_group(group) {}
    void release() const;
    Result<void> readBlock(const Column& column, std::uint64_t block, std::byte* out) const;

    const NamedTensor* m_tensor;
    std::uint64_t m_group;
    SafetensorsSet::Place m_weights, m_zeros, m_scales;
};

} // namespace ponder
