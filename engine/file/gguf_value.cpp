#include "engine/file/gguf_value.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"

#include <limits>

namespace ponder {
namespace {

enum ValueType : std::uint32_t { U8, I8, U16, I16, U32, I32, F32, Bool, Text, Array, U64, I64, F64 };

// Bytes of one value in the file; of a string, the bytes of its length. Zero: not the type of an element.
std::uint64_t elementBytes(std::uint32_t type) {
    switch (type) {
    case U8:
    case I8:
    case Bool:
        return 1;
    case U16:
    case I16:
        return 2;
    case U32:
    case I32:
    case F32:
        return 4;
    case Text:
    case U64:
    case I64:
    case F64:
        return 8;
    default:
        return 0;
    }
}

template<class Stored, class InFile>
std::optional<MetadataValue> scalar(ByteCursor& cursor) {
    const auto value = cursor.read<InFile>();
    if (!value) return std::nullopt;
    return MetadataValue(static_cast<Stored>(*value));
}

} // namespace

Error GgufValueReader::truncated(std::string_view key) const {
    return {ErrorCode::FileTruncated, m_path,
            Detail{PONDER_TR_NOOP("ErrorDetail", "the file ends inside %1"), {printable(key)}}};
}

// `pattern` has the key as %1 and the number, where there is one, as %2.
Error GgufValueReader::bad(std::string_view key, const char* pattern,
                           std::optional<std::uint64_t> number) const {
    std::vector<std::string> arguments{printable(key)};
    if (number) arguments.push_back(std::to_string(*number));
    return {ErrorCode::BadMetadata, m_path, Detail{pattern, std::move(arguments)}};
}

Result<MetadataValue> GgufValueReader::read(std::string_view key) {
    const auto type = m_cursor.read<std::uint32_t>();
    if (!type) return truncated(key);
    if (*type == Array) return readArray(key);
    return readScalar(*type, key);
}

Result<std::string_view> GgufValueReader::readText(std::string_view key) {
    const auto length = m_cursor.read<std::uint64_t>();
    if (!length) return truncated(key);
    if (*length > kMaxTextBytes)
        return bad(key, PONDER_TR_NOOP("ErrorDetail", "%1 claims a text of %2 bytes, which is not plausible"),
                   *length);
    const auto text = m_cursor.text(*length);
    if (!text) return truncated(key);
    return *text;
}

Result<MetadataValue> GgufValueReader::readScalar(std::uint32_t type, std::string_view key) {
    std::optional<MetadataValue> value;
    switch (type) {
    case U8:
        value = scalar<std::uint64_t, std::uint8_t>(m_cursor);
        break;
    case I8:
        value = scalar<std::int64_t, std::int8_t>(m_cursor);
        break;
    case U16:
        value = scalar<std::uint64_t, std::uint16_t>(m_cursor);
        break;
    case I16:
        value = scalar<std::int64_t, std::int16_t>(m_cursor);
        break;
    case U32:
        value = scalar<std::uint64_t, std::uint32_t>(m_cursor);
        break;
    case I32:
        value = scalar<std::int64_t, std::int32_t>(m_cursor);
        break;
    case U64:
        value = scalar<std::uint64_t, std::uint64_t>(m_cursor);
        break;
    case I64:
        value = scalar<std::int64_t, std::int64_t>(m_cursor);
        break;
    case F32:
        value = scalar<double, float>(m_cursor);
        break;
    case F64:
        value = scalar<double, double>(m_cursor);
        break;
    case Bool: {
        const auto byte = m_cursor.read<std::uint8_t>();
        if (byte && *byte > 1) return bad(key, PONDER_TR_NOOP("ErrorDetail", "%1 is neither true nor false"));
        if (byte) value = MetadataValue(*byte == 1);
        break;
    }
    case Text: {
        const auto text = readText(key);
        if (!text) return text.error();
        return MetadataValue(*text);
    }
    default:
        return bad(key, PONDER_TR_NOOP("ErrorDetail", "%1 has the unknown value type %2"), type);
    }
    if (!value) return truncated(key);
    return std::move(*value);
}

Result<MetadataValue> GgufValueReader::readArray(std::string_view key) {
    const auto type = m_cursor.read<std::uint32_t>();
    const auto count = type ? m_cursor.read<std::uint64_t>() : std::nullopt;
    if (!count) return truncated(key);
    if (*type == Array)
        return bad(key, PONDER_TR_NOOP("ErrorDetail", "%1 is an array of arrays, which no model needs"));
    const std::uint64_t bytes = elementBytes(*type);
    if (bytes == 0)
        return bad(key, PONDER_TR_NOOP("ErrorDetail", "%1 is an array of the unknown value type %2"), *type);
    if (*count > kMaxArrayElements - m_elements)
        return bad(key, PONDER_TR_NOOP("ErrorDetail", "%1 claims %2 elements, which is not plausible"),
                   *count);
    if (*count > m_cursor.remaining() / bytes) return truncated(key);
    m_elements += *count;
    if (*type == Text) return readTexts(*count, key);
    if (*type == F32 || *type == F64) return readNumbers(*type, *count, key);
    return readIntegers(*type, *count, key);
}

Result<MetadataValue> GgufValueReader::readTexts(std::uint64_t count, std::string_view key) {
    std::vector<std::string_view> texts;
    texts.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto text = readText(key);
        if (!text) return text.error();
        texts.push_back(*text);
    }
    return MetadataValue(std::move(texts));
}

Result<MetadataValue> GgufValueReader::readIntegers(std::uint32_t type, std::uint64_t count,
                                                    std::string_view key) {
    constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    std::vector<std::int64_t> integers;
    integers.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto value = readScalar(type, key);
        if (!value) return value.error();
        if (const auto* number = std::get_if<std::uint64_t>(&*value)) {
            if (*number > kLargest)
                return bad(key, PONDER_TR_NOOP("ErrorDetail", "%1 holds a number that is too large"));
            integers.push_back(static_cast<std::int64_t>(*number));
        } else if (const auto* flag = std::get_if<bool>(&*value)) {
            integers.push_back(*flag ? 1 : 0);
        } else {
            integers.push_back(std::get<std::int64_t>(*value));
        }
    }
    return MetadataValue(std::move(integers));
}

Result<MetadataValue> GgufValueReader::readNumbers(std::uint32_t type, std::uint64_t count,
                                                   std::string_view key) {
    std::vector<double> numbers;
    numbers.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto value = readScalar(type, key);
        if (!value) return value.error();
        numbers.push_back(std::get<double>(*value));
    }
    return MetadataValue(std::move(numbers));
}

} // namespace ponder
