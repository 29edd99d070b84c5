#include "app/chat/fake_replies.h"

#include <algorithm>

namespace ponder {
namespace {

bool contains(const QString& text, ushort first, ushort last) {
    return std::any_of(text.cbegin(), text.cend(),
                       [=](QChar c) { return c.unicode() >= first && c.unicode() <= last; });
}

FakeReply koreanReply() {
    return {
        QStringLiteral(
            "20보다 작은 소수를 먼저 나열합니다. 2, 3, 5, 7, 11, 13, 17, 19입니다.\n\n"
            "차례로 더합니다. 2 + 3 = 5, 여기에 5를 더하면 10, 7을 더하면 17, 11을 더하면 28입니다. "
            "13을 더하면 41, 17을 더하면 58, 마지막으로 19를 더하면 77입니다.\n\n"
            "다시 확인합니다. 1은 소수가 아니므로 빠지고 9와 15는 합성수입니다. 여덟 개가 맞습니다."),
        QStringLiteral("20보다 작은 소수는 **여덟 개**이고, 모두 더하면 **77**입니다.\n\n"
                       "| 소수 | 누적 합 |\n|---:|---:|\n| 2 | 2 |\n| 3 | 5 |\n| 5 | 10 |\n| 7 | 17 |\n"
                       "| 11 | 28 |\n| 13 | 41 |\n| 17 | 58 |\n| 19 | 77 |\n\n"
                       "파이썬으로 확인하려면 다음 코드를 실행합니다.\n\n"
                       "```python\ndef is_prime(n):\n    return n > 1 and all(n % d for d in range(2, n))\n\n"
                       "print(sum(n for n in range(20) if is_prime(n)))  # 77\n```\n\n"
                       "기억할 점은 두 가지입니다.\n\n"
                       "- **1은 소수가 아닙니다.** 약수가 하나뿐이기 때문입니다.\n"
                       "- 짝수 소수는 `2` 하나뿐입니다.\n")};
}

FakeReply chineseReply() {
    return {QStringLiteral("先看看能不能用抽屉原理。把 1 到 100 分成 50 组，每组两个相邻的数："
                           "(1,2)、(3,4)、…、(99,100)。\n\n"
                           "取 51 个数，必有两个落在同一组，也就是相邻。"
                           "相邻的两个正整数互素，因为它们的公因数整除差 1。\n\n"
                           "等等，题目说的是“不超过 100 的不同正整数”，正好 100 个数，分组没有遗漏。"
                           "那么结论直接成立。"),
            QStringLiteral("## 证明\n\n"
                           "把 1 到 100 分成 **50 组**，每组两个相邻的数：\n\n"
                           "1. (1, 2)\n2. (3, 4)\n3. …\n4. (99, 100)\n\n"
                           "任取 51 个数，由**抽屉原理**，必有两个数在同一组，设为 n 和 n + 1。\n\n"
                           "> 若 d 同时整除 n 与 n + 1，则 d 整除它们的差 1，所以 d = 1。\n\n"
                           "因此这两个数互素，证毕。\n\n"
                           "可以用一小段代码检验：\n\n"
                           "```python\nfrom math import gcd\nprint(all(gcd(n, n + 1) == 1 "
                           "for n in range(1, 100)))\n```\n")};
}

FakeReply englishReply() {
    return {
        QStringLiteral("The user wants to know why the sky is blue and sunsets are red. The key is how "
                       "scattering depends on wavelength.\n\n"
                       "Rayleigh scattering goes with the inverse fourth power of the wavelength. Blue at "
                       "450 nm against red at 700 nm: (700/450)^4 is about 5.9. So blue scatters roughly "
                       "six times as much.\n\n"
                       "Why not violet, then? Sunlight has less violet and our eyes are less sensitive to "
                       "it. I should mention that briefly. A small table would help."),
        QStringLiteral("The sky is blue because air scatters **short wavelengths** far more strongly than "
                       "long ones. This is *Rayleigh scattering*: its strength goes as 1/λ⁴.\n\n"
                       "| Colour | Wavelength | Scattered, relative to red |\n"
                       "|:-------|-----------:|---------------------------:|\n"
                       "| Red    | 700 nm     | 1.0 |\n| Green  | 550 nm     | 2.6 |\n"
                       "| Blue   | 450 nm     | 5.9 |\n\n"
                       "At **sunset** the light crosses much more air:\n\n"
                       "1. Most of the blue is scattered out of the direct beam.\n"
                       "2. What reaches your eye is the rest:\n"
                       "   - orange and red near the horizon,\n"
                       "   - a pale band above it.\n"
                       "3. Dust makes the reds deeper.\n\n"
                       "You can compute the ratios yourself:\n\n"
                       "```python\nfor name, nm in [(\"red\", 700), (\"green\", 550), (\"blue\", 450)]:\n"
                       "    print(name, round((700 / nm) ** 4, 1))\n```\n\n"
                       "Violet scatters even more, but sunlight has less of it and our eyes see it less "
                       "well. More in [Rayleigh scattering]"
                       "(https://en.wikipedia.org/wiki/Rayleigh_scattering).\n")};
}

} // namespace

FakeReply fakeReply(const QString& question) {
    if (contains(question, 0xac00, 0xd7a3) || contains(question, 0x3131, 0x318e)) return koreanReply();
    if (contains(question, 0x4e00, 0x9fff)) return chineseReply();
    return englishReply();
}

QStringList fakeTokens(const QString& text) {
    QStringList tokens;
    QString token;
    for (const QChar c : text) {
        const bool wide = c.unicode() >= 0x2e80;
        const bool begins = c.isSpace() || wide || c.isPunct();
        if (!token.isEmpty() && (begins || token.size() >= 5) && !token.back().isHighSurrogate()) {
            tokens << token;
            token.clear();
        }
        token += c;
    }
    if (!token.isEmpty()) tokens << token;
    return tokens;
}

} // namespace ponder
