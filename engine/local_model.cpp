#include "engine/local_model.h"

#include "engine/base/translatable.h"
#include "engine/generate/draft.h"
#include "engine/generate/local_session.h"

namespace ponder {

Result<std::unique_ptr<Model>> Model::load(const LoadOptions& options, const Progress& progress,
                                           std::stop_token stop) {
    return LocalModel::load(options, progress, stop);
}

Result<LoadPlan> Model::plan(const LoadOptions& options) { return LocalModel::plan(options); }

Result<LoadPlan> LocalModel::plan(const LoadOptions& options) {
    const auto model = open(options);
    if (!model) return model.error();
    const ModelPlacement& placement = *(*model)->m_placement;
    return LoadPlan{placement.contextTokens(), placement.kvType(), placement.parts()};
}

Result<std::unique_ptr<LocalModel>> LocalModel::open(const LoadOptions& options) {
    std::unique_ptr<LocalModel> model(new LocalModel);
    if (const Result<void> read = model->readFile(options.path); !read) return read.error();
    Result<AdapterSet> adapters = AdapterSet::open(options.adapters, model->m_config, model->m_weights);
    if (!adapters) return adapters.error();
    model->m_adapters = std::move(*adapters);
    model->m_adapterName = model->m_adapters.name();
    auto placement =
        ModelPlacement::choose(options, *model->m_file, model->m_config, model->m_weights, model->m_adapters);
    if (!placement) return placement.error();
    model->m_placement.emplace(std::move(*placement));
    return model;
}

Result<std::unique_ptr<Model>> LocalModel::load(const LoadOptions& options, const Progress& progress,
                                                std::stop_token stop) {
    const auto started = std::chrono::steady_clock::now();
    auto model = open(options);
    if (!model) return model.error();
    auto executor = (*model)->m_placement->load(progress, stop);
    if (!executor) return executor.error();
    (*model)->m_executor = std::move(*executor);
    (*model)->m_loadSeconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    return std::unique_ptr<Model>(std::move(*model));
}

Result<void> LocalModel::readFile(const std::filesystem::path& path) {
    Result<std::unique_ptr<ModelFile>> file = ModelFile::open(path);
    if (!file) return file.error();
    m_file = std::move(*file);
    Result<ModelConfig> config = ModelConfig::read(*m_file);
    if (!config) return config.error();
    m_config = std::move(*config);
    Result<FileWeights> weights = bindWeights(*m_file, m_config);
    if (!weights) return weights.error();
    m_weights = std::move(*weights);
    Result<std::unique_ptr<Tokenizer>> tokenizer = Tokenizer::fromModel(*m_file);
    if (!tokenizer) return tokenizer.error();
    m_tokenizer = std::move(*tokenizer);
    if (m_tokenizer->size() > m_config.vocabulary)
        return Error{ErrorCode::BadTokenizer, path.filename().string(),
                     Detail{PONDER_TR_NOOP("ErrorDetail", "%1 tokens for %2 rows of output"),
                            {std::to_string(m_tokenizer->size()), std::to_string(m_config.vocabulary)}}};
    return {};
}

Result<std::unique_ptr<Session>> LocalModel::createSession() {
    Result<std::unique_ptr<KvCache>> cache = m_executor->createCache(contextTokens(), m_placement->kvType());
    if (!cache) return cache.error();
    return std::unique_ptr<Session>(std::make_unique<LocalSession>(
        *m_file, m_config, *m_tokenizer, *m_executor, std::move(*cache), m_adapterName));
}

Result<void> LocalModel::setAdapters(std::span<const AdapterUse> adapters) {
    Result<AdapterSet> set = AdapterSet::open(adapters, m_config, m_weights);
    if (!set) return set.error();
    if (const Result<void> changed = m_executor->setAdapters(*set); !changed) return changed;
    m_adapters = std::move(*set);
    m_adapterName = m_adapters.name();
    return {};
}

Result<std::unique_ptr<Proposer>> createDraft(const Model& target, Model& draft) {
    Result<std::unique_ptr<Session>> session = draft.createSession();
    if (!session) return session.error();
    auto made = Draft::create({target.tokenizer(), target.file().displayName()},
                              {draft.tokenizer(), draft.file().displayName()}, std::move(*session));
    if (!made) return made.error();
    return std::unique_ptr<Proposer>(std::move(*made));
}

} // namespace ponder
