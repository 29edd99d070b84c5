#include "tests/bench/peer/driver_arguments.h"

#include <charconv>

namespace peer {
namespace {

template<class Number>
bool read(const std::string& word, Number& out) {
    const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), out);
    return problem == std::errc() && end == word.data() + word.size() && out >= 0;
}

bool readList(const std::string& word, std::vector<std::int32_t>& out) {
    out.clear();
    for (std::size_t start = 0; start <= word.size();) {
        const std::size_t end = std::min(word.find(',', start), word.size());
        if (!read(word.substr(start, end - start), out.emplace_back())) return false;
        start = end + 1;
    }
    return true;
}

bool readOption(const std::string& name, const std::string& value, DriverArguments& out) {
    if (name == "--device") return !(out.device = value).empty();
    if (name == "--logits") return !(out.logits = value).empty();
    if (name == "--ids") return readList(value, out.ids);
    if (name == "--threads") return read(value, out.threads) && out.threads > 0;
    if (name == "--context") return read(value, out.context);
    if (name == "--prefill") return read(value, out.prefill.emplace_back()) && out.prefill.back() > 0;
    if (name == "--depth") return read(value, out.depths.emplace_back());
    if (name == "--first") return read(value, out.first);
    if (name == "--decode") return read(value, out.decode);
    return false;
}

} // namespace

std::optional<DriverArguments> DriverArguments::parse(const std::vector<std::string>& words) {
    if (words.size() < 2) return std::nullopt;
    DriverArguments out;
    out.libraries = words[0];
    out.model = words[1];
    for (std::size_t i = 2; i < words.size(); i += 2)
        if (i + 1 == words.size() || !readOption(words[i], words[i + 1], out)) return std::nullopt;
    const bool measures = !out.prefill.empty() || out.first > 0 || out.decode > 0 || !out.logits.empty();
    if (out.device.empty() || !measures || (!out.depths.empty() && out.decode == 0)) return std::nullopt;
    if (out.decode > 0 && out.depths.empty()) out.depths.push_back(0);
    return out;
}

std::uint32_t DriverArguments::contextTokens() const {
    std::uint32_t most = std::max<std::uint32_t>(first, 16);
    if (!logits.empty()) most = std::max(most, static_cast<std::uint32_t>(ids.size()));
    for (const std::uint32_t tokens : prefill)
        most = std::max(most, tokens);
    for (const std::uint32_t depth : depths)
        most = std::max(most, depth + decode);
    return std::max(context, most);
}

} // namespace peer
