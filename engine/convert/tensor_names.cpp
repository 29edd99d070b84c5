#include "engine/convert/tensor_names.h"

#include <utility>

namespace ponder {
namespace {

class TensorLister {
public:
    explicit TensorLister(const HuggingFaceConfig& config) : m_config(config) {}

    std::vector<NamedTensor> list();

private:
    void layer(std::uint32_t index);
    void attention();

    NamedTensor& add(const std::string& source, std::string_view kind, const char* part,
                     std::uint64_t rowLength, std::uint64_t rows) {
        NamedTensor& out = m_out.emplace_back();
        out.source = source;
        out.target = m_targetPrefix + std::string(kind) + "." + part;
        out.place = {kind,
                     m_layer,
                     m_config.layers,
                     rowLength,
                     m_config.tied,
                     rows,
                     m_config.heads / m_config.kvHeads};
        out.rowLength = rowLength;
        out.rows = rows;
        return out;
    }
    NamedTensor& matrix(const char* source, std::string_view kind, std::uint64_t rowLength,
                        std::uint64_t rows) {
        NamedTensor& out = add(m_prefix + source + ".weight", kind, "weight", rowLength, rows);
        out.matrix = true;
        return out;
    }
    void vector(const char* source, std::string_view kind, const char* part, std::uint64_t length) {
        add(m_prefix + source + "." + part, kind, part, length, 1);
    }

    const HuggingFaceConfig& m_config;
    std::uint32_t m_layer = 0;
    std::string m_prefix = "model.", m_targetPrefix;
    std::vector<NamedTensor> m_out;
};

void TensorLister::attention() {
    const std::uint64_t d = m_config.width, queries = std::uint64_t{m_config.heads} * m_config.headSize;
    const std::uint64_t keys = std::uint64_t{m_config.kvHeads} * m_config.headSize;
    const std::uint32_t permute = m_config.llama() ? 1 : 0;
    matrix("self_attn.q_proj", "attn_q", d, queries).permutedHeads = m_config.heads * permute;
    matrix("self_attn.k_proj", "attn_k", d, keys).permutedHeads = m_config.kvHeads * permute;
    matrix("self_attn.v_proj", "attn_v", d, keys);
    if (!m_config.llama()) {
        vector("self_attn.q_proj", "attn_q", "bias", queries);
        vector("self_attn.k_proj", "attn_k", "bias", keys);
        vector("self_attn.v_proj", "attn_v", "bias", keys);
    }
    matrix("self_attn.o_proj", "attn_output", queries, d);
}

void TensorLister::layer(std::uint32_t index) {
    const std::uint64_t d = m_config.width, f = m_config.hidden;
    m_layer = index;
    m_prefix = "model.layers." + std::to_string(index) + ".";
    m_targetPrefix = "blk." + std::to_string(index) + ".";
    vector("input_layernorm", "attn_norm", "weight", d);
    attention();
    vector("post_attention_layernorm", "ffn_norm", "weight", d);
    matrix("mlp.gate_proj", "ffn_gate", d, f);
    matrix("mlp.up_proj", "ffn_up", d, f);
    matrix("mlp.down_proj", "ffn_down", f, d);
}

std::vector<NamedTensor> TensorLister::list() {
    const std::uint64_t d = m_config.width;
    matrix("embed_tokens", "token_embd", d, m_config.vocabulary);
    if (m_config.llama3) add({}, "rope_freqs", "weight", m_config.headSize / 2, 1);
    for (std::uint32_t index = 0; index < m_config.layers; ++index)
        layer(index);
    m_layer = 0;
    m_prefix = "model.";
    m_targetPrefix.clear();
    vector("norm", "output_norm", "weight", d);
    m_prefix.clear();
    if (!m_config.tied) matrix("lm_head", "output", d, m_config.vocabulary);
    return std::move(m_out);
}

} // namespace

std::vector<std::uint64_t> NamedTensor::shape() const {
    return matrix ? std::vector{rowLength, rows} : std::vector{rowLength};
}

std::uint64_t NamedTensor::sourceRow(std::uint64_t row) const {
    if (permutedHeads == 0) return row;
    const std::uint64_t headSize = rows / permutedHeads, inHead = row % headSize;
    return row - inHead + inHead / 2 + inHead % 2 * (headSize / 2);
}

std::vector<NamedTensor> namedTensors(const HuggingFaceConfig& config) { return TensorLister(config).list(); }

std::string shapeText(const std::vector<std::uint64_t>& shape) {
    std::string text;
    for (const std::uint64_t extent : shape)
        text += (text.empty() ? "" : " x ") + std::to_string(extent);
    return text;
}

bool isRedundant(std::string_view source, const HuggingFaceConfig& config) {
    return source.ends_with("rotary_emb.inv_freq") || (config.tied && source == "lm_head.weight");
}

} // namespace ponder
