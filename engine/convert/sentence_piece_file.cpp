#include "engine/convert/sentence_piece_file.h"

#include "engine/base/translatable.h"
#include "engine/file/byte_cursor.h"

#include <cmath>

namespace ponder {
namespace {

enum WireType : std::uint32_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };
constexpr std::uint64_t kBytePairs = 2; // TrainerSpec.ModelType.BPE

// One field of a message: a number, or bytes.
struct Field {
    std::uint32_t number = 0;
    std::uint64_t value = 0;
    float real = 0;
    std::string_view bytes;
};

class MessageReader {
public:
    explicit MessageReader(std::string_view message)
        : m_cursor(std::as_bytes(std::span(message.data(), message.size()))) {}

    // Nothing at the end, and where the message is damaged (damaged() tells).
    std::optional<Field> next() {
        if (m_cursor.remaining() == 0) return std::nullopt;
        Field field;
        const std::optional<std::uint64_t> tag = varint();
        m_damaged = !tag || *tag >> 3 == 0 || *tag >> 32 != 0;
        if (m_damaged) return std::nullopt;
        field.number = static_cast<std::uint32_t>(*tag >> 3);
        m_damaged = !readValue(static_cast<std::uint32_t>(*tag & 7), field);
        return m_damaged ? std::nullopt : std::optional(field);
    }
    bool damaged() const { return m_damaged; }

private:
    bool readValue(std::uint32_t type, Field& field) {
        if (type == Varint) {
            const auto value = varint();
            field.value = value.value_or(0);
            return value.has_value();
        }
        if (type == Fixed64) return m_cursor.read<std::uint64_t>().has_value();
        if (type == Fixed32) {
            const auto value = m_cursor.read<float>();
            field.real = value.value_or(0);
            return value.has_value();
        }
        if (type != Bytes) return false;
        const auto length = varint();
        const auto bytes = length ? m_cursor.text(*length) : std::nullopt;
        field.bytes = bytes.value_or(std::string_view());
        return bytes.has_value();
    }
    std::optional<std::uint64_t> varint() {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const auto byte = m_cursor.read<std::uint8_t>();
            if (!byte) return std::nullopt;
            value |= static_cast<std::uint64_t>(*byte & 0x7F) << shift;
            if (*byte < 0x80) return value;
        }
        return std::nullopt;
    }

    ByteCursor m_cursor;
    bool m_damaged = false;
};

class SentencePieceReader {
public:
    SentencePieceReader(std::string_view bytes, const std::string& path) : m_bytes(bytes), m_list(path) {
        m_list.model = "llama";
        m_list.scored = true;
        m_list.addSpacePrefix = true;
    }

    Result<TokenList> read();

private:
    Result<void> readPiece(std::string_view message);
    Result<void> readTrainer(std::string_view message);
    Result<void> readNormalizer(std::string_view message);

    Error bad(const char* pattern) const {
        return {ErrorCode::BadTokenizer, m_list.path(), Detail{pattern, {}}};
    }
    Error damaged() const {
        return bad(PONDER_TR_NOOP("ErrorDetail", "it is not a SentencePiece model, or a part is missing"));
    }
    Error unknown(const std::string& what) const {
        return {ErrorCode::UnknownTokenizer, m_list.path(), what};
    }

    std::string_view m_bytes;
    TokenList m_list;
    std::uint64_t m_kind = 1; // unigram, unless the file says otherwise
};

Result<TokenList> SentencePieceReader::read() {
    MessageReader message(m_bytes);
    while (const std::optional<Field> field = message.next()) {
        Result<void> done;
        if (field->number == 1) done = readPiece(field->bytes);
        if (field->number == 2) done = readTrainer(field->bytes);
        if (field->number == 3) done = readNormalizer(field->bytes);
        if (!done) return done.error();
    }
    if (message.damaged() || m_list.tokens().empty()) return damaged();
    if (m_kind != kBytePairs)
        return unknown(m_kind == 1 ? "unigram" : "SentencePiece " + std::to_string(m_kind));
    return std::move(m_list);
}

Result<void> SentencePieceReader::readPiece(std::string_view bytes) {
    MessageReader message(bytes);
    ListedToken token{{}, TokenType::Normal, 0};
    while (const std::optional<Field> field = message.next()) {
        if (field->number == 1) token.text = field->bytes;
        if (field->number == 2) token.score = field->real;
        if (field->number == 3) {
            if (field->value < 1 || field->value > 6) return damaged();
            token.type = static_cast<TokenType>(field->value);
        }
    }
    if (message.damaged() || token.text.empty() || !std::isfinite(token.score)) return damaged();
    if (m_list.find(token.text)) return bad(PONDER_TR_NOOP("ErrorDetail", "a piece appears twice"));
    return m_list.put(m_list.tokens().size(), std::move(token));
}

Result<void> SentencePieceReader::readTrainer(std::string_view bytes) {
    MessageReader message(bytes);
    while (const std::optional<Field> field = message.next())
        if (field->number == 3) m_kind = field->value;
    return message.damaged() ? Result<void>(damaged()) : Result<void>();
}

// What the library made of a text before it was cut; only a space in front is known here.
Result<void> SentencePieceReader::readNormalizer(std::string_view bytes) {
    MessageReader message(bytes);
    while (const std::optional<Field> field = message.next()) {
        if (field->number == 1 && field->bytes != "identity" && !field->bytes.empty())
            return unknown(std::string(field->bytes.substr(0, 40)));
        if (field->number == 3) m_list.addSpacePrefix = field->value != 0;
    }
    return message.damaged() ? Result<void>(damaged()) : Result<void>();
}

} // namespace

Result<TokenList> readSentencePieceFile(std::span<const std::byte> bytes, const std::string& path) {
    return SentencePieceReader({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path).read();
}

} // namespace ponder
