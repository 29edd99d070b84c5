// The model that is loaded and what it takes to talk to it: the part of EngineChat that lives on its thread.
//
// Owner: EngineChat. Thread: the generation thread, from the first call to the last. Errors: those of
// Model::load and ReplyGenerator. After DeviceLost the model is gone and must be loaded again.
// Next station: reply_generator.h.
#pragma once

#include "app/chat/reply_generator.h"
#include "app/chat/reply_measure.h"

#include <optional>

namespace ponder {

// Model::load, or what a test puts in its place.
using ModelLoader =
    std::function<Result<std::unique_ptr<Model>>(const LoadOptions&, const Progress&, std::stop_token)>;

class EngineWorker {
public:
    explicit EngineWorker(ModelLoader loader) : m_loader(std::move(loader)) {}

    // Where chats are kept from now on; nowhere until then.
    void keepChatsIn(const QString& folder) { m_shelf.emplace(folder); }
    void forgetChat(int chatId);

    // The previous model is freed first.
    Result<LoadedModel> load(const LoadRequestInfo& request, const Progress& progress,
                             const TuningProgress& tuning, const std::stop_token& stop);
    void unload();
    Result<void> setAdapters(const QList<ModelAdapter>& adapters);
    Result<ReplySummary> generate(const ReplyRequest& request, const ReplyCallbacks& callbacks,
                                  std::stop_token stop);

private:
    ModelLoader m_loader;
    std::optional<KvShelf> m_shelf;
    ReplyMeasure m_measure;
    std::unique_ptr<Model> m_model;
    std::unique_ptr<ReplyGenerator> m_generator; // after the model: it is gone first
};

} // namespace ponder
