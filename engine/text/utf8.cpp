#include "engine/text/utf8.h"

#include <cstdint>

namespace ponder {
namespace {

// What a lead byte asks for: how many bytes follow, and the range of the first of them. The range of the
// second byte is what keeps out overlong forms, surrogates and values above U+10FFFF.
struct Lead {
    std::size_t following;
    std::uint8_t low;
    std::uint8_t high;
};

constexpr Lead leadOf(std::uint8_t byte) {
    if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
    if (byte == 0xE0) return {2, 0xA0, 0xBF};
    if (byte == 0xED) return {2, 0x80, 0x9F};
    if (byte >= 0xE1 && byte <= 0xEF) return {2, 0x80, 0xBF};
    if (byte == 0xF0) return {3, 0x90, 0xBF};
    if (byte >= 0xF1 && byte <= 0xF3) return {3, 0x80, 0xBF};
    if (byte == 0xF4) return {3, 0x80, 0x8F};
    return {0, 0, 0};
}

} // namespace

Utf8Step utf8Step(std::string_view bytes) {
    using Kind = Utf8Step::Kind;
    const auto first = static_cast<std::uint8_t>(bytes[0]);
    if (first < 0x80) return {Kind::Valid, 1};
    Lead lead = leadOf(first);
    if (lead.following == 0) return {Kind::Invalid, 1};
    for (std::size_t i = 1; i <= lead.following; ++i) {
        if (i == bytes.size()) return {Kind::Unfinished, i};
        const auto byte = static_cast<std::uint8_t>(bytes[i]);
        if (byte < lead.low || byte > lead.high) return {Kind::Invalid, i};
        lead.low = 0x80;
        lead.high = 0xBF;
    }
    return {Kind::Valid, lead.following + 1};
}

bool isUtf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const Utf8Step step = utf8Step(bytes);
        if (step.kind != Utf8Step::Kind::Valid) return false;
        bytes.remove_prefix(step.length);
    }
    return true;
}

std::string replaceInvalidUtf8(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    while (!bytes.empty()) {
        const Utf8Step step = utf8Step(bytes);
        out += step.kind == Utf8Step::Kind::Valid ? bytes.substr(0, step.length) : kReplacementCharacter;
        bytes.remove_prefix(step.length);
    }
    return out;
}

} // namespace ponder
