#include "engine/file/model_file.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/file/gguf_header.h"
#include "engine/file/mapped_file.h"
#include "engine/file/split_set.h"
#include "engine/file/tensor_table.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace ponder {
namespace {

// One file of the set. Its bytes are mapped or, for a model handed over in memory, owned.
struct Part {
    std::filesystem::path path;
    MappedFile mapped;
    std::vector<std::byte> owned;
    GgufHeader header;

    std::span<const std::byte> bytes() const { return owned.empty() ? mapped.bytes() : owned; }
};

Result<Part> parsePart(Part part) {
    auto header = parseGgufHeader(part.bytes(), part.path.string());
    if (!header) return header.error();
    part.header = std::move(*header);
    return part;
}

Result<Part> openPart(const std::filesystem::path& path) {
    auto mapped = MappedFile::open(path);
    if (!mapped) return mapped.error();
    return parsePart({.path = path, .mapped = std::move(*mapped)});
}

class GgufModel final : public ModelFile {
public:
    // Takes over the parts and checks them together.
    static Result<std::unique_ptr<ModelFile>> assemble(std::vector<Part> parts);

    const Metadata& metadata() const override { return m_parts.front().header.metadata; }
    std::span<const RawKey> rawKeys() const override { return m_parts.front().header.rawKeys; }
    std::span<const TensorInfo> tensors() const override { return m_tensors; }
    const TensorInfo* find(std::string_view name) const override {
        const auto found = m_index.find(name);
        return found == m_index.end() ? nullptr : &m_tensors[found->second];
    }
    std::span<const std::filesystem::path> parts() const override { return m_paths; }
    std::uint64_t fileBytes() const override { return m_fileBytes; }
    void release(std::span<const std::byte> bytes) const override {
        for (const Part& part : m_parts)
            part.mapped.release(bytes);
    }
    void fetch(std::span<const std::byte> bytes) const override {
        for (const Part& part : m_parts)
            part.mapped.fetch(bytes);
    }

private:
    Result<void> add(const Part& part);
    Result<void> checkTensorCount() const;

    std::vector<Part> m_parts;
    std::vector<std::filesystem::path> m_paths;
    std::vector<TensorInfo> m_tensors;
    std::unordered_map<std::string_view, std::size_t> m_index; // by name, into m_tensors
    std::uint64_t m_fileBytes = 0;
};

Result<std::unique_ptr<ModelFile>> GgufModel::assemble(std::vector<Part> parts) {
    auto model = std::make_unique<GgufModel>();
    model->m_parts = std::move(parts);
    for (std::size_t i = 0; i < model->m_parts.size(); ++i) {
        const Part& part = model->m_parts[i];
        if (model->m_parts.size() > 1) {
            const auto belongs = checkSplitPart(part.path, part.header.metadata, i, model->m_parts.size());
            if (!belongs) return belongs.error();
        }
        if (const auto added = model->add(part); !added) return added.error();
    }
    if (const auto counted = model->checkTensorCount(); !counted) return counted.error();
    return std::unique_ptr<ModelFile>(std::move(model));
}

Result<void> GgufModel::add(const Part& part) {
    const auto tensors = resolveTensors(part.header, part.bytes(), part.path.string());
    if (!tensors) return tensors.error();
    for (const TensorInfo& tensor : *tensors) {
        if (!m_index.emplace(tensor.name, m_tensors.size()).second)
            return Error{ErrorCode::BadTensor, part.path.string(),
                         Detail{PONDER_TR_NOOP("ErrorDetail", "%1 appears twice"), {printable(tensor.name)}}};
        m_tensors.push_back(tensor);
    }
    m_paths.push_back(part.path);
    m_fileBytes += part.bytes().size();
    return {};
}

Result<void> GgufModel::checkTensorCount() const {
    constexpr std::string_view kKey = "split.tensors.count";
    if (m_parts.size() < 2 || !metadata().has(kKey)) return {};
    if (metadata().integer(kKey) == m_tensors.size()) return {};
    return Error{
        ErrorCode::BadMetadata, m_paths.front().string(),
        Detail{PONDER_TR_NOOP("ErrorDetail", "split.tensors.count differs from the %1 tensors in all parts"),
               {std::to_string(m_tensors.size())}}};
}

} // namespace

Result<std::unique_ptr<ModelFile>> ModelFile::open(const std::filesystem::path& path) {
    auto opened = openPart(path);
    if (!opened) return opened.error();
    const auto paths = splitParts(path, opened->header.metadata);
    if (!paths) return paths.error();
    std::vector<Part> parts;
    if (paths->size() == 1) {
        parts.push_back(std::move(*opened));
        return GgufModel::assemble(std::move(parts));
    }
    for (const std::filesystem::path& partPath : *paths) {
        auto part = openPart(partPath);
        if (!part) return part.error();
        parts.push_back(std::move(*part));
    }
    return GgufModel::assemble(std::move(parts));
}

Result<std::unique_ptr<ModelFile>> ModelFile::fromBytes(std::vector<std::byte> bytes,
                                                        const std::filesystem::path& name) {
    auto part = parsePart({.path = name, .owned = std::move(bytes)});
    if (!part) return part.error();
    const auto paths = splitParts(name, part->header.metadata);
    if (!paths) return paths.error();
    if (paths->size() != 1)
        return Error{ErrorCode::MissingSplitPart, name.string(),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "a model in memory has one part only"), {}}};
    std::vector<Part> parts;
    parts.push_back(std::move(*part));
    return GgufModel::assemble(std::move(parts));
}

std::string ModelFile::displayName() const {
    constexpr std::size_t kLongest = 200;
    std::string_view given = metadata().text("general.name").value_or("");
    if (given.size() > kLongest) {
        std::size_t cut = kLongest; // not inside a UTF-8 character
        while (cut > 0 && (static_cast<unsigned char>(given[cut]) & 0xc0) == 0x80)
            --cut;
        given = given.substr(0, cut);
    }
    std::string name;
    // Control characters have no place in a label; anything else is the maker's choice.
    for (const char c : given)
        if (static_cast<unsigned char>(c) >= ' ' && c != '\x7f') name += c;
    if (!name.empty()) return name;
    const std::filesystem::path& first = parts().front();
    if (const auto split = parseSplitName(first)) return split->stem;
    return first.stem().string();
}

} // namespace ponder
