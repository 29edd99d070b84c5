// A GGUF model in another file type: the same metadata, its matrices encoded anew.
//
// Takes an open model (a split set becomes one file) and a file type; gives a file that appears whole by its
// last step. A tensor that has its new format already is copied byte for byte. Weights are streamed: memory
// does not grow with the model. Owner: the caller; the model outlives it. Thread: one, which uses all of the
// pool. Errors: those of config.h and weights.h; NoSpace, FileUnwritable, BadWeights (the tensor), Cancelled
// (nothing is left). Next station: model_file.h reads it.
#pragma once

#include "engine/convert/tensor_quantizer.h"
#include "engine/file/model_file.h"
#include "engine/model/weights.h"
#include "engine/quant/file_type.h"

#include <functional>
#include <stop_token>

namespace ponder {

// What happens to rows of a tensor on their way into the new file, from the first of `values` on. Called by
// several threads at once.
using RowChange = std::function<void(std::uint64_t firstRow, std::span<float> values)>;

// What is different in the new file besides its formats.
struct GgufChanges {
    // Of the tensor with this name in the new file; nothing for one that stays as it is.
    std::function<RowChange(std::string_view tensor)> rows;
    std::string name; // general.name; empty: as it was
    // A model with one table for embedding and output gets a second one, so that they can differ.
    bool ownOutput = false;
};

struct QuantizationProgress {
    std::uint64_t bytesDone = 0, bytesAll = 0; // of the tensors in the new file
};

class GgufQuantization {
public:
    using Report = std::function<void(const QuantizationProgress&)>;

    // No type: every tensor keeps its format.
    static Result<GgufQuantization> plan(const ModelFile& source, std::optional<FileType> type,
                                         GgufChanges changes = {});

    const GgufOutput& output() const { return m_output; }
    // Whether weights that were quantized once lose precision again.
    bool quantizesAgain() const { return m_again; }

    // Once only.
    Result<void> write(const std::filesystem::path& target, ThreadPool& pool, const std::stop_token& stop,
                       const Report& report);

private:
    explicit GgufQuantization(const ModelFile& source) : m_source(source) {}
    void copyMetadata(std::optional<FileType> type);
    void planTensor(const TensorInfo& from, std::string_view name, std::optional<FileType> type,
                    const TensorPlace& model);
    Result<void> writeTensor(std::size_t index, TensorQuantizer& quantizer, const std::stop_token& stop,
                             const TensorQuantizer::Progress& progress);

    const ModelFile& m_source;
    GgufChanges m_changes;
    GgufOutput m_output;
    FileWeights m_weights;                 // of the source
    std::vector<const TensorInfo*> m_from; // what each of its tensors is made of
    bool m_again = false;
};

} // namespace ponder
