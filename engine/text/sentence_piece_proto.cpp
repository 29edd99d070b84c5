#include "engine/text/sentence_piece_proto.h"

#include <bit>
#include <cstdint>

namespace ponder {
namespace {

enum WireType : std::uint32_t { Varint = 0, Bytes = 2, Fixed32 = 5 };

void putVarint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
}

void putTag(std::string& out, std::uint32_t field, WireType type) { putVarint(out, (field << 3) | type); }

void putNumber(std::string& out, std::uint32_t field, std::uint64_t value) {
    putTag(out, field, Varint);
    putVarint(out, value);
}

void putBytes(std::string& out, std::uint32_t field, std::string_view bytes) {
    putTag(out, field, Bytes);
    putVarint(out, bytes.size());
    out += bytes;
}

void putFloat(std::string& out, std::uint32_t field, float value) {
    putTag(out, field, Fixed32);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8)
        out += static_cast<char>(bits >> shift);
}

// Special tokens have been cut out of the text before the library sees it, and where they have not it must
// not recognize them: user-defined pieces become control pieces, which the library never matches in text.
TokenType libraryType(TokenType type) { return type == TokenType::UserDefined ? TokenType::Control : type; }

constexpr std::uint64_t kBytePairs = 2; // TrainerSpec.ModelType.BPE

} // namespace

std::string SentencePieceModel::serialized() const {
    std::string out;
    std::string part;
    bool hasBytes = false;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        part.clear();
        putBytes(part, 1, texts[i]);
        putFloat(part, 2, static_cast<float>(scores[i]));
        putNumber(part, 3, static_cast<std::uint64_t>(libraryType(types[i])));
        putBytes(out, 1, part);
        hasBytes = hasBytes || types[i] == TokenType::Byte;
    }
    part.clear();
    putNumber(part, 3, kBytePairs);
    putNumber(part, 35, hasBytes ? 1 : 0); // byte_fallback
    putBytes(out, 2, part);

    part.clear();
    putBytes(part, 1, "identity");
    putNumber(part, 3, addSpacePrefix ? 1 : 0); // add_dummy_prefix
    putNumber(part, 4, 0);                      // remove_extra_whitespaces
    putNumber(part, 5, 1);                      // escape_whitespaces
    putBytes(out, 3, part);
    return out;
}

} // namespace ponder
