#include "engine/convert/adapter_merge.h"

#include "engine/quant/decode.h"
#include "engine/quant/encode.h"

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

bool addTheSame(const LowRank& a, const LowRank& b) {
    if (!a || !b) return !a && !b;
    const Product one(a), other(b);
    return one.left == other.left && one.right == other.right;
}

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
    const auto shared = std::make_shared<const AdapterSet>(std::move(*set));
    GgufChanges changes;
    changes.name = nameWith(base, *shared);
    // Adapters change what is looked up and what is multiplied with apart from each other, also in a model
    // with one table for both.
    changes.ownOutput = weights->tied && !addTheSame(shared->additions()[Slot::TokenEmbedding],
                                                     shared->additions()[Slot::Output]);
    changes.rows = [shared, shape = *config](std::string_view tensor) -> RowChange {
        const LowRank* addition = shared->additionTo(tensor, shape);
        if (!addition || !*addition) return {};
        return [product = std::make_shared<const Product>(*addition)](
                   std::uint64_t first, std::span<float> values) { product->addTo(first, values); };
    };
    Result<GgufQuantization> quantization = GgufQuantization::plan(base, type, changes);
    if (!quantization) return quantization.error();
    for (const GgufOutputTensor& tensor : quantization->output().tensors()) {
        const LowRank* addition = shared->additionTo(tensor.name, *config);
        if (!addition || !*addition || canEncode(tensor.type)) continue;
        Error error = readOnly(tensor.type, tensor.name);
        error.subject = base.parts().front().string();
        return error;
    }
    return AdapterMerge(std::move(*quantization));
}

} // namespace ponder
