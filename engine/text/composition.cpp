#include "engine/text/composition.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace ponder {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Code points that composing neither changes, nor joins to what stands before them, nor moves: the large
// ranges of Unicode 15 for which NFC_Quick_Check is Yes and the combining class is 0. Text of these alone is
// composed.
constexpr std::array kSettled{
    Range{0x0, 0x2FF},       Range{0x388, 0x482},   Range{0x488, 0x590},    Range{0x1100, 0x1160},
    Range{0x1E00, 0x1F70},   Range{0x2002, 0x20CF}, Range{0x212C, 0x2328},  Range{0x232B, 0x2ADB},
    Range{0x2ADD, 0x2CEE},   Range{0x2E00, 0x3029}, Range{0x309B, 0xA66E},  Range{0xABEE, 0xD7FF},
    Range{0xE000, 0xF8FF},   Range{0xFB4F, 0xFE1F}, Range{0xFE30, 0x101FC}, Range{0x1F000, 0x1FAFF},
    Range{0x20000, 0x2F7FF},
};

// The character at `at`, which is moved past it. The text is valid, so its bytes are there.
char32_t codePoint(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) {
        return static_cast<char32_t>(static_cast<std::uint8_t>(text[at + i]));
    };
    const char32_t lead = byte(0);
    char32_t code = lead;
    std::size_t length = 1;
    if (lead >= 0xF0) {
        code = ((lead & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) | (byte(3) & 0x3F);
        length = 4;
    } else if (lead >= 0xE0) {
        code = ((lead & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
        length = 3;
    } else if (lead >= 0xC0) {
        code = ((lead & 0x1F) << 6) | (byte(1) & 0x3F);
        length = 2;
    }
    at += length;
    return code;
}

bool isSettled(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const char32_t code = codePoint(text, at);
        if (code <= kSettled[0].last) continue;
        const auto range = std::lower_bound(kSettled.begin(), kSettled.end(), code,
                                            [](const Range& r, char32_t value) { return r.last < value; });
        if (range == kSettled.end() || code < range->first) return false;
    }
    return true;
}

// U+11A7 composes with nothing, but the library (2.8) takes it for the end of a Hangul syllable and drops it.
constexpr std::string_view kAlone = "\xE1\x86\xA7";

struct Free {
    void operator()(utf8proc_uint8_t* bytes) const { std::free(bytes); }
};

bool appendComposed(std::string_view text, std::string& out) {
    utf8proc_uint8_t* bytes = nullptr;
    const utf8proc_ssize_t size = utf8proc_map(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
        &bytes, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    const std::unique_ptr<utf8proc_uint8_t, Free> owned(bytes);
    if (size < 0 || !bytes) return false;
    out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    return true;
}

} // namespace

std::optional<std::string> composed(std::string_view text) {
    if (isSettled(text)) return std::nullopt;
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t alone = rest.find(kAlone);
        if (!appendComposed(rest.substr(0, alone), out)) return std::nullopt;
        if (alone == std::string_view::npos) break;
        out += kAlone;
        rest.remove_prefix(alone + kAlone.size());
    }
    if (out == text) return std::nullopt;
    return out;
}

} // namespace ponder
