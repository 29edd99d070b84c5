#include "engine/file/tensor_table.h"

#include "engine/base/checked_math.h"
#include "engine/base/printable.h"
#include "engine/base/translatable.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace ponder {
namespace {

// Formats that exist and are not read here, so that the message can name them. Source: ggml type numbers.
constexpr std::array kOtherTypes{
    std::pair{4u, "Q4_2"},        std::pair{5u, "Q4_3"},        std::pair{9u, "Q8_1"},
    std::pair{15u, "Q8_K"},       std::pair{24u, "I8"},         std::pair{25u, "I16"},
    std::pair{26u, "I32"},        std::pair{27u, "I64"},        std::pair{28u, "F64"},
    std::pair{36u, "IQ4_NL_4_4"}, std::pair{37u, "IQ4_NL_4_8"}, std::pair{38u, "IQ4_NL_8_8"},
};

// Q4_0 with its rows interleaved for one kind of ARM processor. Programs do that at load today, and ggml has
// taken the types away.
constexpr std::array kRetiredTypes{std::pair{31u, "Q4_0_4_4"}, std::pair{32u, "Q4_0_4_8"},
                                   std::pair{33u, "Q4_0_8_8"}};

Error unknownType(const std::string& path, const GgufTensor& tensor) {
    for (const auto& [number, name] : kRetiredTypes)
        if (number == tensor.type) return {ErrorCode::RetiredTensorType, path, name};
    for (const auto& [number, name] : kOtherTypes)
        if (number == tensor.type)
            return {ErrorCode::UnknownTensorType, path,
                    Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is %2"), {printable(tensor.name), name}}};
    return {ErrorCode::UnknownTensorType, path,
            Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is the unknown type %2"),
                   {printable(tensor.name), std::to_string(tensor.type)}}};
}

// `pattern` has the tensor as %1 and the numbers from %2 on.
Error badTensor(const std::string& path, const GgufTensor& tensor, const char* pattern,
                std::initializer_list<std::uint64_t> numbers = {}) {
    std::vector<std::string> arguments{printable(tensor.name)};
    for (const std::uint64_t number : numbers)
        arguments.push_back(std::to_string(number));
    return {ErrorCode::BadTensor, path, Detail{pattern, std::move(arguments)}};
}

Result<std::uint64_t> tensorBytes(const GgufTensor& tensor, const std::string& path) {
    const auto traits = typeTraits(static_cast<TensorType>(tensor.type));
    if (!traits) return unknownType(path, tensor);
    std::optional<std::uint64_t> values = 1;
    for (const std::uint64_t extent : tensor.shape) {
        if (extent == 0)
            return badTensor(path, tensor, PONDER_TR_NOOP("ErrorDetail", "%1 has a dimension of length 0"));
        if (values) values = checkedMultiply(*values, extent);
    }
    if (tensor.shape[0] % traits->blockValues != 0)
        return badTensor(
            path, tensor,
            PONDER_TR_NOOP("ErrorDetail", "%1 has rows of %2 values, no multiple of the %3 in a block"),
            {tensor.shape[0], traits->blockValues});
    const auto bytes = values ? checkedMultiply(*values / traits->blockValues, traits->blockBytes) : values;
    if (!bytes)
        return badTensor(path, tensor,
                         PONDER_TR_NOOP("ErrorDetail", "%1 has a size that does not fit 64 bits"));
    return *bytes;
}

// Where the last tensor of a complete file can end at most: all of them one after another.
std::optional<std::uint64_t> packedBytes(const std::vector<std::uint64_t>& sizes, std::uint64_t alignment) {
    std::optional<std::uint64_t> all = 0;
    for (const std::uint64_t size : sizes) {
        const auto padded = checkedAlign(size, alignment);
        if (all && padded) all = checkedAdd(*all, *padded);
        if (!padded) return std::nullopt;
    }
    return all;
}

Result<void> checkOverlaps(std::vector<TensorInfo> tensors, const std::string& path) {
    std::sort(tensors.begin(), tensors.end(),
              [](const TensorInfo& a, const TensorInfo& b) { return a.bytes.data() < b.bytes.data(); });
    for (std::size_t i = 1; i < tensors.size(); ++i) {
        const TensorInfo& before = tensors[i - 1];
        if (before.bytes.data() + before.bytes.size() > tensors[i].bytes.data())
            return Error{ErrorCode::BadTensor, path,
                         Detail{PONDER_TR_NOOP("ErrorDetail", "%1 and %2 overlap in the file"),
                                {printable(before.name), printable(tensors[i].name)}}};
    }
    return {};
}

// The bytes of one tensor. `packed` tells a file that was cut short from an offset that was never right.
Result<std::span<const std::byte>> locate(const GgufTensor& tensor, std::uint64_t size,
                                          const GgufHeader& header, std::span<const std::byte> file,
                                          std::optional<std::uint64_t> packed, const std::string& path) {
    if (tensor.offset % header.alignment != 0)
        return badTensor(
            path, tensor,
            PONDER_TR_NOOP("ErrorDetail", "%1 starts at the offset %2, no multiple of the alignment %3"),
            {tensor.offset, header.alignment});
    const auto dataEnd = checkedAdd(tensor.offset, size);
    const auto end = dataEnd ? checkedAdd(header.dataStart, *dataEnd) : std::nullopt;
    if (!end || !packed || (*end > file.size() && *dataEnd > *packed))
        return badTensor(path, tensor,
                         PONDER_TR_NOOP("ErrorDetail", "%1 lies outside of the file (offset %2, %3 bytes)"),
                         {tensor.offset, size});
    if (*end > file.size())
        return Error{ErrorCode::FileTruncated, path,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "%1 needs %2 bytes of the file, which has %3"),
                            {printable(tensor.name), std::to_string(*end), std::to_string(file.size())}}};
    return file.subspan(header.dataStart + tensor.offset, size);
}

} // namespace

Result<std::vector<TensorInfo>> resolveTensors(const GgufHeader& header, std::span<const std::byte> file,
                                               const std::string& path) {
    std::vector<std::uint64_t> sizes;
    sizes.reserve(header.tensors.size());
    for (const GgufTensor& tensor : header.tensors) {
        const auto size = tensorBytes(tensor, path);
        if (!size) return size.error();
        sizes.push_back(*size);
    }
    const auto packed = packedBytes(sizes, header.alignment);

    std::vector<TensorInfo> tensors;
    tensors.reserve(header.tensors.size());
    for (std::size_t i = 0; i < header.tensors.size(); ++i) {
        const GgufTensor& tensor = header.tensors[i];
        const auto bytes = locate(tensor, sizes[i], header, file, packed, path);
        if (!bytes) return bytes.error();
        tensors.push_back({.name = tensor.name,
                           .shape = tensor.shape,
                           .dimensions = tensor.dimensions,
                           .type = static_cast<TensorType>(tensor.type),
                           .bytes = *bytes});
    }
    if (const auto apart = checkOverlaps(tensors, path); !apart) return apart.error();
    return tensors;
}

} // namespace ponder
