#include "engine/file/gguf_header.h"

#include "engine/base/checked_math.h"
#include "engine/base/printable.h"
#include "engine/base/translatable.h"
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

struct OtherFile {
    std::string_view magic;
    const char* meaning;
};

// What people open by mistake, told by its first bytes.
constexpr std::array kOtherFiles{
    OtherFile{"lmgg", PONDER_TR_NOOP("ErrorDetail", "it is in the old GGML format")},
    OtherFile{"fmgg", PONDER_TR_NOOP("ErrorDetail", "it is in the old GGMF format")},
    OtherFile{"tjgg", PONDER_TR_NOOP("ErrorDetail", "it is in the old GGJT format")},
    OtherFile{"algg", PONDER_TR_NOOP("ErrorDetail", "it is an adapter in the old GGLA format")},
    OtherFile{"FUGG", PONDER_TR_NOOP("ErrorDetail", "it is a big-endian GGUF file")},
    OtherFile{"PK\x03\x04", PONDER_TR_NOOP("ErrorDetail", "it is a ZIP archive or a PyTorch file")},
    OtherFile{"<!DO", PONDER_TR_NOOP("ErrorDetail", "it is a web page")},
    OtherFile{"<htm", PONDER_TR_NOOP("ErrorDetail", "it is a web page")},
    OtherFile{"version https://git-lfs",
              PONDER_TR_NOOP("ErrorDetail", "it is a Git LFS pointer; the model itself was not downloaded")},
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
        if (!start)
            return truncated(
                Detail{PONDER_TR_NOOP("ErrorDetail", "the file ends inside the tensor table"), {}});
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

    Error truncated(Detail detail) const { return {ErrorCode::FileTruncated, m_path, std::move(detail)}; }
    Error bad(Detail detail) const { return {ErrorCode::BadMetadata, m_path, std::move(detail)}; }
    Error badTensor(Detail detail) const { return {ErrorCode::BadTensor, m_path, std::move(detail)}; }

    std::span<const std::byte> m_bytes;
    const std::string& m_path;
    ByteCursor m_cursor;
    GgufValueReader m_values;
    GgufHeader m_header;
    std::uint64_t m_tensorCount = 0;
    std::uint64_t m_keyCount = 0;
};

Result<void> HeaderParser::readMagic() {
    if (m_bytes.empty())
        return Error{ErrorCode::FileTruncated, m_path,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "the file is empty"), {}}};
    const std::string_view start(reinterpret_cast<const char*>(m_bytes.data()),
                                 std::min<std::size_t>(m_bytes.size(), 64));
    for (const auto& [magic, meaning] : kOtherFiles)
        if (start.starts_with(magic)) return Error{ErrorCode::NotAModelFile, m_path, Detail{meaning, {}}};
    if (start.substr(0, 4) != kMagic.substr(0, start.size()))
        return Error{ErrorCode::NotAModelFile, m_path,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "it begins with \"%1\" instead of \"GGUF\""),
                            {printable(start.substr(0, 4))}}};

    const auto magic = m_cursor.read<std::uint32_t>();
    const auto version = magic ? m_cursor.read<std::uint32_t>() : std::nullopt;
    if (!version)
        return truncated(
            Detail{PONDER_TR_NOOP("ErrorDetail", "the file ends inside the version number"), {}});
    // A small number written by a big-endian machine has its lower half empty.
    if (*version != 0 && (*version & 0xffff) == 0)
        return Error{ErrorCode::NotAModelFile, m_path,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "it is a big-endian GGUF file"), {}}};
    if (*version != 2 && *version != 3)
        return Error{ErrorCode::UnsupportedVersion, m_path, std::to_string(*version)};
    m_header.version = *version;
    return {};
}

Result<void> HeaderParser::readCounts() {
    const auto tensors = m_cursor.read<std::uint64_t>();
    const auto keys = tensors ? m_cursor.read<std::uint64_t>() : std::nullopt;
    if (!keys)
        return truncated(
            Detail{PONDER_TR_NOOP("ErrorDetail", "the file ends inside the counts of tensors and keys"), {}});
    if (*tensors > kMaxTensors)
        return badTensor(Detail{PONDER_TR_NOOP("ErrorDetail", "the tensor count of %1 is not plausible"),
                                {std::to_string(*tensors)}});
    if (*keys > kMaxKeys)
        return bad(Detail{PONDER_TR_NOOP("ErrorDetail", "the key count of %1 is not plausible"),
                          {std::to_string(*keys)}});
    m_tensorCount = *tensors;
    m_keyCount = *keys;
    return {};
}

Result<void> HeaderParser::readKeys() {
    for (std::uint64_t i = 0; i < m_keyCount; ++i) {
        const auto length = m_cursor.read<std::uint64_t>();
        if (length && (*length == 0 || *length > kMaxNameBytes))
            return bad(Detail{PONDER_TR_NOOP("ErrorDetail", "key %1 of %2 has a name of %3 bytes"),
                              {std::to_string(i + 1), std::to_string(m_keyCount), std::to_string(*length)}});
        const auto key = length ? m_cursor.text(*length) : std::nullopt;
        if (!key)
            return truncated(Detail{PONDER_TR_NOOP("ErrorDetail", "the file ends inside key %1 of %2"),
                                    {std::to_string(i + 1), std::to_string(m_keyCount)}});
        const std::uint64_t start = m_cursor.position();
        auto value = m_values.read(*key);
        if (!value) return value.error();
        m_header.rawKeys.push_back({*key, m_bytes.subspan(start, m_cursor.position() - start)});
        if (m_header.metadata.has(*key))
            return bad(Detail{PONDER_TR_NOOP("ErrorDetail", "%1 appears twice"), {printable(*key)}});
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
        return bad(Detail{
            PONDER_TR_NOOP("ErrorDetail", "general.alignment must be a power of two from 8 to 65536"), {}});
    m_header.alignment = *alignment;
    return {};
}

Result<void> HeaderParser::readTensors() {
    // Name length, dimensions, one length, type and offset: no entry is shorter.
    constexpr std::uint64_t kSmallestEntry = 8 + 4 + 8 + 4 + 8;
    if (m_tensorCount > m_cursor.remaining() / kSmallestEntry)
        return truncated(Detail{PONDER_TR_NOOP("ErrorDetail", "the file ends inside the tensor table"), {}});
    m_header.tensors.reserve(m_tensorCount);
    for (std::uint64_t i = 0; i < m_tensorCount; ++i)
        if (const auto done = readTensor(i); !done) return done.error();
    return {};
}

Result<void> HeaderParser::readTensor(std::uint64_t index) {

    const auto length = m_cursor.read<std::uint64_t>();
    if (!length)
        return truncated(Detail{PONDER_TR_NOOP("ErrorDetail", "the file ends inside tensor %1 of %2"),
                                {std::to_string(index + 1), std::to_string(m_tensorCount)}});
    if (*length == 0 || *length > kMaxNameBytes)
        return badTensor(
            Detail{PONDER_TR_NOOP("ErrorDetail", "tensor %1 of %2 has a name of %3 bytes"),
                   {std::to_string(index + 1), std::to_string(m_tensorCount), std::to_string(*length)}});
    const auto name = m_cursor.text(*length);
    if (!name)
        return truncated(Detail{PONDER_TR_NOOP("ErrorDetail", "the file ends inside tensor %1 of %2"),
                                {std::to_string(index + 1), std::to_string(m_tensorCount)}});

    GgufTensor tensor{.name = *name};
    const Detail inside{PONDER_TR_NOOP("ErrorDetail", "the file ends inside %1"), {printable(*name)}};
    const auto dimensions = m_cursor.read<std::uint32_t>();
    if (!dimensions) return truncated(inside);
    if (*dimensions == 0 || *dimensions > tensor.shape.size())
        return badTensor(Detail{PONDER_TR_NOOP("ErrorDetail", "%1 has %2 dimensions instead of 1 to 4"),
                                {printable(*name), std::to_string(*dimensions)}});
    tensor.dimensions = *dimensions;
    for (std::uint32_t d = 0; d < *dimensions; ++d) {
        const auto extent = m_cursor.read<std::uint64_t>();
        if (!extent) return truncated(inside);
        tensor.shape[d] = *extent;
    }
    const auto type = m_cursor.read<std::uint32_t>();
    const auto offset = type ? m_cursor.read<std::uint64_t>() : std::nullopt;
    if (!offset) return truncated(inside);
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
