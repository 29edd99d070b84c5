#include "engine/text/pre_tokenizer_choice.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace ponder {
namespace {

constexpr std::string_view kNoRule = "default";

// A row holds where everything that it asks for does; the first that holds counts.
struct Habit {
    std::string_view architecture; // or empty: any
    std::string_view rule;         // name in pre_tokenizer_rules.cpp
    std::string_view mark = {};    // a token of the vocabulary
    std::size_t fewestTokens = 0;  // of the vocabulary
    std::size_t mostTokens = ~std::size_t{0};
};

constexpr std::array kHabits{
    Habit{"qwen35", "qwen35"},
    Habit{"qwen35moe", "qwen35"},
    Habit{"qwen2", "deepseek-r1-qwen", "<｜User｜>"},
    Habit{"qwen2", "qwen2"},
    Habit{"qwen2moe", "qwen2"},
    Habit{"qwen2vl", "qwen2"},
    Habit{"qwen3", "qwen2"},
    Habit{"qwen3moe", "qwen2"},
    Habit{"qwen3next", "qwen2"},
    Habit{"qwen3vl", "qwen2"},
    Habit{"qwen3vlmoe", "qwen2"},
    Habit{"gpt-oss", "gpt-4o"},
    Habit{"llama4", "llama4"},
    Habit{"exaone", "exaone"},
    Habit{"exaone4", "exaone4"},
    Habit{"exaone-moe", "exaone-moe"},
    Habit{"mistral3", "tekken"},
    Habit{"smollm3", "smaug-bpe"},
    Habit{"lfm2", "lfm2"},
    Habit{"lfm2moe", "lfm2"},
    Habit{"chatglm", "glm4"},
    Habit{"glm4", "glm4"},
    Habit{"glm4moe", "glm4"},
    Habit{"hunyuan-dense", "hunyuan-dense"},
    Habit{"hunyuan-moe", "hunyuan"},
    Habit{"seed_oss", "seed-coder"},
    Habit{"bailingmoe", "bailingmoe"},
    Habit{"bailingmoe2", "bailingmoe2"},
    Habit{"minimax-m2", "minimax-m2"},
    Habit{"command-r", "command-r"},
    Habit{"cohere2", "command-r"},
    Habit{"olmo", "olmo"},
    Habit{"olmo2", "dbrx"},
    Habit{"dbrx", "dbrx"},
    Habit{"falcon-h1", "falcon-h1"},
    Habit{"starcoder", "starcoder"},
    Habit{"starcoder2", "starcoder"},
    Habit{"stablelm", "stablelm2"},
    Habit{"phi2", "phi-2"},
    Habit{"gpt2", "gpt-2"},
    Habit{"phi3", "gpt-4o", {}, 150'000}, // Phi-4-mini; Phi-4 has the vocabulary of GPT-4
    Habit{"phi3", "dbrx"},
    Habit{"granite", "dbrx", {}, 90'000},
    Habit{"granite", "refact"},
    Habit{"granitehybrid", "dbrx"},
    Habit{"granitemoe", "refact"},
    Habit{"deepseek2", "glm4", "[gMASK]"},
    Habit{"deepseek2", "kanana2", "<|im_end|>"},
    Habit{"deepseek2", "deepseek-llm", {}, 0, 110'000},
    Habit{"deepseek2", "deepseek-v3"},
    Habit{"deepseek", "deepseek-llm"},
    // Many vocabularies have lived in the architecture of Llama, and some in others.
    Habit{{}, "llama-bpe", "<|start_header_id|>"},
    Habit{{}, "llama-bpe", "<|begin_of_text|>"},
    Habit{{}, "tekken", "[AVAILABLE_TOOLS]"},
    Habit{{}, "deepseek-llm", "<｜begin▁of▁sentence｜>", 90'000, 110'000},
    Habit{{}, "deepseek-v3", "<｜begin▁of▁sentence｜>", 128'000, 130'000},
    Habit{{}, "glm4", "[gMASK]"},
    Habit{{}, "qwen2", "<|im_start|>", 151'000, 153'000},
    Habit{{}, "smollm", "<|im_start|>", 49'000, 49'500},
    Habit{{}, "exaone", "[|endofturn|]"},
    Habit{"llama", "llama-bpe", {}, 128'000, 129'000},
};

bool holds(const Habit& habit, std::string_view architecture, std::span<const std::string_view> tokens) {
    if (!habit.architecture.empty() && habit.architecture != architecture) return false;
    if (tokens.size() < habit.fewestTokens || tokens.size() > habit.mostTokens) return false;
    return habit.mark.empty() || std::find(tokens.begin(), tokens.end(), habit.mark) != tokens.end();
}

std::string_view habitualRule(const Metadata& metadata) {
    const std::string_view architecture = metadata.text("general.architecture").value_or("");
    const std::span<const std::string_view> tokens = metadata.texts("tokenizer.ggml.tokens");
    for (const Habit& habit : kHabits)
        if (holds(habit, architecture, tokens)) return habit.rule;
    return kNoRule;
}

bool composes(const PreTokenizerRule& rule, const Metadata& metadata) {
    if (const std::optional<bool> said = metadata.boolean(kComposeKey)) return *said;
    if (rule.composition != Composition::InItsFamily) return rule.composition == Composition::Always;
    return metadata.text("general.architecture").value_or("").starts_with(rule.name);
}

} // namespace

PreTokenizerChoice PreTokenizerChoice::of(const Metadata& metadata) {
    PreTokenizerChoice out;
    out.name = metadata.text("tokenizer.ggml.pre").value_or(kNoRule);
    out.guessed = out.name == kNoRule;
    if (out.guessed) out.name = habitualRule(metadata);
    out.rule = findPreTokenizerRule(out.name);
    out.composes = out.rule && ponder::composes(*out.rule, metadata);
    return out;
}

} // namespace ponder
