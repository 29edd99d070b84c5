#include "engine/local_model.h"

#include "engine/base/translatable.h"
#include "engine/devices.h"
#include "engine/local_session.h"

#include <algorithm>

namespace ponder {
namespace {

// A context that was not asked for may shrink to this before the model is said not to fit.
constexpr std::uint32_t kSmallestOwnContext = 2048;

} // namespace

Result<std::unique_ptr<Model>> Model::load(const LoadOptions& options, const Progress& progress,
                                           std::stop_token stop) {
    return LocalModel::load(options, progress, stop);
}

Result<std::unique_ptr<Model>> LocalModel::load(const LoadOptions& options, const Progress& progress,
                                                std::stop_token stop) {
    const auto started = std::chrono::steady_clock::now();
    std::unique_ptr<LocalModel> model(new LocalModel);
    if (const Result<void> read = model->readFile(options.path); !read) return read.error();
    Result<std::unique_ptr<Device>> device = openDevice(options.device);
    if (!device) return device.error();
    model->m_device = std::move(*device);
    if (const Result<void> loaded = model->loadWeights(options, progress, stop); !loaded)
        return loaded.error();
    model->m_loadSeconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    return std::unique_ptr<Model>(std::move(model));
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

Result<void> LocalModel::loadWeights(const LoadOptions& options, const Progress& progress,
                                     std::stop_token stop) {
    m_kvType = options.kvType.value_or(m_device->defaultKvType());
    m_contextTokens = options.contextTokens;
    if (m_contextTokens == 0)
        m_contextTokens = m_config.trainedContext > 0 ? std::min(m_config.trainedContext, kDefaultContext)
                                                      : kDefaultContext;
    while (true) {
        const LoadRequest request{
            *m_file, m_config,        m_weights,         m_contextTokens,     m_kvType,
            {},      options.threads, options.precision, options.cacheFolder, options.onTuning};
        Result<std::unique_ptr<Executor>> executor = m_device->load(request, progress, stop);
        if (executor) {
            m_executor = std::move(*executor);
            return {};
        }
        const bool mayShrink = options.contextTokens == 0 && m_contextTokens / 2 >= kSmallestOwnContext;
        if (executor.error().code != ErrorCode::DoesNotFit || !mayShrink) return executor.error();
        m_contextTokens /= 2;
    }
}

Result<std::unique_ptr<Session>> LocalModel::createSession() {
    Result<std::unique_ptr<KvCache>> cache = m_executor->createCache(m_contextTokens, m_kvType);
    if (!cache) return cache.error();
    return std::unique_ptr<Session>(
        std::make_unique<LocalSession>(*m_file, m_config, *m_tokenizer, *m_executor, std::move(*cache)));
}

} // namespace ponder
