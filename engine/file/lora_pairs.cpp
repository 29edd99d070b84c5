#include "engine/file/lora_pairs.h"

#include "engine/base/checksum.h"
#include "engine/base/printable.h"
#include "engine/base/translatable.h"

#include <algorithm>
#include <cmath>

namespace ponder {
namespace {

void addFactor(Checksum& sum, const LoraFactor& factor) {
    constexpr std::size_t kSample = 256; // bytes from the middle
    const std::uint64_t shape[] = {factor.rowLength, factor.rows, static_cast<std::uint64_t>(factor.type)};
    sum.add(std::as_bytes(std::span(shape)));
    const auto rest = factor.bytes.subspan(factor.bytes.size() / 2);
    sum.add(rest.first(std::min(kSample, rest.size())));
}

} // namespace

Error LoraPairs::bad(const char* pattern, std::vector<std::string> arguments) const {
    return {ErrorCode::BadAdapter, m_path, Detail{pattern, std::move(arguments)}};
}

Result<void> LoraPairs::add(const std::string& weight, End end, const LoraFactor& factor) {
    Halves& halves = m_halves[weight];
    std::optional<LoraFactor>& half = end == End::A ? halves.a : halves.b;
    if (half) return bad(PONDER_TR_NOOP("ErrorDetail", "%1 appears twice"), {printable(weight)});
    half = factor;
    return {};
}

Result<void> LoraPairs::check(const LoraPair& pair) const {
    const std::uint64_t rankOfA = pair.table ? pair.a.rowLength : pair.a.rows;
    if (rankOfA != pair.rank() || pair.rank() == 0 || pair.rank() > kMostLoraRank)
        return bad(PONDER_TR_NOOP("ErrorDetail", "the factors of %1 have the ranks %2 and %3"),
                   {printable(pair.weight), std::to_string(rankOfA), std::to_string(pair.rank())});
    if (!std::isfinite(pair.scale))
        return bad(PONDER_TR_NOOP("ErrorDetail", "the factor alpha of %1 is not a number"),
                   {printable(pair.weight)});
    return {};
}

Result<std::vector<LoraPair>>
LoraPairs::finish(const std::function<double(const std::string&, double)>& scale) {
    if (m_halves.empty()) return bad(PONDER_TR_NOOP("ErrorDetail", "it holds no factors"), {});
    std::vector<LoraPair> pairs;
    for (const auto& [weight, halves] : m_halves) {
        if (!halves.a || !halves.b)
            return bad(PONDER_TR_NOOP("ErrorDetail", "%1 has only one of its two factors"),
                       {printable(weight)});
        LoraPair pair{weight, *halves.a, *halves.b};
        pair.table = weight == "token_embd.weight";
        pair.scale = scale(weight, static_cast<double>(pair.rank()));
        if (const Result<void> good = check(pair); !good) return good.error();
        pairs.push_back(std::move(pair));
    }
    return pairs;
}

std::uint64_t LoraPairs::fingerprint(std::span<const LoraPair> pairs) {
    Checksum sum;
    for (const LoraPair& pair : pairs) {
        sum.add(std::as_bytes(std::span(pair.weight)));
        sum.add(std::as_bytes(std::span(&pair.scale, 1)));
        addFactor(sum, pair.a);
        addFactor(sum, pair.b);
    }
    return sum.value();
}

} // namespace ponder
