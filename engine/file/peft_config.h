// adapter_config.json of a PEFT folder: how the factors were trained, as far as their use depends on it.
//
// Takes the file's text, which may be hostile; gives each module's rank and scale. What W + scale · B A
// cannot say is refused with its name. Owner: move-only. Thread: one. Errors: BadJson, BadAdapter,
// UnsupportedAdapter. Source: PEFT's LoraConfig. Next station: peft_adapter.h.
#pragma once

#include "engine/base/result.h"
#include "engine/file/name_pattern.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace ponder {

class PeftConfig {
public:
    // `name` stands for the path in errors.
    static Result<PeftConfig> parse(std::string_view text, const std::string& name);

    // Of the module with this name ("model.layers.0.self_attn.q_proj"). Errors: BadAdapter where the tensors'
    // rank is not the one that was set, UnsupportedAdapter where several patterns disagree.
    Result<double> scale(const std::string& module, double rank) const;
    const std::string& baseModel() const { return m_baseModel; }

private:
    struct Entry {
        NamePattern pattern;
        double value;
    };

    Result<void> refuseWhatIsMore(const nlohmann::json& json) const;
    Result<std::vector<Entry>> readPattern(const nlohmann::json& json, const char* key) const;
    Result<double> valueFor(const std::vector<Entry>& entries, const std::string& module, double usual) const;
    Error bad(const char* pattern, std::vector<std::string> arguments = {}) const;
    Error unsupported(const char* pattern, std::vector<std::string> arguments = {}) const;

    std::string m_name, m_baseModel;
    double m_rank = 0, m_alpha = 0;
    bool m_rootOfRank = false; // rsLoRA
    std::vector<Entry> m_ranks, m_alphas;
};

} // namespace ponder
