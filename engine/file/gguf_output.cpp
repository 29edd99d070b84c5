#include "engine/file/gguf_output.h"

#include "engine/base/checked_math.h"
#include "engine/base/translatable.h"

#include <array>

namespace ponder {
namespace {

constexpr std::uint64_t kAlignment = 32; // of every tensor, the format's standard

// Nothing where the shape does not hold whole blocks or is larger than any file.
std::optional<std::uint64_t> bytesOf(const std::vector<std::uint64_t>& shape, TensorType type) {
    const auto traits = typeTraits(type);
    if (!traits || shape.empty() || shape.size() > 4 || shape[0] % traits->blockValues != 0)
        return std::nullopt;
    std::optional<std::uint64_t> out = shape[0] / traits->blockValues * traits->blockBytes;
    for (std::size_t i = 1; i < shape.size() && out; ++i)
        out = checkedMultiply(*out, shape[i]);
    return out;
}

std::uint64_t paddingAfter(std::uint64_t bytes) { return (kAlignment - bytes % kAlignment) % kAlignment; }

} // namespace

GgufOutput& GgufOutput::copy(const RawKey& key) {
    m_keys.value(key.name).raw(key.typeAndValue.data(), key.typeAndValue.size());
    ++m_keyCount;
    return *this;
}

GgufOutput& GgufOutput::tensor(std::string name, std::vector<std::uint64_t> shape, TensorType type) {
    const std::uint64_t bytes = bytesOf(shape, type).value_or(0);
    m_tensors.push_back({std::move(name), std::move(shape), type, bytes});
    return *this;
}

std::uint64_t GgufOutput::tensorBytes() const {
    std::uint64_t sum = 0;
    for (const GgufOutputTensor& tensor : m_tensors)
        sum += tensor.bytes;
    return sum;
}

std::uint64_t GgufOutput::bytesBefore(std::size_t tensor) const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < tensor; ++i)
        sum += m_tensors[i].bytes + paddingAfter(m_tensors[i].bytes);
    return sum;
}

Error GgufOutput::wrong(const char* pattern, std::string_view tensor) const {
    return {ErrorCode::BadTensor, m_path, Detail{pattern, {std::string(tensor)}}};
}

Result<std::vector<std::byte>> GgufOutput::header() const {
    GgufBytes header;
    header.raw("GGUF", 4).value(std::uint32_t{3});
    header.value(std::uint64_t{m_tensors.size()})
        .value(m_keyCount)
        .raw(m_keys.bytes.data(), m_keys.bytes.size());
    std::uint64_t offset = 0;
    for (const GgufOutputTensor& tensor : m_tensors) {
        if (tensor.bytes == 0)
            return wrong(PONDER_TR_NOOP("ErrorDetail", "the shape of %1 does not hold whole blocks"),
                         tensor.name);
        header.value(tensor.name).value(static_cast<std::uint32_t>(tensor.shape.size()));
        for (const std::uint64_t extent : tensor.shape)
            header.value(extent);
        header.value(static_cast<std::uint32_t>(tensor.type)).value(offset);
        offset += tensor.bytes + paddingAfter(tensor.bytes);
    }
    header.padTo(kAlignment);
    return std::move(header.bytes);
}

void GgufOutput::start(const std::filesystem::path& path, std::size_t complete) {
    m_path = path.string();
    m_current = complete;
    m_written = 0;
}

Result<void> GgufOutput::begin(const std::filesystem::path& path) {
    start(path, 0);
    const Result<std::vector<std::byte>> header = this->header();
    if (!header) return header.error();
    Result<AtomicFile> file = AtomicFile::create(path);
    if (!file) return file.error();
    m_file.emplace(std::move(*file));
    return m_file->write(*header);
}

Result<void> GgufOutput::resume(const std::filesystem::path& path, std::size_t complete) {
    start(path, complete);
    const Result<std::vector<std::byte>> header = this->header();
    if (!header) return header.error();
    const std::uint64_t keep = complete == 0 ? 0 : header->size() + bytesBefore(complete);
    Result<AtomicFile> file = AtomicFile::resume(path, keep);
    if (!file) return file.error();
    m_file.emplace(std::move(*file));
    if (complete > 0) return {};
    return m_file->write(*header);
}

Result<void> GgufOutput::sync() { return m_file ? m_file->sync() : Result<void>(); }

Result<void> GgufOutput::write(std::span<const std::byte> bytes) {
    if (!m_file || m_current == m_tensors.size() || bytes.size() > m_tensors[m_current].bytes - m_written)
        return wrong(PONDER_TR_NOOP("ErrorDetail", "%1 was given more bytes than it has"),
                     m_current < m_tensors.size() ? m_tensors[m_current].name : std::string());
    if (const Result<void> done = m_file->write(bytes); !done) return done.error();
    m_written += bytes.size();
    if (m_written < m_tensors[m_current].bytes) return {};
    return pad();
}

// The tensor is complete.
Result<void> GgufOutput::pad() {
    constexpr std::array<std::byte, kAlignment> kZeros{};
    const std::uint64_t padding = paddingAfter(m_written);
    ++m_current;
    m_written = 0;
    return m_file->write(std::span(kZeros).first(padding));
}

Result<void> GgufOutput::finish() {
    if (!m_file || m_current < m_tensors.size())
        return wrong(PONDER_TR_NOOP("ErrorDetail", "%1 was not written to its end"),
                     m_current < m_tensors.size() ? m_tensors[m_current].name : std::string());
    const Result<void> done = m_file->commit();
    m_file.reset();
    return done;
}

} // namespace ponder
