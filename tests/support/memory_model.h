// A model file without a file: metadata that a test wrote, and no tensors.
#pragma once

#include "engine/file/model_file.h"

#include <string>
#include <utility>
#include <vector>

namespace ponder::test {

class MemoryModel : public ModelFile {
public:
    MemoryModel() = default;
    // A copy of another file's metadata, to be changed; that file must stay open.
    explicit MemoryModel(const Metadata& metadata) : m_metadata(metadata) {}

    Metadata& keys() { return m_metadata; }

    const Metadata& metadata() const override { return m_metadata; }
    std::span<const TensorInfo> tensors() const override { return {}; }
    const TensorInfo* find(std::string_view) const override { return nullptr; }
    std::span<const std::filesystem::path> parts() const override { return m_parts; }
    std::uint64_t fileBytes() const override { return 0; }

private:
    Metadata m_metadata;
    std::vector<std::filesystem::path> m_parts{"memory.gguf"};
};

} // namespace ponder::test
