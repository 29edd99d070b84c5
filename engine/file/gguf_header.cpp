#include "engine/file/gguf_header.h"

#include "engine/base/checked_math.h"
#include "engine/base/printable.h"
#include "engine/file/gguf_value.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace ponder {
namespace {

constexpr std::uint64_t kMaxKeys = 65536;
constexpr std::uint64_t kMaxTensors = 131072; // DeepSeek-R1 with one tensor per expert has 45,000
constexpr std::uint64_t kMaxNameBytes = 1024;
constexpr std::uint64_t kMinAlignment = 8; // the format asks for multiples of 8
constexpr std::uint64_t kMaxAlignment = 65536;

constexpr std::string_view kMagic = "GGUF";

// What people open by mistake, told by its first bytes.
constexpr std::array kOtherFiles{
    std::pair<std::string_view, std::string_view>{"lmgg", "it is in the old GGML format"},
    std::pair<std::string_view, std::string_view>{"fmgg", "it is in the old GGMF format"},
    std::pair<std::string_view, std::string_view>{"tjgg", "it is in the old GGJT format"},
    std::pair<std::string_view, std::string_view>{"algg", "it is an adapter in the old GGLA format"},
    std::pair<std::string_view, std::string_view>{"FUGG", "it is a big-endian GGUF file"},
    std::pair<std::string_view, std::string_view>{"PK\x03\x04", "it is a ZIP archive or a PyTorch file"},
    std::pair<std::string_view, std::string_view>{"<!DO", "it is a web page"},
    std::pair<std::string_view, std::string_view>{"<htm", "it is a web page"},
    std::pair<std::string_view, std::string_view>{
        "version https://git-lfs", "it is a Git LFS pointer; the model itself was not downloaded"},
};

class HeaderParser {
public:
    HeaderParser(std::span<const std::byte> bytes, const std::string& path)
        : m_bytes(bytes), m_path(path), m_cursor(bytes), m_values(m_cursor, path) {}

    Result<GgufHeader> parse() {
        for (const auto step : {&HeaderParser::readMagic, &HeaderParser::readCounts, &HeaderParser::readKeys,
                                &HeaderParser::readAlignment, &HeaderParser::readTensors})
            if (const auto done = (this->*step)(); !done) return done.error();
        const auto start = checkedAlign(m_cursor.position(), m_header.alignment);
        if (!start) return truncated("the tensor table");
        m_header.dataStart = *start;
        return std::move(m_header);
    }

private:
    Result<void> readMagic();
    Result<void> readCounts();
    Result<void> readKeys();
    Result<void> readAlignment();
    Result<void> readTensors();
    Result<void> readTensor(std::uint64_t index);

    Error truncated(const std::string& where) const {
        return {ErrorCode::FileTruncated, m_path, "the file ends inside " + where};
    }
    Error bad(const std::string& detail) const { return {ErrorCode::BadMetadata, m_path, detail}; }
    Error badTensor(const std::string& detail) const { return {ErrorCode::BadTensor, m_path, detail}; }

    std::span<const std::byte> m_bytes;
    const std::string& m_path;
    ByteCursor m_cursor;
    GgufValueReader m_values;
    GgufHeader m_header;
    std::uint64_t m_tensorCount = 0;
    std::uint64_t m_keyCount = 0;
};

Result<void> HeaderParser::readMagic() {
    if (m_bytes.empty()) return Error{ErrorCode::FileTruncated, m_path, "the file is empty"};
    const std::string_view start(reinterpret_cast<const char*>(m_bytes.data()),
                                 std::min<std::size_t>(m_bytes.size(), 64));
    for (const auto& [magic, meaning] : kOtherFiles)
        if (start.starts_with(magic)) return Error{ErrorCode::NotAModelFile, m_path, std::string(meaning)};
    if (start.substr(0, 4) != kMagic.substr(0, start.size()))
        return Error{ErrorCode::NotAModelFile, m_path,
                     "it begins with \"" + printable(start.substr(0, 4)) + "\" instead of \"GGUF\""};

    const auto magic = m_cursor.read<std::uint32_t>();
    const auto version = magic ? m_cursor.read<std::uint32_t>() : std::nullopt;
    if (!version) return truncated("the version number");
    // A small number written by a big-endian machine has its lower half empty.
    if (*version != 0 && (*version & 0xffff) == 0)
        return Error{ErrorCode::NotAModelFile, m_path, "it is a big-endian GGUF file"};
    if (*version != 2 && *version != 3)
        return Error{ErrorCode::UnsupportedVersion, m_path, std::to_string(*version)};
    m_header.version = *version;
    return {};
}

Result<void> HeaderParser::readCounts() {
    const auto tensors = m_cursor.read<std::uint64_t>();
    const auto keys = tensors ? m_cursor.read<std::uint64_t>() : std::nullopt;
    if (!keys) return truncated("the counts of tensors and keys");
    if (*tensors > kMaxTensors)
        return badTensor("the tensor count of " + std::to_string(*tensors) + " is not plausible");
    if (*keys > kMaxKeys) return bad("the key count of " + std::to_string(*keys) + " is not plausible");
    m_tensorCount = *tensors;
    m_keyCount = *keys;
    return {};
}

Result<void> HeaderParser::readKeys() {
    for (std::uint64_t i = 0; i < m_keyCount; ++i) {
        const std::string where = "key " + std::to_string(i + 1) + " of " + std::to_string(m_keyCount);
        const auto key = m_values.readText(where);
        if (!key) return key.error();
        if (key->empty() || key->size() > kMaxNameBytes)
            return bad(where + " has a name of " + std::to_string(key->size()) + " bytes");
        auto value = m_values.read(*key);
        if (!value) return value.error();
        if (m_header.metadata.has(*key)) return bad(printable(*key) + " appears twice");
        m_header.metadata.set(std::string(*key), std::move(*value));
    }
    return {};
}

Result<void> HeaderParser::readAlignment() {
    constexpr std::string_view kKey = "general.alignment";
    if (!m_header.metadata.has(kKey)) return {};
    const auto alignment = m_header.metadata.integer(kKey);
    if (!alignment || !std::has_single_bit(*alignment) || *alignment < kMinAlignment ||
        *alignment > kMaxAlignment)
        return bad("general.alignment must be a power of two from 8 to 65536");
    m_header.alignment = *alignment;
    return {};
}

Result<void> HeaderParser::readTensors() {
    // Name length, dimensions, one length, type and offset: no entry is shorter.
    constexpr std::uint64_t kSmallestEntry = 8 + 4 + 8 + 4 + 8;
    if (m_tensorCount > m_cursor.remaining() / kSmallestEntry) return truncated("the tensor table");
    m_header.tensors.reserve(m_tensorCount);
    for (std::uint64_t i = 0; i < m_tensorCount; ++i)
        if (const auto done = readTensor(i); !done) return done.error();
    return {};
}

Result<void> HeaderParser::readTensor(std::uint64_t index) {
    const std::string where = "tensor " + std::to_string(index + 1) + " of " + std::to_string(m_tensorCount);
    const auto length = m_cursor.read<std::uint64_t>();
    if (!length) return truncated(where);
    if (*length == 0 || *length > kMaxNameBytes)
        return badTensor(where + " has a name of " + std::to_string(*length) + " bytes");
    const auto name = m_cursor.text(*length);
    if (!name) return truncated(where);

    GgufTensor tensor{.name = *name};
    const auto dimensions = m_cursor.read<std::uint32_t>();
    if (!dimensions) return truncated(printable(*name));
    if (*dimensions == 0 || *dimensions > tensor.shape.size())
        return badTensor(printable(*name) + " has " + std::to_string(*dimensions) +
                         " dimensions instead of 1 to 4");
    tensor.dimensions = *dimensions;
    for (std::uint32_t d = 0; d < *dimensions; ++d) {
        const auto extent = m_cursor.read<std::uint64_t>();
        if (!extent) return truncated(printable(*name));
        tensor.shape[d] = *extent;
    }
    const auto type = m_cursor.read<std::uint32_t>();
    const auto offset = type ? m_cursor.read<std::uint64_t>() : std::nullopt;
    if (!offset) return truncated(printable(*name));
    tensor.type = *type;
    tensor.offset = *offset;
    m_header.tensors.push_back(tensor);
    return {};
}

} // namespace

Result<GgufHeader> parseGgufHeader(std::span<const std::byte> bytes, const std::string& path) {
    return HeaderParser(bytes, path).parse();
}

} // namespace ponder
