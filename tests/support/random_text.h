// Texts of a hundred kilobytes, for what measures a tokenizer: random words, and one piece again and again.
#pragma once

#include <QString>

#include <random>
#include <string>
#include <string_view>

namespace ponder::test {

inline constexpr std::size_t kTextBytes = 100'000;

// Random words, so that few of them repeat: characters from `first` on, `count` of them.
inline void appendWord(std::string& out, std::mt19937& random, char32_t first, char32_t count, int longest) {
    const auto length = 1 + random() % static_cast<unsigned>(longest);
    std::u32string word;
    for (unsigned i = 0; i < length; ++i)
        word += first + static_cast<char32_t>(random() % count);
    out += QString::fromStdU32String(word).toStdString();
}

// English, Chinese, Korean and code.
inline std::string mixedText() {
    std::mt19937 random(11);
    std::string out;
    while (out.size() < kTextBytes) {
        for (int i = 0; i < 8; ++i, out += ' ')
            appendWord(out, random, U'a', 26, 9);
        for (int i = 0; i < 4; ++i, out += "，")
            appendWord(out, random, 0x4E00, 3000, 14);
        for (int i = 0; i < 5; ++i, out += ' ')
            appendWord(out, random, 0xAC00, 2000, 5);
        out += "\n    if (value[" + std::to_string(random() % 1000) + "] != \"x\") {\n\t\treturn a->b(c, 0x";
        appendWord(out, random, U'A', 26, 6);
        out += ");\n    } // don't\n";
    }
    return out;
}

inline std::string repeated(std::string_view part) {
    std::string out;
    while (out.size() < kTextBytes)
        out += part;
    return out;
}

} // namespace ponder::test
