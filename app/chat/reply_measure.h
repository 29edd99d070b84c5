// What a reply shows of a machine: tokens a second, and the memory that the model really took.
//
// Told when a model is loaded; adds to each reply's summary what the fit hint can learn from it. Owner:
// EngineWorker. Thread: the worker's. Errors: none; where nothing can be told, nothing is added. Source of
// the memory used: the driver for a graphics card, the operating system for everything else. Next station:
// ChatEngine::replyFinished, store/measurement_table.h.
#pragma once

#include "app/chat/chat_engine.h"
#include "app/fit/fit_model.h"
#include "engine/engine.h"

namespace ponder {

class ReplyMeasure {
public:
    void beforeLoading(); // the process's own memory, and a new count of its peak
    void loaded(const QString& path);
    void unloaded() { m_fit.reset(); }
    void addTo(ReplySummary& summary, const Model& model) const;

private:
    std::optional<MeasuredSpeed> speedOf(const ReplySummary& summary, const Model& model) const;
    MemoryReceipt receiptOf(const ReplySummary& summary, const Model& model) const;

    std::optional<FitModel> m_fit;
    QString m_path;
    std::uint64_t m_residentBefore = 0; // bytes
};

} // namespace ponder
