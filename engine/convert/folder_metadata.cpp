#include "engine/convert/folder_metadata.h"

#include "engine/base/translatable.h"
#include "engine/convert/hugging_face_tokenizer.h"
#include "engine/convert/json_fields.h"
#include "engine/convert/sentence_piece_file.h"
#include "engine/file/mapped_file.h"

#include <cstdio>
#include <system_error>
#include <utility>

namespace ponder {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uint32_t kMostlyQ4_1 = 3; // as general.file_type says
constexpr std::uint64_t kMaxSettings = 16'000'000;
constexpr std::uint64_t kMaxTokenizer = 128'000'000;
constexpr std::uint64_t kMaxText = 4'000'000;

bool isThere(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

// A null value where there is no such file.
Result<Json> optionalJson(const fs::path& path) {
    if (!isThere(path)) return Json();
    return jsonFile(path, kMaxSettings);
}

// Empty where there is no such file, or one that is too long for what it is.
std::string optionalText(const fs::path& path) {
    const Result<MappedFile> file = MappedFile::open(path);
    if (!file || file->bytes().size() > kMaxText) return {};
    return {reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()};
}

// "1.5B", "135M".
std::string sizeLabel(std::uint64_t parameters) {
    char text[32];
    const auto count = static_cast<double>(parameters);
    if (count >= 99.95e9)
        std::snprintf(text, sizeof text, "%.0fB", count / 1e9);
    else if (count >= 1e9)
        std::snprintf(text, sizeof text, "%.1fB", count / 1e9);
    else if (count >= 1e6)
        std::snprintf(text, sizeof text, "%.0fM", count / 1e6);
    else
        std::snprintf(text, sizeof text, "%.0fK", count / 1e3);
    return text;
}

} // namespace

Result<FolderMetadata> FolderMetadata::read(const fs::path& folder) {
    if (!isThere(folder / "config.json"))
        return Error{isThere(folder) ? ErrorCode::MissingFiles : ErrorCode::FileNotFound, folder.string(),
                     "config.json"};
    const Result<Json> json = jsonFile(folder / "config.json", kMaxSettings);
    if (!json) return json.error();
    Result<HuggingFaceConfig> config = HuggingFaceConfig::read(*json, (folder / "config.json").string());
    if (!config) return config.error();
    FolderMetadata out;
    out.m_folder = folder;
    out.m_config = std::move(*config);
    out.m_notes = ModelNotes::read(optionalText(folder / "README.md"), folder);
    for (const auto& [name, place] : {std::pair{"tokenizer_config.json", &out.m_tokenizerConfig},
                                      std::pair{"generation_config.json", &out.m_generation}}) {
        Result<Json> optional = optionalJson(folder / name);
        if (!optional) return optional.error();
        *place = std::move(*optional);
    }
    out.m_templates =
        ChatTemplates::read(out.m_tokenizerConfig, optionalText(folder / "chat_template.jinja"));
    return out;
}

Result<TokenList> FolderMetadata::readTokens(Json& tokenizer) const {
    const fs::path json = m_folder / "tokenizer.json", pieces = m_folder / "tokenizer.model";
    if (!isThere(json) && !isThere(pieces))
        return Error{ErrorCode::MissingFiles, m_folder.string(), "tokenizer.json"};
    Result<TokenList> fromJson = Error{ErrorCode::MissingFiles, m_folder.string(), "tokenizer.json"};
    if (isThere(json)) {
        Result<Json> file = jsonFile(json, kMaxTokenizer);
        if (!file) return file.error();
        tokenizer = std::move(*file);
        fromJson = readHuggingFaceTokenizer(tokenizer, json.string());
    }
    if (!isThere(pieces) || (fromJson && fromJson->model == "gpt2")) return fromJson;
    const Result<MappedFile> file = MappedFile::open(pieces);
    if (!file) return file.error();
    Result<TokenList> out = readSentencePieceFile(file->bytes(), pieces.string());
    // The pieces know the scores; tokens that were added later stand in tokenizer.json alone.
    if (!out || !fromJson) return out;
    for (std::size_t id = out->tokens().size(); id < fromJson->tokens().size(); ++id)
        if (!fromJson->tokens()[id].text.empty())
            if (const Result<void> done = out->put(id, fromJson->tokens()[id]); !done) return done.error();
    return out;
}

Result<void> FolderMetadata::readTokenizer() {
    Json tokenizer;
    Result<TokenList> tokens = readTokens(tokenizer);
    if (!tokens) return tokens.error();
    if (const Result<void> filled = tokens->fill(m_config.model.vocabulary); !filled) return filled;
    m_tokens = std::move(*tokens);
    m_marks = TokenMarks::read(m_tokens, m_config, m_tokenizerConfig, m_generation, tokenizer);
    return {};
}

void FolderMetadata::setGeneral(GgufOutput& output, FileType type) const {
    output.set("general.architecture", std::string(m_config.model.architecture()))
        .set("general.type", "model");
    output.set("general.name", m_notes.name)
        .set("general.size_label", sizeLabel(m_config.model.parameters()));
    if (!m_notes.licence.empty()) output.set("general.license", m_notes.licence);
    if (!m_notes.licenceLink.empty()) output.set("general.license.link", m_notes.licenceLink);
    if (!m_notes.languages.empty()) output.array("general.languages", m_notes.languages);
    if (!m_notes.baseModels.empty()) {
        output.set("general.base_model.count", static_cast<std::uint32_t>(m_notes.baseModels.size()));
        for (std::size_t i = 0; i < m_notes.baseModels.size(); ++i)
            output.set("general.base_model." + std::to_string(i) + ".repo_url",
                       "https://huggingface.co/" + m_notes.baseModels[i]);
    }
    output.set("general.file_type", m_config.awq ? kMostlyQ4_1 : static_cast<std::uint32_t>(type));
    output.set("general.quantization_version", std::uint32_t{2});
}

void FolderMetadata::setSampling(GgufOutput& output) const {
    JsonFields fields(m_generation, {});
    if (const auto temperature = fields.number("temperature", 0, 100))
        output.set("general.sampling.temp", static_cast<float>(*temperature));
    if (const auto topK = fields.integer("top_k", 0, 1u << 30))
        output.set("general.sampling.top_k", static_cast<std::int32_t>(*topK));
    if (const auto topP = fields.number("top_p", 0, 1))
        output.set("general.sampling.top_p", static_cast<float>(*topP));
    if (const auto minP = fields.number("min_p", 0, 1))
        output.set("general.sampling.min_p", static_cast<float>(*minP));
    if (const auto penalty = fields.number("repetition_penalty", 0, 100))
        output.set("general.sampling.penalty_repeat", static_cast<float>(*penalty));
}

void FolderMetadata::setKeys(GgufOutput& output, FileType type) const {
    setGeneral(output, type);
    m_config.model.write(output);
    setSampling(output);
    if (m_tokens.tokens().empty()) return;
    m_tokens.setKeys(output);
    m_marks.setKeys(output);
    m_templates.setKeys(output);
}

} // namespace ponder
