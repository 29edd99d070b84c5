#include "engine/file/peft_adapter.h"

#include "engine/base/checked_math.h"
#include "engine/base/printable.h"
#include "engine/base/translatable.h"
#include "engine/file/lora_pairs.h"
#include "engine/file/peft_config.h"
#include "engine/file/safetensors.h"

#include <array>
#include <cstring>
#include <utility>

namespace ponder {
namespace {

constexpr std::uint64_t kMostConfigBytes = 1 << 20;
constexpr const char* kConfigName = "adapter_config.json";
constexpr const char* kWeightsName = "adapter_model.safetensors";

constexpr std::array kParts{
    std::pair{"self_attn.q_proj", "attn_q"}, std::pair{"self_attn.k_proj", "attn_k"},
    std::pair{"self_attn.v_proj", "attn_v"}, std::pair{"self_attn.o_proj", "attn_output"},
    std::pair{"mlp.gate_proj", "ffn_gate"},  std::pair{"mlp.up_proj", "ffn_up"},
    std::pair{"mlp.down_proj", "ffn_down"}};

// "model.layers.0.self_attn.q_proj" to "blk.0.attn_q.weight"; what is not known stays as it is.
std::string weightName(const std::string& module) {
    const auto name = [&](std::string_view start) {
        return module.starts_with(start) ? std::string_view(module).substr(start.size()) : std::string_view();
    };
    if (module == "lm_head") return "output.weight";
    if (name("model.") == "embed_tokens") return "token_embd.weight";
    const std::string_view layer = name("model.layers.");
    const std::size_t dot = layer.find('.');
    if (dot == std::string_view::npos) return module;
    for (const auto& [hub, gguf] : kParts)
        if (layer.substr(dot + 1) == hub)
            return "blk." + std::string(layer.substr(0, dot)) + "." + gguf + ".weight";
    return module;
}

// The module and the end of "base_model.model.MODULE.lora_A.weight", with or without an adapter's name in it.
struct FactorName {
    std::string module;
    LoraPairs::End end = LoraPairs::End::A;
    bool embedding = false;
};
std::optional<FactorName> factorName(std::string_view name) {
    constexpr std::string_view kPrefix = "base_model.model.";
    if (!name.starts_with(kPrefix)) return std::nullopt;
    name.remove_prefix(kPrefix.size());
    for (const auto& [mark, end, embedding] :
         {std::tuple{".lora_A", LoraPairs::End::A, false}, std::tuple{".lora_B", LoraPairs::End::B, false},
          std::tuple{".lora_embedding_A", LoraPairs::End::A, true},
          std::tuple{".lora_embedding_B", LoraPairs::End::B, true}}) {
        const std::size_t at = name.rfind(mark);
        if (at == std::string_view::npos) continue;
        const std::string_view rest = name.substr(at + std::strlen(mark));
        if (rest.empty() || (rest.front() == '.' && (embedding || rest.ends_with(".weight"))))
            return FactorName{std::string(name.substr(0, at)), end, embedding};
    }
    return std::nullopt;
}

std::optional<TensorType> floatType(SafetensorsType type) {
    if (type == SafetensorsType::F32) return TensorType::F32;
    if (type == SafetensorsType::F16) return TensorType::F16;
    if (type == SafetensorsType::BF16) return TensorType::BF16;
    return std::nullopt;
}

class PeftAdapter final : public LoraAdapter {
public:
    static Result<std::unique_ptr<LoraAdapter>> read(const std::filesystem::path& folder);

    const std::filesystem::path& path() const override { return m_folder; }
    const std::string& name() const override { return m_name; }
    const std::string& architecture() const override { return m_architecture; }
    const std::string& baseModel() const override { return m_baseModel; }
    std::span<const LoraPair> pairs() const override { return m_pairs; }
    std::uint64_t fileBytes() const override { return m_file.fileBytes(); }
    std::uint64_t fingerprint() const override { return LoraPairs::fingerprint(m_pairs); }

private:
    Result<void> collect(const PeftConfig& config);
    Result<LoraFactor> factor(const SafetensorsTensor& tensor, bool transposed);

    std::filesystem::path m_folder;
    std::string m_name, m_architecture, m_baseModel;
    SafetensorsFile m_file;
    std::vector<std::vector<std::byte>> m_transposed;
    std::vector<LoraPair> m_pairs;
};

Result<LoraFactor> PeftAdapter::factor(const SafetensorsTensor& tensor, bool transposed) {
    const std::optional<TensorType> type = floatType(tensor.type);
    if (!type || tensor.shape.size() != 2 || tensor.values() == 0)
        return Error{ErrorCode::BadAdapter, m_folder.string(),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is not a matrix of F32, F16 or BF16"),
                            {printable(tensor.name)}}};
    if (!transposed) return LoraFactor{*type, tensor.rowLength(), tensor.rows(), tensor.bytes};
    const std::uint64_t rows = tensor.rows(), length = tensor.rowLength();
    const std::size_t size = safetensorsTypeBytes(tensor.type);
    std::vector<std::byte>& to = m_transposed.emplace_back(tensor.bytes.size());
    for (std::uint64_t row = 0; row < rows; ++row)
        for (std::uint64_t i = 0; i < length; ++i)
            std::memcpy(&to[(i * rows + row) * size], &tensor.bytes[(row * length + i) * size], size);
    return LoraFactor{*type, rows, length, to};
}

Result<void> PeftAdapter::collect(const PeftConfig& config) {
    const std::string shown = m_folder.string();
    LoraPairs pairs(shown);
    std::map<std::string, std::string> modules; // by weight
    for (const SafetensorsTensor& tensor : m_file.tensors()) {
        const std::optional<FactorName> name = factorName(tensor.name);
        if (!name)
            return Error{ErrorCode::UnsupportedAdapter, shown,
                         Detail{PONDER_TR_NOOP("ErrorDetail", "%1 is a whole tensor, not a pair of factors"),
                                {printable(tensor.name)}}};
        // A of an embedding is [rank, vocabulary].
        const auto values = factor(tensor, name->embedding && name->end == LoraPairs::End::A);
        if (!values) return values.error();
        const std::string weight = weightName(name->module);
        modules[weight] = name->module;
        if (const Result<void> added = pairs.add(weight, name->end, *values); !added) return added;
    }
    std::optional<Error> wrong;
    auto made = pairs.finish([&](const std::string& weight, double rank) {
        const Result<double> scale = config.scale(modules[weight], rank);
        if (!scale && !wrong) wrong = scale.error();
        return scale ? *scale : 0;
    });
    if (wrong) return *wrong;
    if (!made) return made.error();
    m_pairs = std::move(*made);
    for (LoraPair& pair : m_pairs)
        pair.hubOrder = pair.weight.ends_with(".attn_q.weight") || pair.weight.ends_with(".attn_k.weight");
    return {};
}

Result<std::unique_ptr<LoraAdapter>> PeftAdapter::read(const std::filesystem::path& folder) {
    const std::string shown = folder.string();
    auto mapped = MappedFile::open(folder / kConfigName);
    if (!mapped) return mapped.error();
    if (mapped->bytes().size() > kMostConfigBytes)
        return Error{ErrorCode::BadAdapter, shown,
                     Detail{PONDER_TR_NOOP("ErrorDetail", "its settings are no JSON object"), {}}};
    const std::string_view text(reinterpret_cast<const char*>(mapped->bytes().data()),
                                mapped->bytes().size());
    const auto config = PeftConfig::parse(text, shown);
    if (!config) return config.error();
    std::error_code ignored;
    if (!std::filesystem::exists(folder / kWeightsName, ignored) &&
        std::filesystem::exists(folder / "adapter_model.bin", ignored))
        return Error{
            ErrorCode::BadAdapter, shown,
            Detail{PONDER_TR_NOOP("ErrorDetail", "its weights are in adapter_model.bin, which can hold "
                                                 "programs and is never opened; save it as safetensors"),
                   {}}};
    auto file = SafetensorsFile::open(folder / kWeightsName);
    if (!file) return file.error();
    auto adapter = std::make_unique<PeftAdapter>();
    adapter->m_folder = folder;
    adapter->m_name = std::filesystem::absolute(folder, ignored).lexically_normal().filename().string();
    if (adapter->m_name.empty())
        adapter->m_name =
            std::filesystem::absolute(folder, ignored).lexically_normal().parent_path().filename().string();
    adapter->m_baseModel = config->baseModel();
    adapter->m_file = std::move(*file);
    if (const Result<void> collected = adapter->collect(*config); !collected) return collected.error();
    return std::unique_ptr<LoraAdapter>(std::move(adapter));
}

} // namespace

std::optional<std::filesystem::path> peftFolder(const std::filesystem::path& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return path;
    const std::filesystem::path name = path.filename();
    if (name == kConfigName || name == kWeightsName || name == "adapter_model.bin") return path.parent_path();
    return std::nullopt;
}

Result<std::unique_ptr<LoraAdapter>> openPeftAdapter(const std::filesystem::path& folder) {
    return PeftAdapter::read(folder);
}

} // namespace ponder
