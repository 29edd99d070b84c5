#include "app/models/model_tasks.h"

#include "app/models/download_text.h"

namespace ponder {
namespace {

QString facts(QStringList parts) {
    parts.removeAll(QString());
    return parts.join(QStringLiteral(" · "));
}

// A download of the ready-made file, chosen from the catalogue or from its repository.
bool brings(const DownloadEntry& entry, const CatalogueDownload& download) {
    if (entry.name.id() != download.repository) return false;
    if (entry.wanted == download.files.first()) return true;
    return !entry.files.isEmpty() && entry.files.first().path == download.files.first();
}

bool brings(const DownloadEntry& entry, const CatalogueModel& model, const QString& quantization) {
    if (const CatalogueDownload* download = model.download(quantization)) return brings(entry, *download);
    return entry.name.id() == model.repository && entry.convertTo.contains(quantization);
}

} // namespace

ModelTasks::ModelTasks(DownloadQueue& downloads, ConversionJobs& conversions, QObject* parent)
    : QObject(parent), m_downloads(downloads), m_conversions(conversions) {
    for (const auto signal : {&DownloadQueue::added, &DownloadQueue::changed, &DownloadQueue::removed})
        connect(&downloads, signal, this, &ModelTasks::changed);
    connect(&conversions, &ConversionJobs::dataChanged, this, &ModelTasks::changed);
    connect(&conversions, &ConversionJobs::countChanged, this, &ModelTasks::changed);
}

// The newest: older ones may be done and still be listed.
int ModelTasks::downloadOf(const CatalogueModel& model, const QString& quantization) const {
    const QList<DownloadEntry>& entries = m_downloads.entries();
    for (qsizetype row = entries.size() - 1; row >= 0; --row)
        if (brings(entries[row], model, quantization))
            return entries[row].step == DownloadStep::Done && entries[row].taken ? -1 : int(row);
    return -1;
}

int ModelTasks::conversionOf(const CatalogueModel& model, const QString& quantization) const {
    const QList<ConversionEntry>& entries = m_conversions.entries();
    for (qsizetype row = entries.size() - 1; row >= 0; --row) {
        const ConversionEntry& entry = entries[row];
        if (entry.quantization == quantization && !entry.merges() &&
            entry.source.endsWith(u'/' + model.repository))
            return entry.step == ConversionStep::Done ? -1 : int(row);
    }
    return -1;
}

std::optional<ModelTask> ModelTasks::find(const CatalogueModel& model, const QString& quantization) const {
    if (const int row = downloadOf(model, quantization); row >= 0)
        return ofDownload(m_downloads.entries()[row]);
    if (const int row = conversionOf(model, quantization); row >= 0) return ofConversion(row);
    return {};
}

ModelTask ModelTasks::ofDownload(const DownloadEntry& entry) const {
    const QString status = downloadStatusText(entry, m_downloads.nowMs());
    const double progress = entry.bytes() > 0 ? double(entry.present()) / double(entry.bytes()) : -1;
    const QString amount = entry.bytes() > 0 ? downloadAmountText(entry) : QString();
    switch (entry.step) {
    case DownloadStep::Queued:
        return {QStringLiteral("waiting"), progress, facts({amount, status})};
    case DownloadStep::Running:
        return {QStringLiteral("running"), progress, facts({amount, downloadSpeedText(entry), status})};
    case DownloadStep::Paused:
        return {QStringLiteral("paused"), progress, facts({amount, status})};
    case DownloadStep::Failed:
        return {QStringLiteral("failed"), progress, status};
    case DownloadStep::Done:
        break;
    }
    return {QStringLiteral("running"), -1, tr("being put into the library")};
}

ModelTask ModelTasks::ofConversion(int row) const {
    const QModelIndex index = m_conversions.index(row);
    const QString state = index.data(ConversionJobs::StateRole).toString();
    const QString error = index.data(ConversionJobs::ErrorTextRole).toString();
    return {state, index.data(ConversionJobs::ProgressRole).toDouble(),
            state == u"failed"
                ? error
                : tr("converting · %1").arg(index.data(ConversionJobs::DetailTextRole).toString())};
}

void ModelTasks::pause(const CatalogueModel& model, const QString& quantization) {
    if (const int row = downloadOf(model, quantization); row >= 0)
        m_downloads.pause(m_downloads.entries()[row].id);
    else
        m_conversions.pause(conversionOf(model, quantization));
}

void ModelTasks::resume(const CatalogueModel& model, const QString& quantization) {
    if (const int row = downloadOf(model, quantization); row >= 0)
        m_downloads.resume(m_downloads.entries()[row].id);
    else
        m_conversions.resume(conversionOf(model, quantization));
}

} // namespace ponder
