#include "app/models/download_model.h"

#include "app/chat/error_text.h"
#include "app/models/download_text.h"
#include "app/models/model_catalogue.h"

#include <algorithm>

namespace ponder {
namespace {

QString stepName(DownloadStep step) {
    switch (step) {
    case DownloadStep::Queued:
        return QStringLiteral("queued");
    case DownloadStep::Running:
        return QStringLiteral("running");
    case DownloadStep::Paused:
        return QStringLiteral("paused");
    case DownloadStep::Failed:
        return QStringLiteral("failed");
    case DownloadStep::Done:
        break;
    }
    return QStringLiteral("done");
}

double share(qint64 part, qint64 whole) { return whole > 0 ? double(part) / double(whole) : 0; }

} // namespace

DownloadModel::DownloadModel(DownloadQueue& queue, std::function<QString()> folder, QObject* parent)
    : QAbstractListModel(parent), m_queue(queue), m_folder(std::move(folder)) {
    connect(&queue, &DownloadQueue::aboutToAdd, this, [this](int row) { beginInsertRows({}, row, row); });
    connect(&queue, &DownloadQueue::added, this, [this] {
        endInsertRows();
        emit countChanged();
        emit progressChanged();
    });
    connect(&queue, &DownloadQueue::aboutToRemove, this, [this](int row) { beginRemoveRows({}, row, row); });
    connect(&queue, &DownloadQueue::removed, this, [this] {
        endRemoveRows();
        emit countChanged();
        emit progressChanged();
    });
    connect(&queue, &DownloadQueue::aboutToMove, this,
            [this](int from, int to) { beginMoveRows({}, from, from, {}, to > from ? to + 1 : to); });
    connect(&queue, &DownloadQueue::moved, this, [this] { endMoveRows(); });
    connect(&queue, &DownloadQueue::changed, this, &DownloadModel::rowChanged);
    connect(&queue, &DownloadQueue::finished, this,
            [this](const DownloadEntry& entry) { emit finished(entry.name.id(), entry.mainPath()); });
    connect(&m_second, &QTimer::timeout, this, &DownloadModel::tick);
    m_second.start(1000);
}

bool DownloadModel::addFromCatalogue(const QString& modelId, const QString& quantization,
                                     double outputBytes) {
    const CatalogueModel* model = ModelCatalogue::builtIn().find(modelId);
    if (!model || !model->quantizations.contains(quantization) || !model->canBring(quantization) || !m_folder)
        return false;
    const CatalogueDownload* download = model->download(quantization);
    const Result<HubName> name = HubName::parse(download ? download->repository : model->repository);
    if (!name) return false;
    if (download)
        m_queue.add(DownloadEntry::named(*name, download->files.first(), quantization, m_folder()));
    else
        m_queue.add(DownloadEntry::originals(*name, quantization, qint64(outputBytes), m_folder()));
    return true;
}

int DownloadModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : count(); }

QVariant DownloadModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= count()) return {};
    const DownloadEntry& entry = m_queue.entries()[index.row()];
    switch (role) {
    case Qt::DisplayRole:
    case NameRole:
        return entry.name.id();
    case LabelRole:
        return entry.convertTo.isEmpty()
                   ? entry.label
                   : entry.label + QStringLiteral(" → ") + entry.convertTo.join(QStringLiteral(", "));
    case StepRole:
        return stepName(entry.step);
    case ProgressRole:
        return entry.step == DownloadStep::Done ? 1.0 : share(entry.present(), entry.bytes());
    case AmountTextRole:
        return downloadAmountText(entry);
    case SpeedTextRole:
        return downloadSpeedText(entry);
    case StatusTextRole:
        return downloadStatusText(entry, m_queue.nowMs());
    case ErrorTextRole:
        return errorTextOf(entry);
    case BytesRole:
        return double(entry.bytes());
    case PresentRole:
        return double(entry.present());
    case PathRole:
        return entry.mainPath();
    default:
        return {};
    }
}

QHash<int, QByteArray> DownloadModel::roleNames() const {
    return {{NameRole, "name"},
            {LabelRole, "label"},
            {StepRole, "step"},
            {ProgressRole, "progress"},
            {AmountTextRole, "amountText"},
            {SpeedTextRole, "speedText"},
            {StatusTextRole, "statusText"},
            {ErrorTextRole, "errorText"},
            {BytesRole, "bytes"},
            {PresentRole, "present"},
            {PathRole, "path"}};
}

int DownloadModel::idOf(int row) const { return row < 0 || row >= count() ? -1 : m_queue.entries()[row].id; }

QString DownloadModel::errorTextOf(const DownloadEntry& entry) const {
    return entry.step == DownloadStep::Failed && entry.error ? ponder::errorText(*entry.error) : QString();
}

int DownloadModel::running() const {
    return int(std::count_if(m_queue.entries().begin(), m_queue.entries().end(),
                             [](const DownloadEntry& entry) { return entry.step == DownloadStep::Running; }));
}

double DownloadModel::progress() const {
    qint64 present = 0, bytes = 0;
    for (const DownloadEntry& entry : m_queue.entries()) {
        if (entry.step == DownloadStep::Done) continue;
        present += entry.present();
        bytes += entry.bytes();
    }
    return share(present, bytes);
}

void DownloadModel::rowChanged(int row) {
    emit dataChanged(index(row), index(row));
    emit progressChanged();
}

void DownloadModel::tick() {
    for (int row = 0; row < count(); ++row)
        if (m_queue.entries()[row].waitsFor) emit dataChanged(index(row), index(row), {StatusTextRole});
}

void DownloadModel::retranslate() {
    if (count() > 0) emit dataChanged(index(0), index(count() - 1));
}

} // namespace ponder
