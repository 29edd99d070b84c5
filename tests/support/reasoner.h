// The tiny reasoning model of tests/data on one device, and what its tests share: prompts, greedy settings, a
// collector of replies.
#pragma once

#include "engine/engine.h"

#include "tests/support/reference_data.h"

namespace ponder::test {

inline std::unique_ptr<Model> loadReasoner(std::uint32_t context = 0, const std::string& device = "reference",
                                           std::optional<KvType> kvType = {}) {
    LoadOptions options;
    options.path = dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf";
    options.device = device;
    options.contextTokens = context;
    options.kvType = kvType;
    auto model = Model::load(options, {}, {});
    return model ? std::move(*model) : nullptr;
}

inline std::vector<TokenId> promptFor(const Model& model, const std::string& question) {
    return model.tokenizer().encode(
        "<｜begin▁of▁sentence｜><｜User｜>" + question + "<｜Assistant｜><think>\n", SpecialTokens::Parse);
}

inline GenerateSettings greedy() {
    GenerateSettings settings;
    settings.sampling.temperature = 0;
    return settings;
}

struct Collected {
    std::string text;
    std::vector<TokenId> ids;
    bool add(const ReplyToken& token) {
        text += token.text;
        ids.push_back(token.id);
        return true;
    }
    OnToken callback() {
        return [this](const ReplyToken& token) { return add(token); };
    }
};

} // namespace ponder::test
