// The tiny reasoning model of tests/data, and a model that has its file and vocabulary but whose replies are
// written by the test.
#pragma once

#include "engine/engine.h"

#include "tests/support/reference_data.h"

namespace ponder::test {

inline std::filesystem::path tinyReasoner() { return dataDir() / "tiny-reasoner/tiny-reasoner-q8_0.gguf"; }

inline Result<std::unique_ptr<Model>> loadTinyReasoner() {
    LoadOptions options;
    options.path = tinyReasoner();
    options.device = "reference";
    return Model::load(options, {}, {});
}

using ReplyScript =
    std::function<Result<GenerateResult>(std::span<const TokenId> prompt, const GenerateSettings&,
                                         const OnToken&, std::stop_token, const Progress&)>;

class ScriptedSession final : public Session {
public:
    explicit ScriptedSession(ReplyScript script) : m_script(std::move(script)) {}
    Result<GenerateResult> generate(std::span<const TokenId> prompt, const GenerateSettings& settings,
                                    const OnToken& onToken, std::stop_token stop,
                                    const Progress& progress) override {
        return m_script(prompt, settings, onToken, stop, progress);
    }
    Result<std::vector<GenerateResult>> generateMany(std::span<const TokenId>,
                                                     std::span<const GenerateSettings>, const OnManyTokens&,
                                                     std::stop_token, const Progress&) override {
        return Error{ErrorCode::Internal, {}, "one reply at a time here"};
    }
    Result<std::vector<float>> logits(std::span<const TokenId>, std::size_t, std::stop_token) override {
        return Error{ErrorCode::Internal, {}, "no logits here"};
    }
    Result<void> saveState(const std::filesystem::path&, std::uint64_t) const override { return {}; }
    Result<std::uint32_t> restoreState(const std::filesystem::path&, std::span<const TokenId>) override {
        return 0U;
    }
    std::uint32_t contextTokens() const override { return 1024; }
    std::uint32_t usedTokens() const override { return 7; }
    void clear() override {}

private:
    ReplyScript m_script;
};

class ScriptedModel : public Model {
public:
    ScriptedModel(std::unique_ptr<Model> real, ReplyScript script, std::shared_ptr<int> alive = {})
        : m_real(std::move(real)), m_script(std::move(script)), m_alive(std::move(alive)) {
        if (m_alive) ++*m_alive;
    }
    ~ScriptedModel() override {
        if (m_alive) --*m_alive;
    }
    const ModelFile& file() const override { return m_real->file(); }
    const ModelConfig& config() const override { return m_real->config(); }
    const Tokenizer& tokenizer() const override { return m_real->tokenizer(); }
    const DeviceInfo& device() const override { return m_real->device(); }
    std::uint32_t contextTokens() const override { return 1024; }
    bool contextExceedsTraining() const override { return false; }
    double loadSeconds() const override { return 0.5; }
    MemoryUse memory() const override { return m_real->memory(); }
    std::vector<ModelPart> parts() const override { return m_real->parts(); }
    Result<std::unique_ptr<Session>> createSession() override {
        return std::unique_ptr<Session>(std::make_unique<ScriptedSession>(m_script));
    }
    Result<void> setAdapters(std::span<const AdapterUse> adapters) override {
        return m_real->setAdapters(adapters);
    }
    std::span<const AdapterUse> adapters() const override { return m_real->adapters(); }

private:
    std::unique_ptr<Model> m_real;
    ReplyScript m_script;
    std::shared_ptr<int> m_alive;
};

} // namespace ponder::test
