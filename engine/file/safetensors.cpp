#include "engine/file/safetensors.h"

#include "engine/base/checked_math.h"
#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/file/byte_cursor.h"
#include "engine/file/json_document.h"
#include "engine/quant/float_values.h"

#include <algorithm>
#include <array>
#include <optional>

namespace ponder {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxHeader = 100'000'000; // the format's own limit
constexpr std::uint32_t kHeaderDepth = 4;         // table, tensor, shape
constexpr std::size_t kMaxDimensions = 8;
constexpr std::size_t kMaxNameBytes = 1024;

struct TypeEntry {
    SafetensorsType type;
    std::string_view name;
    std::uint64_t bytes;
};

constexpr std::array kTypes{
    TypeEntry{SafetensorsType::Bool, "BOOL", 1},       TypeEntry{SafetensorsType::U8, "U8", 1},
    TypeEntry{SafetensorsType::I8, "I8", 1},           TypeEntry{SafetensorsType::F8_E5M2, "F8_E5M2", 1},
    TypeEntry{SafetensorsType::F8_E4M3, "F8_E4M3", 1}, TypeEntry{SafetensorsType::I16, "I16", 2},
    TypeEntry{SafetensorsType::U16, "U16", 2},         TypeEntry{SafetensorsType::F16, "F16", 2},
    TypeEntry{SafetensorsType::BF16, "BF16", 2},       TypeEntry{SafetensorsType::I32, "I32", 4},
    TypeEntry{SafetensorsType::U32, "U32", 4},         TypeEntry{SafetensorsType::F32, "F32", 4},
    TypeEntry{SafetensorsType::F64, "F64", 8},         TypeEntry{SafetensorsType::I64, "I64", 8},
    TypeEntry{SafetensorsType::U64, "U64", 8},
};

const TypeEntry& entryOf(SafetensorsType type) {
    return *std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeEntry& e) { return e.type == type; });
}

std::optional<SafetensorsType> typeOf(std::string_view name) {
    for (const TypeEntry& entry : kTypes)
        if (entry.name == name) return entry.type;
    return std::nullopt;
}

std::optional<std::uint64_t> number(const Json& value) {
    if (!value.is_number_unsigned()) return std::nullopt;
    return value.get<std::uint64_t>();
}

// Reads the table of one file; `data` is what follows it.
class TableReader {
public:
    TableReader(std::span<const std::byte> data, const std::string& path) : m_data(data), m_path(path) {}

    Result<std::vector<SafetensorsTensor>> read(const Json& table);
    Result<std::map<std::string, std::string>> notes(const Json& table) const;

private:
    Result<SafetensorsTensor> tensor(const std::string& name, const Json& entry);
    Result<std::span<const std::byte>> place(const std::string& name, const Json& offsets) const;
    Result<void> checkPlaces() const;

    Error bad(const char* pattern, const std::string& name) const {
        return {ErrorCode::BadTensor, m_path, Detail{pattern, {printable(name)}}};
    }
    std::uint64_t offset(const SafetensorsTensor& tensor) const {
        return static_cast<std::uint64_t>(tensor.bytes.data() - m_data.data());
    }

    std::span<const std::byte> m_data;
    const std::string& m_path;
    std::vector<SafetensorsTensor> m_tensors;
};

Result<std::vector<SafetensorsTensor>> TableReader::read(const Json& table) {
    for (const auto& [name, entry] : table.items()) {
        if (name == "__metadata__") continue;
        Result<SafetensorsTensor> one = tensor(name, entry);
        if (!one) return one.error();
        m_tensors.push_back(std::move(*one));
    }
    std::sort(m_tensors.begin(), m_tensors.end(), [](const auto& a, const auto& b) {
        return std::pair(a.bytes.data(), a.bytes.size()) < std::pair(b.bytes.data(), b.bytes.size());
    });
    if (const Result<void> sound = checkPlaces(); !sound) return sound.error();
    return std::move(m_tensors);
}

Result<SafetensorsTensor> TableReader::tensor(const std::string& name, const Json& entry) {
    if (name.empty() || name.size() > kMaxNameBytes)
        return bad(PONDER_TR_NOOP("ErrorDetail", "a tensor has the name \"%1\""), name);
    if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") ||
        !entry.contains("data_offsets") || !entry["dtype"].is_string() || !entry["shape"].is_array())
        return bad(PONDER_TR_NOOP("ErrorDetail", "the entry of %1 is not complete"), name);
    SafetensorsTensor out;
    out.name = name;
    const auto& typeName = entry["dtype"].get_ref<const std::string&>();
    const std::optional<SafetensorsType> type = typeOf(typeName);
    if (!type)
        return Error{
            ErrorCode::UnknownTensorType, m_path,
            Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is %2"), {printable(name), printable(typeName)}}};
    out.type = *type;
    std::optional<std::uint64_t> bytes = safetensorsTypeBytes(*type);
    for (const Json& extent : entry["shape"]) {
        const std::optional<std::uint64_t> length = number(extent);
        if (!length || out.shape.size() == kMaxDimensions)
            return bad(PONDER_TR_NOOP("ErrorDetail", "the shape of %1 is not a list of numbers"), name);
        out.shape.push_back(*length);
        if (bytes) bytes = checkedMultiply(*bytes, *length);
    }
    const auto place = this->place(name, entry["data_offsets"]);
    if (!place) return place.error();
    if (bytes != place->size())
        return bad(PONDER_TR_NOOP("ErrorDetail", "%1 does not have as many bytes as its shape says"), name);
    out.bytes = *place;
    return out;
}

Result<std::span<const std::byte>> TableReader::place(const std::string& name, const Json& offsets) const {
    const bool pair = offsets.is_array() && offsets.size() == 2;
    const std::optional<std::uint64_t> first = pair ? number(offsets[0]) : std::nullopt;
    const std::optional<std::uint64_t> end = pair ? number(offsets[1]) : std::nullopt;
    if (!first || !end || *first > *end)
        return bad(PONDER_TR_NOOP("ErrorDetail", "the place of %1 in the file is not a range"), name);
    if (*end > m_data.size())
        return Error{ErrorCode::FileTruncated, m_path,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "%1 of %2 bytes are there"),
                            {std::to_string(m_data.size()), std::to_string(*end)}}};
    return m_data.subspan(*first, *end - *first);
}

// Each byte after the table belongs to one tensor.
Result<void> TableReader::checkPlaces() const {
    std::uint64_t end = 0;
    for (const SafetensorsTensor& tensor : m_tensors) {
        if (offset(tensor) < end)
            return bad(PONDER_TR_NOOP("ErrorDetail", "%1 lies over another tensor"), tensor.name);
        if (offset(tensor) > end)
            return bad(PONDER_TR_NOOP("ErrorDetail", "there is a hole before %1"), tensor.name);
        end += tensor.bytes.size();
    }
    if (end < m_data.size())
        return bad(PONDER_TR_NOOP("ErrorDetail", "%1 bytes belong to no tensor"),
                   std::to_string(m_data.size() - end));
    return {};
}

Result<std::map<std::string, std::string>> TableReader::notes(const Json& table) const {
    std::map<std::string, std::string> out;
    const auto found = table.find("__metadata__");
    if (found == table.end()) return out;
    if (!found->is_object())
        return bad(PONDER_TR_NOOP("ErrorDetail", "%1 is not a table of texts"), "__metadata__");
    for (const auto& [key, value] : found->items()) {
        if (!value.is_string())
            return bad(PONDER_TR_NOOP("ErrorDetail", "%1 is not a table of texts"), "__metadata__");
        out.emplace(key, value.get<std::string>());
    }
    return out;
}

Error notSafetensors(const std::string& path, Detail detail) {
    return {ErrorCode::NotSafetensors, path, std::move(detail)};
}

// The table's text, or what else the file is.
Result<std::string_view> headerText(std::span<const std::byte> bytes, const std::string& path) {
    ByteCursor cursor(bytes);
    const std::optional<std::uint64_t> length = cursor.read<std::uint64_t>();
    if (!length)
        return notSafetensors(
            path, Detail{PONDER_TR_NOOP("ErrorDetail", "it has %1 bytes"), {std::to_string(bytes.size())}});
    if (*length < 2 || *length > kMaxHeader)
        return notSafetensors(
            path, Detail{PONDER_TR_NOOP("ErrorDetail", "it does not begin with the length of a table"), {}});
    const std::optional<std::string_view> text = cursor.text(*length);
    if (!text)
        return Error{ErrorCode::FileTruncated, path,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "%1 of %2 bytes are there"),
                            {std::to_string(cursor.remaining()), std::to_string(*length)}}};
    if (text->front() != '{')
        return notSafetensors(
            path, Detail{PONDER_TR_NOOP("ErrorDetail", "it does not begin with the length of a table"), {}});
    return *text;
}

} // namespace

std::string_view safetensorsTypeName(SafetensorsType type) { return entryOf(type).name; }

std::uint64_t safetensorsTypeBytes(SafetensorsType type) { return entryOf(type).bytes; }

Result<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& path) {
    Result<MappedFile> file = MappedFile::open(path);
    if (!file) return file.error();
    Result<SafetensorsFile> out = fromBytes(file->bytes(), path.string());
    if (out) out->m_file = std::move(*file);
    return out;
}

Result<SafetensorsFile> SafetensorsFile::fromBytes(std::span<const std::byte> bytes,
                                                   const std::string& name) {
    const Result<std::string_view> text = headerText(bytes, name);
    if (!text) return text.error();
    const Result<Json> table = parseJson(*text, name, kHeaderDepth);
    if (!table) return table.error();
    TableReader reader(bytes.subspan(sizeof(std::uint64_t) + text->size()), name);
    auto tensors = reader.read(*table);
    if (!tensors) return tensors.error();
    auto notes = reader.notes(*table);
    if (!notes) return notes.error();
    SafetensorsFile out;
    out.m_path = name;
    out.m_fileBytes = bytes.size();
    out.m_tensors = std::move(*tensors);
    out.m_metadata = std::move(*notes);
    for (std::size_t i = 0; i < out.m_tensors.size(); ++i)
        out.m_byName.emplace(out.m_tensors[i].name, i);
    return out;
}

const SafetensorsTensor* SafetensorsFile::find(std::string_view name) const {
    const auto found = m_byName.find(name);
    return found == m_byName.end() ? nullptr : &m_tensors[found->second];
}

Result<void> readFloats(const SafetensorsTensor& tensor, std::uint64_t first, std::span<float> out,
                        const std::string& path) {
    const auto end = checkedAdd(first, out.size());
    if (!end || *end > tensor.values())
        return Error{
            ErrorCode::BadArgument, printable(tensor.name),
            Detail{PONDER_TR_NOOP("ErrorDetail", "it has %1 values"), {std::to_string(tensor.values())}}};
    if (out.empty()) return {};
    const std::byte* bytes = tensor.bytes.data() + first * safetensorsTypeBytes(tensor.type);
    switch (tensor.type) {
    case SafetensorsType::F32:
        decodeF32(bytes, out);
        return {};
    case SafetensorsType::F16:
        decodeF16(bytes, out);
        return {};
    case SafetensorsType::BF16:
        decodeBF16(bytes, out);
        return {};
    default:
        return Error{ErrorCode::UnknownTensorType, path,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is %2"),
                            {printable(tensor.name), std::string(safetensorsTypeName(tensor.type))}}};
    }
}

} // namespace ponder
