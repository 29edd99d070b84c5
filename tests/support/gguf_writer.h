// Builds GGUF files in memory: sound ones, and broken ones by changing a field before the bytes are made.
//
//     GgufWriter writer;
//     writer.set("general.architecture", "llama").set("llama.block_count", std::uint32_t{2});
//     writer.array<float>("tokenizer.ggml.scores", {0.5f, 1.0f});
//     writer.tensor("token_embd.weight", {64, 8}, TensorType::F32);      // zeros
//     writer.tensor("output_norm.weight", {64}, std::vector<float>(64, 1.0f));
//     auto file = ModelFile::fromBytes(writer.bytes(), "test.gguf");
//
// Owner: plain value. Errors: none; what it is told to write it writes. Source: the GGUF file format.
#pragma once

#include "engine/file/gguf_bytes.h"
#include "engine/quant/tensor_type.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ponder::test {

using ByteSink = GgufBytes;
inline constexpr std::uint32_t kArrayType = kGgufArray;

struct WriterKey {
    std::string name;
    std::uint32_t type = 0;
    std::vector<std::byte> value; // after the type
};

struct WriterTensor {
    std::string name;
    std::vector<std::uint64_t> shape; // shape[0] is the length of a row
    std::uint32_t type = 0;
    std::vector<std::byte> data;
    std::optional<std::uint64_t> offset;     // instead of the right one
    std::optional<std::uint32_t> dimensions; // instead of shape.size()
};

class GgufWriter {
public:
    // Sets a key; one that is there already is replaced.
    template<class T>
    GgufWriter& set(std::string name, const T& value) {
        return setRaw(std::move(name), kGgufType<T>, ByteSink().value(value).bytes);
    }
    template<class T>
    GgufWriter& array(std::string name, const std::vector<T>& values) {
        return setRaw(std::move(name), kArrayType, ByteSink().array(values).bytes);
    }
    GgufWriter& setRaw(std::string name, std::uint32_t type, std::vector<std::byte> value);
    GgufWriter& remove(std::string_view name);

    // Zeros of the right size for shape and type.
    GgufWriter& tensor(std::string name, std::vector<std::uint64_t> shape, TensorType type);
    // An f32 tensor with these values.
    GgufWriter& tensor(std::string name, std::vector<std::uint64_t> shape, const std::vector<float>& values);
    GgufWriter& removeTensor(std::string_view name);
    WriterTensor& at(std::string_view name); // the tensor must be there

    std::vector<std::byte> bytes() const;
    void save(const std::filesystem::path& path) const;
    // One writer for each of `count` parts; the metadata stays with the first, as the usual tool does.
    std::vector<GgufWriter> split(std::size_t count) const;
    // Writes split(count) as STEM-00001-of-0000N.gguf and gives the paths.
    std::vector<std::filesystem::path> saveSplit(const std::filesystem::path& folder, const std::string& stem,
                                                 std::size_t count) const;

    std::string magic = "GGUF";
    std::uint32_t version = 3;
    std::uint64_t alignment = 32;             // of the data; write the key general.alignment as well
    std::optional<std::uint64_t> tensorCount; // instead of the right one
    std::optional<std::uint64_t> keyCount;    // instead of the right one
    std::vector<WriterKey> keys;
    std::vector<WriterTensor> tensors;
};

void saveBytes(const std::filesystem::path& path, const std::vector<std::byte>& bytes);

} // namespace ponder::test
