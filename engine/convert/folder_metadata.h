// All that a Hugging Face folder says about its model besides the weights, and the GGUF keys for it.
//
// Takes a folder; reads config.json, and the tokenizer, its settings, generation_config.json, the chat
// template and README.md where there are. readTokenizer() is a step of its own, as it takes longest and a
// folder can be described without it.
//
// Owner: move-only in effect. Thread: one. Errors: those of its parts; MissingFiles (config.json, a
// tokenizer). Next station: folder_summary.h, conversion.h.
#pragma once

#include "engine/convert/chat_templates.h"
#include "engine/convert/hugging_face_config.h"
#include "engine/convert/model_notes.h"
#include "engine/convert/token_list.h"
#include "engine/convert/token_marks.h"
#include "engine/quant/file_type.h"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace ponder {

class FolderMetadata {
public:
    static Result<FolderMetadata> read(const std::filesystem::path& folder);

    const HuggingFaceConfig& config() const { return m_config; }
    const ModelNotes& notes() const { return m_notes; }

    // tokenizer.json, else tokenizer.model; a byte-level tokenizer.json goes before a tokenizer.model.
    Result<void> readTokenizer();
    // Every key of the file; those of the tokenizer once it has been read.
    void setKeys(GgufOutput& output, FileType type) const;

private:
    Result<TokenList> readTokens(nlohmann::json& tokenizer) const;
    void setSampling(GgufOutput& output) const;
    void setGeneral(GgufOutput& output, FileType type) const;

    std::filesystem::path m_folder;
    HuggingFaceConfig m_config;
    ModelNotes m_notes;
    nlohmann::json m_tokenizerConfig, m_generation; // null where absent
    TokenList m_tokens;
    TokenMarks m_marks;
    ChatTemplates m_templates;
};

} // namespace ponder
