#include "app/cli/run_model.h"

#include "app/chat/error_text.h"
#include "app/cli/text.h"
#include "app/models/byte_text.h"
#include "app/store/cache_folder.h"
#include "engine/plan/kv_type_name.h"

#include <cmath>

namespace ponder {

AdapterUse adapterUse(const QString& text) {
    const auto path = [](const QString& name) { return std::filesystem::path(name.toStdU16String()); };
    const qsizetype colon = text.lastIndexOf(u':');
    bool isNumber = false;
    const float strength = colon > 0 ? text.mid(colon + 1).toFloat(&isNumber) : 1;
    std::error_code ignored;
    if (!isNumber || std::filesystem::exists(path(text), ignored)) return {path(text), 1};
    return {path(text.left(colon)), strength};
}

LoadOptions loadOptions(const Arguments& arguments, std::uint32_t contextTokens,
                        const std::filesystem::path& path) {
    LoadOptions options;
    options.path = path.empty() ? std::filesystem::path(arguments.model().toStdString()) : path;
    if (arguments.has(QStringLiteral("device")))
        options.device = arguments.text(QStringLiteral("device")).toStdString();
    options.contextTokens = contextTokens;
    if (arguments.has(QStringLiteral("context")))
        options.contextTokens = static_cast<std::uint32_t>(arguments.count(QStringLiteral("context")));
    options.kvType = kvTypeNamed(arguments.text(QStringLiteral("kv")).toStdString());
    if (arguments.text(QStringLiteral("precision")) == u"float") options.precision = Precision::Float;
    options.cacheFolder = cacheFolder().toStdU16String();
    const auto layers = [&](const QString& name) {
        const QString text = arguments.text(name);
        if (text.isEmpty()) return std::optional<std::uint32_t>();
        return std::optional(text == u"auto" ? kAutoLayers : text.toUInt());
    };
    options.gpuLayers = layers(QStringLiteral("gpu-layers"));
    options.expertLayers = layers(QStringLiteral("expert-layers"));
    options.memoryRoom = arguments.count(QStringLiteral("memory")) << 20;
    options.threads = static_cast<std::uint32_t>(arguments.count(QStringLiteral("threads")));
    if (path.empty()) // a draft is another model
        for (const QString& text : arguments.texts(QStringLiteral("adapter")))
            options.adapters.push_back(adapterUse(text));
    return options;
}

Result<std::unique_ptr<Model>> loadModel(const Invocation& call, std::stop_token stop,
                                         std::uint32_t contextTokens, const std::filesystem::path& path) {
    const auto showProgress = [&](std::uint64_t done, std::uint64_t all) {
        call.console.progress(Cli::tr("loading %1 %").arg(all > 0 ? done * 100 / all : 0));
    };
    LoadOptions options = loadOptions(call.arguments, contextTokens, path);
    options.onTuning = [&](double secondsLeft) {
        call.console.progress(Cli::tr("tuning for this GPU, %1 s").arg(std::ceil(secondsLeft)));
    };
    auto model = Model::load(options, showProgress, std::move(stop));
    call.console.progress({});
    if (model)
        for (const Detail& note : (*model)->tokenizer().notes())
            call.console.note(Cli::tr("About the model file: %1.").arg(detailText(note)));
    if (model && (*model)->memory().mapped > 0)
        call.console.note(Cli::tr("%1 of the weights do not fit into memory: they are read from the file as "
                                  "they are used, which is slow.")
                              .arg(byteText(qint64((*model)->memory().mapped))));
    if (model && (*model)->contextExceedsTraining())
        call.console.note(
            Cli::tr("Warning: %1 tokens of context are more than the %2 this model was trained for.")
                .arg((*model)->contextTokens())
                .arg((*model)->config().trainedContext));
    return model;
}

Result<RunModel> RunModel::load(const Invocation& call, std::stop_token stop, std::uint32_t contextTokens) {
    auto model = loadModel(call, std::move(stop), contextTokens);
    if (!model) return model.error();
    auto session = (*model)->createSession();
    if (!session) return session.error();
    RunModel out;
    out.model = std::move(*model);
    out.session = std::move(*session);
    return out;
}

} // namespace ponder
