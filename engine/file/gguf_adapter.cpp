// LoRA adapters in GGUF files: two tensors NAME.lora_a and NAME.lora_b for each weight, one alpha for all.
#include "engine/file/gguf_adapter.h"

#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/file/lora_pairs.h"

namespace ponder {
namespace {

class GgufAdapter final : public LoraAdapter {
public:
    static Result<std::unique_ptr<LoraAdapter>> read(const std::filesystem::path& path,
                                                     std::unique_ptr<ModelFile> file);

    const std::filesystem::path& path() const override { return m_path; }
    const std::string& name() const override { return m_name; }
    const std::string& architecture() const override { return m_architecture; }
    const std::string& baseModel() const override { return m_baseModel; }
    std::span<const LoraPair> pairs() const override { return m_pairs; }
    std::uint64_t fileBytes() const override { return m_file->fileBytes(); }
    std::uint64_t fingerprint() const override { return LoraPairs::fingerprint(m_pairs); }

private:
    static Result<void> checkKind(const Metadata& keys, const std::string& path);

    std::filesystem::path m_path;
    std::unique_ptr<ModelFile> m_file;
    std::string m_name, m_architecture, m_baseModel;
    std::vector<LoraPair> m_pairs;
};

Result<void> GgufAdapter::checkKind(const Metadata& keys, const std::string& path) {
    if (keys.text("general.type") != "adapter")
        return Error{
            ErrorCode::BadAdapter, path,
            Detail{PONDER_TR_NOOP("ErrorDetail", "it is a model (general.type is not \"adapter\")"), {}}};
    const std::string kind(keys.text("adapter.type").value_or(""));
    if (kind != "lora")
        return Error{
            ErrorCode::UnsupportedAdapter, path,
            Detail{PONDER_TR_NOOP("ErrorDetail", "it is of the kind \"%1\", not LoRA"), {printable(kind)}}};
    if (keys.has("adapter.alora.invocation_tokens"))
        return Error{ErrorCode::UnsupportedAdapter, path,
                     Detail{PONDER_TR_NOOP("ErrorDetail",
                                           "it takes effect only behind certain tokens (activated LoRA)"),
                            {}}};
    return {};
}

Result<std::unique_ptr<LoraAdapter>> GgufAdapter::read(const std::filesystem::path& path,
                                                       std::unique_ptr<ModelFile> file) {
    const std::string shown = path.string();
    const Metadata& keys = file->metadata();
    if (const Result<void> good = checkKind(keys, shown); !good) return good.error();
    LoraPairs pairs(shown);
    for (const TensorInfo& tensor : file->tensors()) {
        const std::string_view name = tensor.name;
        const bool isA = name.ends_with(".lora_a");
        if (!isA && !name.ends_with(".lora_b"))
            return Error{ErrorCode::UnsupportedAdapter, shown,
                         Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is a whole tensor, not a pair of factors"),
                                {printable(name)}}};
        if (tensor.dimensions > 2)
            return Error{ErrorCode::BadAdapter, shown,
                         Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is not a matrix"), {printable(name)}}};
        const auto added = pairs.add(std::string(name.substr(0, name.size() - 7)),
                                     isA ? LoraPairs::End::A : LoraPairs::End::B,
                                     {tensor.type, tensor.rowLength(), tensor.rows(), tensor.bytes});
        if (!added) return added.error();
    }
    // Alpha 0 means that the factors are scaled already.
    const double alpha = keys.number("adapter.lora.alpha").value_or(0);
    auto made =
        pairs.finish([alpha](const std::string&, double rank) { return alpha == 0 ? 1 : alpha / rank; });
    if (!made) return made.error();
    auto adapter = std::make_unique<GgufAdapter>();
    adapter->m_path = path;
    adapter->m_name = file->displayName();
    adapter->m_architecture = keys.text("general.architecture").value_or("");
    adapter->m_baseModel = keys.text("general.base_model.0.name").value_or("");
    adapter->m_pairs = std::move(*made);
    adapter->m_file = std::move(file);
    return std::unique_ptr<LoraAdapter>(std::move(adapter));
}

} // namespace

Result<std::unique_ptr<LoraAdapter>> openGgufAdapter(const std::filesystem::path& path) {
    Result<std::unique_ptr<ModelFile>> file = ModelFile::open(path);
    if (!file) return file.error();
    return GgufAdapter::read(path, std::move(*file));
}

} // namespace ponder
