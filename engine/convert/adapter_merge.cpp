#include "engine/convert/adapter_merge.h"

#include "engine/base/translatable.h"
#include "engine/quant/decode.h"

namespace ponder {
namespace {

std::vector<float> floatsOf(const StackedMatrix& matrix) {
    std::vector<float> values(matrix.rows * matrix.rowLength);
    decode(matrix.type, matrix.bytes, values);
    return values;
}

// Rows of W get left [rows x rank] times right [rank x length].
struct Product {
    std::uint64_t rank = 0, length = 0;
    std::vector<float> left, right;

    explicit Product(const LowRank& addition) : rank(addition.paddedRank()), length(addition.length) {
        left = floatsOf(addition.table ? addition.down() : addition.up());
        const std::vector<float> other = floatsOf(addition.table ? addition.up() : addition.down());
        right.resize(rank * length);
        const std::vector<float> scales = addition.scales();
        for (std::uint64_t r = 0; r < addition.rank(); ++r)
            for (std::uint64_t i = 0; i < length; ++i)
                right[r * length + i] = scales[r] * other[addition.table ? i * rank + r : r * length + i];
    }

    void addTo(std::uint64_t firstRow, std::span<float> values) const {
        for (std::uint64_t at = 0; at < values.size(); at += length)
            for (std::uint64_t r = 0; r < rank; ++r) {
                const float factor = left[(firstRow + at / length) * rank + r];
                const float* row = &right[r * length];
                for (std::uint64_t i = 0; i < length; ++i)
                    values[at + i] += factor * row[i];
            }
    }
};

std::string nameWith(const ModelFile& base, const AdapterSet& set) {
    std::string name = base.displayName();
    for (const auto& adapter : set.adapters())
        name += " + " + adapter->name();
    return name;
}

} // namespace

Result<AdapterMerge> AdapterMerge::plan(const ModelFile& base, std::span<const AdapterUse> adapters,
                                        std::optional<FileType> type) {
    const Result<ModelConfig> config = ModelConfig::read(base);
    if (!config) return config.error();
    const Result<FileWeights> weights = bindWeights(base, *config);
    if (!weights) return weights.error();
    Result<AdapterSet> set = AdapterSet::open(adapters, *config, *weights);
    if (!set) return set.error();
    if (weights->tied && (set->additions().tokenEmbedding || set->additions().output))
        return Error{
            ErrorCode::UnsupportedAdapter, adapters.front().path.string(),
            Detail{PONDER_TR_NOOP("ErrorDetail", "it changes the embedding or the output alone, and this "
                                                 "model has one table for both"),
                   {}}};
    const auto shared = std::make_shared<const AdapterSet>(std::move(*set));
    GgufChanges changes;
    changes.name = nameWith(base, *shared);
    changes.rows = [shared](const TensorInfo& tensor) -> RowChange {
        const LowRank* addition = shared->additionTo(tensor.name);
        if (!addition || !*addition) return {};
        return [product = std::make_shared<const Product>(*addition)](
                   std::uint64_t first, std::span<float> values) { product->addTo(first, values); };
    };
    Result<GgufQuantization> quantization = GgufQuantization::plan(base, type, changes);
    if (!quantization) return quantization.error();
    return AdapterMerge(std::move(*quantization));
}

} // namespace ponder
