#include "engine/model/adapter_set.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace ponder {
namespace {

constexpr std::uint32_t kMostRank = 8192; // of all adapters together
constexpr float kMostStrength = 1000;

// The weight of this name, if the model has one that adapters can change.
std::optional<Weight> adaptable(const ModelConfig& config, std::string_view name) {
    const std::optional<Weight> weight = config.family->find(name);
    const bool known = weight && config.family->row(weight->slot)->adaptable && weight->layer < config.layers;
    return known ? weight : std::nullopt;
}

Error wrong(const LoraAdapter& adapter, const char* pattern, std::vector<std::string> arguments) {
    return {ErrorCode::WrongAdapter, adapter.path().string(), Detail{pattern, std::move(arguments)}};
}

std::string shapeText(std::uint64_t rowLength, std::uint64_t rows) {
    return std::to_string(rowLength) + " x " + std::to_string(rows);
}

Result<void> checkStrengths(std::span<const AdapterUse> uses) {
    for (const AdapterUse& use : uses)
        if (!std::isfinite(use.strength) || std::abs(use.strength) > kMostStrength)
            return Error{ErrorCode::BadArgument, use.path.string(),
                         Detail{PONDER_TR_NOOP("ErrorDetail", "its strength must be from -%1 to %1"),
                                {std::to_string(static_cast<int>(kMostStrength))}}};
    return {};
}

} // namespace

Result<void> checkAdapter(const LoraAdapter& adapter, const ModelConfig& config, const FileWeights& weights) {
    if (!adapter.architecture().empty() && adapter.architecture() != config.architecture())
        return wrong(adapter, PONDER_TR_NOOP("ErrorDetail", "it is for %1 models, and this is a %2 model"),
                     {printable(adapter.architecture()), std::string(config.architecture())});
    for (const LoraPair& pair : adapter.pairs()) {
        const std::optional<Weight> place = adaptable(config, pair.weight);
        const TensorInfo* weight = place ? weights[*place] : nullptr;
        if (!weight)
            return wrong(adapter,
                         PONDER_TR_NOOP("ErrorDetail", "it changes %1, which this model does not have"),
                         {printable(pair.weight)});
        const std::uint64_t length = pair.table ? pair.b.rows : pair.a.rowLength;
        const std::uint64_t rows = pair.table ? pair.a.rows : pair.b.rows;
        if (length != weight->rowLength() || rows != weight->rows())
            return wrong(
                adapter, PONDER_TR_NOOP("ErrorDetail", "it was made for a %1 of %2 values, not of %3"),
                {pair.weight, shapeText(length, rows), shapeText(weight->rowLength(), weight->rows())});
    }
    return {};
}

void AdapterSet::add(const LoraAdapter& adapter, float strength, const ModelConfig& config,
                     const FileWeights& weights) {
    for (const LoraPair& pair : adapter.pairs()) {
        const Weight place = *adaptable(config, pair.weight);
        const TensorInfo& weight = *weights[place];
        LowRank& addition = m_additions[place];
        addition.rows = weight.rows();
        addition.length = weight.rowLength();
        addition.table = pair.table;
        const bool turned = pair.hubOrder && config.ropePairs() == RopePairs::Adjacent &&
                            !config.family->turnsAdjacentInFolder;
        addition.parts.push_back({&pair, strength, turned ? config.headSize : 0});
    }
}

Result<AdapterSet> AdapterSet::open(std::span<const AdapterUse> uses, const ModelConfig& config,
                                    const FileWeights& weights) {
    if (const Result<void> good = checkStrengths(uses); !good) return good.error();
    AdapterSet set;
    set.m_uses.assign(uses.begin(), uses.end());
    set.m_additions = Weights<LowRank>(config.layers);
    for (const AdapterUse& use : uses) {
        Result<std::unique_ptr<LoraAdapter>> adapter = LoraAdapter::open(use.path);
        if (!adapter) return adapter.error();
        if (const Result<void> fits = checkAdapter(**adapter, config, weights); !fits) return fits.error();
        set.m_adapters.push_back(std::move(*adapter));
        set.add(*set.m_adapters.back(), use.strength, config, weights);
    }
    std::uint32_t most = 0;
    Weights<char> unused(config.layers);
    forEachAddition(set, 0, config.layers, unused,
                    [&](const LowRank& addition, char&) { most = std::max(most, addition.rank()); });
    if (most > kMostRank)
        return Error{
            ErrorCode::BadArgument, uses.back().path.string(),
            Detail{PONDER_TR_NOOP("ErrorDetail", "the adapters' ranks add up to %1, and %2 can be used"),
                   {std::to_string(most), std::to_string(kMostRank)}}};
    return set;
}

const LowRank* AdapterSet::additionTo(std::string_view tensor, const ModelConfig& config) const {
    const std::optional<Weight> weight = adaptable(config, tensor);
    return weight ? &m_additions[*weight] : nullptr;
}

bool AdapterSet::active() const {
    return std::any_of(m_uses.begin(), m_uses.end(), [](const AdapterUse& use) { return use.strength != 0; });
}

bool AdapterSet::sameAdapters(const AdapterSet& other) const {
    return std::equal(m_adapters.begin(), m_adapters.end(), other.m_adapters.begin(), other.m_adapters.end(),
                      [](const auto& a, const auto& b) {
                          return a->path() == b->path() && a->fingerprint() == b->fingerprint();
                      });
}

std::string AdapterSet::name() const {
    if (!active()) return {};
    std::string out;
    for (std::size_t i = 0; i < m_uses.size(); ++i)
        out += (i > 0 ? "," : "") + std::to_string(m_adapters[i]->fingerprint()) + ":" +
               std::to_string(std::bit_cast<std::uint32_t>(m_uses[i].strength));
    return out;
}

} // namespace ponder
