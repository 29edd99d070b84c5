// Writes a GGUF file of any size: first what is in it, then the tensors' bytes in that order, piece by piece.
//
//     GgufOutput output;
//     output.set("general.architecture", "llama");
//     output.tensor("token_embd.weight", {4096, 128256}, TensorType::Q4_K);
//     output.begin(path);
//     output.write(blocks); ...      // as many pieces as wanted
//     output.finish();               // only now is the file there
//
// Owner: the caller. Thread: one. Errors: FileUnwritable; BadTensor where the bytes written are not those
// announced, or a shape does not hold whole blocks. Source: the GGUF file format, version 3. Next station:
// model_file.h reads it.
#pragma once

#include "engine/base/result.h"
#include "engine/file/atomic_file.h"
#include "engine/file/gguf_bytes.h"
#include "engine/file/metadata.h"
#include "engine/quant/tensor_type.h"

#include <optional>
#include <span>

namespace ponder {

struct GgufOutputTensor {
    std::string name;
    std::vector<std::uint64_t> shape; // shape[0] is the length of a row
    TensorType type = TensorType::F32;
    std::uint64_t bytes = 0;
};

class GgufOutput {
public:
    // Each key once.
    template<class T>
    GgufOutput& set(std::string_view key, const T& value) {
        m_keys.value(key).value(kGgufType<T>).value(value);
        ++m_keyCount;
        return *this;
    }
    template<class T>
    GgufOutput& array(std::string_view key, const std::vector<T>& values) {
        m_keys.value(key).value(kGgufArray).array(values);
        ++m_keyCount;
        return *this;
    }
    // A key of another file, as it stands there.
    GgufOutput& copy(const RawKey& key);
    GgufOutput& tensor(std::string name, std::vector<std::uint64_t> shape, TensorType type);
    std::span<const GgufOutputTensor> tensors() const { return m_tensors; }
    std::uint64_t tensorBytes() const;                   // of all, without what aligns them
    std::uint64_t bytesBefore(std::size_t tensor) const; // of those before it, with what aligns them

    // All that stands before the first tensor's bytes.
    Result<std::vector<std::byte>> header() const;

    Result<void> begin(const std::filesystem::path& path);
    // As begin(), but what is written stays as PATH.part when this ends early, and the first `complete`
    // tensors of what an earlier run left there are kept. That it had the same header is the caller's to
    // know.
    Result<void> resume(const std::filesystem::path& path, std::size_t complete);
    std::size_t completeTensors() const { return m_current; }
    Result<void> sync(); // what was written outlives a loss of power
    // The next bytes of the next tensor that is not complete; may not go beyond its end.
    Result<void> write(std::span<const std::byte> bytes);
    Result<void> finish();

private:
    void start(const std::filesystem::path& path, std::size_t complete);
    Error wrong(const char* pattern, std::string_view tensor) const;
    Result<void> pad();

    GgufBytes m_keys;
    std::uint64_t m_keyCount = 0;
    std::vector<GgufOutputTensor> m_tensors;
    std::optional<AtomicFile> m_file;
    std::string m_path;
    std::size_t m_current = 0;   // the tensor that is written
    std::uint64_t m_written = 0; // bytes of it
};

} // namespace ponder
