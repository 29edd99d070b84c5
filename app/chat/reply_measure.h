// What a reply shows of a machine: tokens a second, and the memory that the model really took.
//
// Told when a model is loaded and before each reply; adds to the reply's summary what the fit hint can learn
// from it. A reply made while the computer was busy (base/machine_load.h) teaches no speed. Owner:
// EngineWorker. Thread: the worker's. Errors: none; where nothing can be told, nothing is added. Source of
// the memory used: the driver for a graphics card, the operating system for everything else. Next station:
// ChatEngine::replyFinished, store/measurement_table.h.
#pragma once

#include "app/chat/chat_engine.h"
#include "app/fit/fit_model.h"
#include "engine/base/machine_load.h"
#include "engine/engine.h"

#include <memory>

namespace ponder {

class ReplyMeasure {
public:
    explicit ReplyMeasure(
        std::shared_ptr<const ProcessorClock> clock = std::make_shared<SystemProcessorClock>())
        : m_clock(std::move(clock)) {}

    void beforeLoading(); // the process's own memory, and a new count of its peak
    void loaded(const QString& path);
    void unloaded() { m_fit.reset(); }
    void beforeReply() { m_before = m_clock->now(); }
    void addTo(ReplySummary& summary, const Model& model) const;

private:
    bool busySince(const ProcessorTime& before, const DeviceInfo& device) const;
    std::optional<MeasuredSpeed> speedOf(const ReplySummary& summary, const Model& model) const;
    MemoryReceipt receiptOf(const ReplySummary& summary, const Model& model) const;

    std::shared_ptr<const ProcessorClock> m_clock;
    ProcessorTime m_before; // the reply
    std::optional<FitModel> m_fit;
    QString m_path;
    std::uint64_t m_residentBefore = 0; // bytes
};

} // namespace ponder
