// One model on disk: a GGUF file, or a split set of them opened from any of its parts.
//
// Takes a path; gives metadata and a checked tensor table over memory-mapped bytes. Everything in the file is
// treated as hostile: offsets and sizes are range-checked with overflow-checked arithmetic, and nothing is
// allocated that the size of the file cannot justify. It does not judge whether the model can run
// (model/config.h and model/weights.h do).
//
// Owner: whoever opened it; the spans it hands out live as long as it does. Thread: any, read only.
// Errors: FileNotFound, FileUnreadable, NotAModelFile, UnsupportedVersion, FileTruncated, BadMetadata,
// BadTensor, UnknownTensorType, RetiredTensorType, MissingSplitPart. Source: the GGUF file format, versions 2
// and 3. Next station: model/config.h, model/weights.h, text/tokenizer.h.
#pragma once

#include "engine/base/result.h"
#include "engine/file/metadata.h"
#include "engine/quant/tensor_type.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ponder {

struct TensorInfo {
    std::string_view name;
    std::array<std::uint64_t, 4> shape{1, 1, 1, 1}; // shape[0] is contiguous: the length of a row
    std::uint32_t dimensions = 0;
    TensorType type = TensorType::F32;
    std::span<const std::byte> bytes; // the whole tensor in the mapped file
    // Of each matrix in it, what its products are multiplied by as well; none: 1. Set where a tensor is bound
    // (model/weights.h): files keep them beside it.
    std::span<const float> factors = {};

    std::uint64_t rowLength() const { return shape[0]; }
    std::uint64_t rows() const { return shape[1] * shape[2] * shape[3]; }
    float factorOf(std::uint64_t row) const {
        return factors.empty() ? 1.0F : factors[row / (rows() / factors.size())];
    }
};

class ModelFile {
public:
    static Result<std::unique_ptr<ModelFile>> open(const std::filesystem::path& path);
    // A whole file in memory, of one part; `name` stands for its path in errors.
    static Result<std::unique_ptr<ModelFile>> fromBytes(std::vector<std::byte> bytes,
                                                        const std::filesystem::path& name);
    virtual ~ModelFile() = default;

    virtual const Metadata& metadata() const = 0; // of the first part
    // The same as it stands in the file; none where it did not come from one.
    virtual std::span<const RawKey> rawKeys() const { return {}; }
    virtual std::span<const TensorInfo> tensors() const = 0;          // of all parts, in file order
    virtual const TensorInfo* find(std::string_view name) const = 0;  // null where absent
    virtual std::span<const std::filesystem::path> parts() const = 0; // in order; one unless split
    virtual std::uint64_t fileBytes() const = 0;                      // of all parts
    // The caller has taken what it needs from these bytes of a tensor: their memory may be used for other
    // things. They stay readable.
    virtual void release(std::span<const std::byte>) const {}
    // These bytes of a tensor will be wanted soon: the system may begin to read them.
    virtual void fetch(std::span<const std::byte>) const {}
    std::string displayName() const; // general.name, else the file's stem
};

} // namespace ponder
