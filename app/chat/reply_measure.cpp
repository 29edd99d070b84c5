#include "app/chat/reply_measure.h"

#include "engine/base/host_memory.h"
#include "engine/base/processor.h"

#include <QDateTime>

namespace ponder {
namespace {

// Shorter ones say more of the first step than of the device.
constexpr int kLeastReply = 16, kLeastPrompt = 64;

bool isCard(const DeviceInfo& device) { return device.kind == DeviceKind::Discrete; }

} // namespace

void ReplyMeasure::beforeLoading() {
    restartPeak();
    m_residentBefore = residentProcessBytes();
}

void ReplyMeasure::loaded(const QString& path) {
    m_path = path;
    m_fit.reset();
    if (auto fit = FitModel::open(path.toStdU16String())) m_fit = std::move(*fit);
}

void ReplyMeasure::addTo(ReplySummary& summary, const Model& model) const {
    // Two devices that share the layers teach nothing of either.
    if (!m_fit || model.parts().size() != 1) return;
    if (!busySince(m_before, model.device())) summary.speed = speedOf(summary, model);
    const MemoryReceipt receipt = receiptOf(summary, model);
    if (receipt.usedBytes > 0) summary.memory = receipt;
}

bool ReplyMeasure::busySince(const ProcessorTime& before, const DeviceInfo& device) const {
    const ProcessorTime now = m_clock->now();
    // Of the other devices this process does not know how long they worked.
    const double threads = device.kind == DeviceKind::Processor ? device.cores * processor().share : 0;
    return MachineLoad::between(before, now, now.own - before.own, threads).busy();
}

std::optional<MeasuredSpeed> ReplyMeasure::speedOf(const ReplySummary& summary, const Model& model) const {
    MeasuredSpeed out;
    // Guessed tokens come several at a time.
    if (summary.replyTokens >= kLeastReply && summary.proposedTokens == 0)
        out.decodeTokensPerSecond = summary.tokensPerSecond;
    const int read = summary.promptTokens - summary.reusedTokens;
    if (read >= kLeastPrompt && summary.secondsToFirstToken > 0)
        out.prefillTokensPerSecond = read / summary.secondsToFirstToken;
    if (out.decodeTokensPerSecond <= 0 && out.prefillTokensPerSecond <= 0) return std::nullopt;
    out.device = QString::fromStdString(model.device().name);
    out.model = m_path;
    out.bytesPerToken = m_fit->bytesPerToken();
    out.parameters = m_fit->promptParameters();
    const double middle = summary.promptTokens + summary.replyTokens / 2.0;
    out.cacheBytes = std::uint64_t(double(model.memory().kv) * middle / model.contextTokens());
    out.when = QDateTime::currentMSecsSinceEpoch();
    out.quiet = true;
    return out;
}

MemoryReceipt ReplyMeasure::receiptOf(const ReplySummary& summary, const Model& model) const {
    MemoryReceipt out;
    out.device = QString::fromStdString(model.device().name);
    out.model = m_path;
    out.contextTokens = summary.contextUsed;
    out.when = QDateTime::currentMSecsSinceEpoch();
    const MemoryUse planned = model.memory();
    if (isCard(model.device())) {
        out.predictedBytes = planned.total();
        out.usedBytes = model.deviceBytesInUse().value_or(0);
        return out;
    }
    // The system gives memory page by page: of the context, what has been used so far.
    const double filled = double(summary.contextUsed) / std::max(1U, model.contextTokens());
    out.predictedBytes = m_residentBefore + planned.weights + planned.scratch + planned.staging +
                         std::uint64_t(double(planned.kv) * std::min(filled, 1.0));
    out.usedBytes = peakProcessBytes();
    return out;
}

} // namespace ponder
