// A model and LoRA adapters as one new model: W + strength * scale * B A in place of W.
//
// Takes an open GGUF model, adapters with strengths and, if wanted, another file type; gives a file that
// appears whole by its last step. Tensors that no adapter changes are copied byte for byte where their format
// stays. Where the embedding and the output share a table and do not change alike, the new file has one for
// each. Weights are streamed. Owner: the caller; the model outlives it. Thread: one, which uses all of the
// pool. Errors: those of AdapterSet::open and GgufQuantization; CannotConvert where a changed tensor would
// keep a format that is only read. Previous station: model/adapter_set.h. Next station: model_file.h reads
// it.
#pragma once

#include "engine/convert/gguf_quantization.h"
#include "engine/model/adapter_set.h"

namespace ponder {

class AdapterMerge {
public:
    // No type: every tensor keeps its format.
    static Result<AdapterMerge> plan(const ModelFile& base, std::span<const AdapterUse> adapters,
                                     std::optional<FileType> type);

    const GgufOutput& output() const { return m_quantization.output(); }
    Result<void> write(const std::filesystem::path& target, ThreadPool& pool, const std::stop_token& stop,
                       const GgufQuantization::Report& report) {
        return m_quantization.write(target, pool, stop, report);
    }

private:
    explicit AdapterMerge(GgufQuantization quantization) : m_quantization(std::move(quantization)) {}

    GgufQuantization m_quantization;
};

} // namespace ponder
