// Which tensors a conversion writes and where each comes from, checked as a whole before anything is written.
//
// Takes a Hugging Face folder; gives the GGUF header for every file type and, for each tensor of the file,
// its values by rows. Matrices that AWQ quantized keep their four-bit numbers, as Q4_1; the file type is then
// that of the embedding and the output. Every tensor must be there in the right shape and in a format that
// can be read, none may be there that the family does not have, and this program's own loader must accept
// configuration and tokenizer. Nothing is changed.
//
// Owner: move-only; maps the folder's weights. Thread: values() of a source from any. Errors: those of
// folder_metadata.h and safetensors_set.h; MissingTensor, BadTensor (a wrong shape), CannotConvert (a tensor
// that is not built in, weights that are quantized already and not by AWQ), UnknownTensorType. Next station:
// conversion.h.
#pragma once

#include "engine/convert/awq_matrix.h"
#include "engine/convert/folder_metadata.h"
#include "engine/convert/tensor_names.h"
#include "engine/convert/tensor_quantizer.h"
#include "engine/file/safetensors_set.h"

namespace ponder {

class ConversionPlan {
public:
    static Result<ConversionPlan> open(const std::filesystem::path& folder);

    const FolderMetadata& metadata() const { return m_metadata; }
    const std::vector<SafetensorsFile>& files() const { return m_weights.files(); }
    GgufOutput output(FileType type) const; // with the tensors in the order of source()
    std::size_t tensors() const { return m_tensors.size(); }
    const std::string& name(std::size_t index) const { return m_tensors[index].target; } // in the file
    bool keepsFourBits(std::size_t index) const { return m_packed[index].has_value(); }
    bool hasExperts() const;
    // What of the folder the file goes without: what sees images, what only guesses further tokens.
    bool leavesOutImages() const { return m_leavesOutImages; }
    bool leavesOutDrafts() const { return m_leavesOutDrafts; }
    // Values of the tensor at `index`; lives as long as the plan. Memory of rows that were read is let go.
    TensorSource source(std::size_t index) const;
    void releaseAll() const; // what is left of it, behind a tensor
    // Where the tensor is kept, for errors.
    std::string sourcePath(std::size_t index) const;

private:
    Result<void> checkTensors();
    Result<void> checkTensor(const NamedTensor& tensor);
    Result<void> checkPacked(const NamedTensor& tensor);
    Result<void> checkLoads() const;

    std::filesystem::path m_folder;
    FolderMetadata m_metadata;
    SafetensorsSet m_weights;
    std::vector<NamedTensor> m_tensors;
    // Of each tensor, one for each matrix of a stack; none for computed factors.
    std::vector<std::vector<SafetensorsSet::Place>> m_places;
    std::vector<std::optional<AwqMatrix>> m_packed; // of each tensor; none for plain ones
    bool m_leavesOutImages = false, m_leavesOutDrafts = false;
};

} // namespace ponder
